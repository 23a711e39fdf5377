import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch, RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import { UseMode, type ReadRange, type UseVolume } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { finish, mounted, type AppendCall, type ReadCall } from '../unit/director/jobs/fake-daemons.ts';

/** Volumes are as big as real ones, and nothing is written: blocks stand for a GiB. */
const BLOCK_BYTES_MAX = 1024 ** 3;
const LABEL_BYTES = 200;
const SESSION_TIME = 1_700_000_000;

/** Consecutive blocks of one session on a volume. */
interface Span {
  readonly jobId: number;
  readonly volSessionId: number;
  readonly firstBlock: number;
  readonly offset: number;
}

interface SimulatedVolume {
  bytes: number;
  readonly spans: Span[];
}

/**
 * A storage daemon that keeps account of what lies where, and nothing else. It refuses what the real one refuses, so
 * that a Director that overwrites or reads what is not there fails its job.
 */
export class SimulatedStorage {
  readonly #volumes = new Map<string, SimulatedVolume>();
  readonly #onWiped: (jobIds: readonly number[], volumeName: string) => void;
  #sessions = 0;

  /** `onWiped` is told when data of jobs goes: a volume is recycled or truncated. */
  constructor(onWiped: (jobIds: readonly number[], volumeName: string) => void) {
    this.#onWiped = onWiped;
  }

  /** Of all volumes together. */
  get bytes(): number {
    return [...this.#volumes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get volumeCount(): number {
    return this.#volumes.size;
  }

  /** JobIds of what lies on a volume. */
  jobsOn(volumeName: string): Set<number> {
    return new Set(this.#volumes.get(volumeName)?.spans.map(({ jobId }) => jobId));
  }

  /** Empties a volume that holds no job any more; resolves with the bytes given back. */
  truncate(volumeName: string): { freedBytes: number; volumeBytes: number } {
    const before = this.#known(volumeName).bytes;
    this.#wipe(volumeName);
    return { freedBytes: before - LABEL_BYTES, volumeBytes: LABEL_BYTES };
  }

  /** Serves one backup session that stores what the job sends. One that breaks off has failed; what was stored stays. */
  async append(call: AppendCall, sent: (jobId: number) => AsyncIterable<FileRecord>): Promise<void> {
    const open = (await call.take())?.command;
    if (open?.$case !== 'open' || !open.value.job) throw new Error('a session begins with its opening');
    const { jobId } = open.value.job;
    const volSessionId = ++this.#sessions;
    const session = { volSessionId, volSessionTime: SESSION_TIME };
    const ticket = { ticketId: 't', ticketSecret: Buffer.alloc(32), deviceName: 'FileStorage' };
    call.answer({ event: { $case: 'opened', value: { ...session, ...ticket } } });
    try {
      await this.#store(call, { jobId, volSessionId }, sent(jobId));
    } catch (error) {
      return finish(call, 'f', String(error));
    }
    finish(call);
  }

  /** Serves one restore: every range must still hold what the catalog says. */
  async read(call: ReadCall): Promise<void> {
    await call.take();
    const value = { ticketId: 't', ticketSecret: Buffer.alloc(32), deviceName: 'FileStorage' };
    call.answer({ event: { $case: 'opened', value } });
    for (let request = await call.take(); request; request = await call.take()) {
      if (request.command?.$case === 'ranges')
        request.command.value.ranges.forEach((range) => this.#check(range));
    }
    const finished = { status: 'T', reason: '', blocks: 1, memberBytes: 500, errors: 0 };
    call.answer({ event: { $case: 'finished', value: finished } });
  }

  async #store(
    call: AppendCall,
    { jobId, volSessionId }: { readonly jobId: number; readonly volSessionId: number },
    records: AsyncIterable<FileRecord>,
  ): Promise<void> {
    let use: UseVolume | undefined;
    let block = 0;
    let streamOffset = 0;
    for await (const record of records) {
      for (const contentBytes of blockSizes(record.streamBytes)) {
        while (!use || this.#isFull(use, contentBytes)) {
          if (use) this.#close(call, use);
          use = await this.#mount(call);
        }
        const isLast = streamOffset + contentBytes === record.streamOffset + record.streamBytes;
        const place = { jobId, volSessionId, firstBlock: block, offset: this.#known(use.volumeName).bytes };
        this.#write(call, use.volumeName, place, { streamOffset, contentBytes }, isLast ? [record] : []);
        block += 1;
        streamOffset += contentBytes;
      }
    }
  }

  async #mount(call: AppendCall): Promise<UseVolume> {
    let use = await this.#wantVolume(call);
    if (use.mode !== UseMode.CREATE && !this.#volumes.has(use.volumeName))
      use = await this.#wantVolume(call, { problemCode: 'missing', problemVolume: use.volumeName });
    if (use.mode === UseMode.CREATE) {
      if (this.#volumes.has(use.volumeName)) throw new Error(`Volume "${use.volumeName}" is there already`);
      this.#volumes.set(use.volumeName, { bytes: LABEL_BYTES, spans: [] });
    } else if (use.mode === UseMode.RECYCLE) {
      this.#wipe(use.volumeName);
    } else if (this.#known(use.volumeName).bytes !== use.expectedVolumeBytes) {
      throw new Error(`Volume "${use.volumeName}" is not as long as the catalog says`);
    }
    mounted(call, use);
    return use;
  }

  async #wantVolume(
    call: AppendCall,
    { problemCode, problemVolume } = { problemCode: '', problemVolume: '' },
  ): Promise<UseVolume> {
    const problem = problemCode && `Volume "${problemVolume}" is ${problemCode}`;
    call.answer({ event: { $case: 'volumeWanted', value: { problem, problemCode, problemVolume } } });
    const { command } = (await call.take()) ?? {};
    if (command?.$case !== 'useVolume') throw new Error(`the Director sent ${command?.$case}, not a volume`);
    return command.value;
  }

  #isFull({ volumeName, volumeBytesMax }: UseVolume, nextBytes: number): boolean {
    const { bytes } = this.#known(volumeName);
    return volumeBytesMax > 0 && bytes > LABEL_BYTES && bytes + nextBytes > volumeBytesMax;
  }

  #close(call: AppendCall, { volumeName }: UseVolume): void {
    const { bytes: volumeBytes } = this.#known(volumeName);
    const value = { volumeName, status: 'Full', reason: 'the limit is reached', volumeBytes };
    call.answer({ event: { $case: 'volumeClosed', value } });
  }

  #write(
    call: AppendCall,
    volumeName: string,
    span: Span,
    { streamOffset, contentBytes }: { streamOffset: number; contentBytes: number },
    records: readonly FileRecord[],
  ): void {
    const volume = this.#known(volumeName);
    volume.spans.push(span);
    volume.bytes += contentBytes;
    const blocks = {
      firstBlock: span.firstBlock,
      volumeOffset: span.offset,
      streamOffset,
      memberBytes: [contentBytes],
      contentBytes: [contentBytes],
      gapBytes: [0],
    };
    const value = { volumeName, blocks, records: records.map(recordsContent), volumeBytes: volume.bytes };
    call.answer({ event: { $case: 'durable', value } });
  }

  #check({ volumeName, volSessionId, volumeOffset, firstBlock }: ReadRange): void {
    const span = this.#known(volumeName).spans.find(({ offset }) => offset === volumeOffset);
    if (span?.volSessionId === volSessionId && span.firstBlock === firstBlock) return;
    throw new Error(
      `Volume "${volumeName}" does not hold block ${firstBlock} of session ${volSessionId} any more`,
    );
  }

  #wipe(volumeName: string): void {
    const { spans } = this.#known(volumeName);
    this.#onWiped([...new Set(spans.map(({ jobId }) => jobId))], volumeName);
    this.#volumes.set(volumeName, { bytes: LABEL_BYTES, spans: [] });
  }

  #known(volumeName: string): SimulatedVolume {
    const volume = this.#volumes.get(volumeName);
    if (!volume) throw new Error(`there is no Volume "${volumeName}"`);
    return volume;
  }
}

function blockSizes(bytes: number): number[] {
  const whole = Array.from({ length: Math.floor(bytes / BLOCK_BYTES_MAX) }, () => BLOCK_BYTES_MAX);
  const rest = bytes % BLOCK_BYTES_MAX;
  return rest === 0 ? whole : [...whole, rest];
}

function recordsContent(record: FileRecord): Buffer {
  const batch = Buffer.from(FileRecordBatch.encode({ records: [record] }).finish());
  return Buffer.from(RecordsContent.encode({ deflated: false, batch, recordCount: 1 }).finish());
}
