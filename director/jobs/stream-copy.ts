import type { RestorePlan } from '../../catalog/inputs.ts';
import type { JobRow } from '../../catalog/rows.ts';
import type { PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { JobIdentity } from '../../proto/noctule/record/v1/volume_members.ts';
import { JobFailed } from '../director-errors.ts';
import type { Stored } from '../reports/stored-lines.ts';
import type { ActiveJob } from './active-job.ts';
import { AppendSession, type AppendTally } from './append-session.ts';
import type { CopySources } from './copy-feed.ts';
import { transferCopy, type CopyResult } from './copy-transfer.ts';
import { EVERYTHING } from './everything.ts';
import type { JobEnvironment } from './job-environment.ts';
import { PeerCounts } from './peer-counts.ts';
import { reachStorage, type ReachedStorage } from './reach-peers.ts';
import { ReadSession } from './read-session.ts';
import { RestoreReader, type PartReading } from './restore-reader.ts';
import { partsOf, type RestorePart } from './restore-storage.ts';
import { writtenVolumes } from './written-volumes.ts';

export interface StreamCopyOrder {
  /** The backups whose newest state is copied; of a single one its deleted files too. Oldest first. */
  readonly sources: readonly JobRow[];
  /** The job that is written, with what its volumes say of it. */
  readonly identity: JobIdentity;
  readonly pool: PoolResource;
  readonly storage: StorageResource;
}

/** Writes the files of earlier backups as the stream of another job, from volume to volume. No client takes part. */
export class StreamCopy {
  readonly result: CopyResult = { files: 0, contentBytes: 0 };
  /** What the storage daemons had to complain about. */
  readonly sd = new PeerCounts();
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #order: StreamCopyOrder;
  #session: AppendSession | undefined;
  #readStorageNames: readonly string[] = [];

  constructor(job: ActiveJob, env: JobEnvironment, order: StreamCopyOrder) {
    this.#job = job;
    this.#env = env;
    this.#order = order;
  }

  get tally(): AppendTally | undefined {
    return this.#session?.tally;
  }

  /** For the report, when the job has this status. */
  stored(status: string): Stored {
    const { tally } = this;
    return {
      sdFiles: tally?.records ?? 0,
      sdBytes: tally?.memberBytes ?? 0,
      volumeNames: tally?.volumeNames ?? [],
      volSessionId: this.#session?.opened.volSessionId ?? 0,
      volSessionTime: this.#session?.opened.volSessionTime ?? 0,
      lastVolumeBytes: tally?.lastVolumeBytes ?? 0,
      sdErrors: this.sd.errors,
      sdStatus: this.#sdStatus(status),
    };
  }

  #sdStatus(status: string): string {
    if (this.#readStorageNames.length === 0) return '';
    if (status === 'A') return 'Canceled';
    return this.result.written?.status === 'T' ? 'OK' : 'Error';
  }

  /** Empty before they are known. */
  get readStorageNames(): readonly string[] {
    return this.#readStorageNames;
  }

  /** @throws JobFailed unless all of it has become durable. */
  async run(): Promise<void> {
    const { catalog, volumes } = this.#env;
    const { jobId } = this.#job;
    const jobIds = this.#order.sources.map((source) => source.jobId);
    using _reading = await volumes.read(jobIds, jobId);
    for (const source of this.#order.sources) requireFiles(source);
    requireDifferentSessions(this.#order.sources);
    const plan = await catalog.openRestorePlan({ jobIds, rules: EVERYTHING });
    try {
      await this.#copyPlan(plan);
    } finally {
      await catalog.closeRestorePlan(plan.planId);
    }
  }

  async #copyPlan(plan: RestorePlan): Promise<void> {
    const { storage } = this.#order;
    const parts = this.#partsOf(plan);
    using reader = new RestoreReader(this.#job, this.#env, {
      parts,
      addressOf: ({ address }) => address,
      sd: this.sd,
      writes: storage,
    });
    this.#readStorageNames = reader.storageNames;
    this.#job.progress.expectedBytes = plan.bytes;
    await reader.prepare();
    const writer = await reachStorage(this.#job, this.#env, storage);
    using _writing = writer.link;
    await this.#transfer(plan, reader, writer);
  }

  /** A job that saved nothing lies on no volume: then any storage will do. */
  #partsOf({ stretches }: RestorePlan): RestorePart[] {
    const { storage } = this.#order;
    if (stretches.length > 0) return partsOf(this.#job, this.#env, stretches);
    const { device: deviceNames, mediaType } = storage;
    return [{ source: { storage, deviceNames, mediaType, volumeNames: new Set() } }];
  }

  async #transfer({ planId }: RestorePlan, reader: RestoreReader, writer: ReachedStorage): Promise<void> {
    const { identity, pool, storage } = this.#order;
    const { jobId } = identity;
    const { signal, messages } = this.#job;
    const { catalog, now } = this.#env;
    const { link, hello } = writer;
    await using volumes = writtenVolumes(this.#job, this.#env, {
      ...{ pool, storage, link },
      deviceName: () => this.#session?.opened.deviceName,
    });
    const onWaiting = (what: string) => this.#job.storageWaits(what);
    const target = { job: identity, deviceNames: [...storage.device], mediaType: storage.mediaType };
    using to = await AppendSession.open(link, target, {
      volumes,
      signal,
      record: async (durable, mediaId) => {
        await catalog.addDurable({ jobId, mediaId, durable, at: now() });
        this.#showProgress();
      },
      say: (type, text, at) => this.#say(hello.name, type, text, at),
      onWaiting,
    });
    this.#session = to;
    const { volSessionId, volSessionTime, deviceName } = to.opened;
    await catalog.setJob(jobId, { volSessionId, volSessionTime });
    await messages.info(`Using Device "${deviceName}" to write.`);
    using maker = await this.#openMaker(reader, writer, to);
    try {
      await transferCopy(
        {
          ...{ catalog, planId, to, signal },
          from: maker.session,
          ...(maker.sources && { sources: maker.sources }),
          sayForReader: maker.say,
          onReaderWaiting: onWaiting,
          onOtherFailure: (error) => messages.add('Error', messageOf(error)),
        },
        this.result,
      );
    } finally {
      this.#job.volumeNames = to.tally.volumeNames;
    }
  }

  /**
   * The session that makes the new stream: where all volumes are read, if that is one storage; else where it is written. That one
   * reads its own volumes, and fetches what lies elsewhere.
   */
  async #openMaker(
    reader: RestoreReader,
    { link, hello }: ReachedStorage,
    to: AppendSession,
  ): Promise<Maker> {
    const { signal, jobId, job } = this.#job;
    const { storage } = this.#order;
    const { volSessionId, volSessionTime, ticketId, ticketSecret } = to.opened;
    const copyTo = {
      ...{ address: storage.address, port: storage.sdPort, storageName: storage.name },
      ...{ ticketId, ticketSecret, volSessionId, volSessionTime },
    };
    const sources = [...new Set(reader.parts.map(({ source }) => source))];
    const [first, ...others] = sources;
    if (others.length === 0) return reader.open({ source: first! }, signal, copyTo);
    const own = sources.filter((source) => isOneDaemon(source.storage, storage));
    const mediaTypes = new Set(own.map(({ mediaType }) => mediaType));
    const session = await ReadSession.open(
      link,
      {
        ...{ jobId, job, copyTo, forCopy: false },
        deviceNames: own.length > 0 ? own.flatMap(({ deviceNames }) => deviceNames) : [...storage.device],
        mediaType: mediaTypes.size === 1 ? [...mediaTypes][0]! : '',
      },
      signal,
    );
    return {
      session,
      sources: {
        sourceOf: (volumeName) => sources.find(({ volumeNames }) => volumeNames.has(volumeName))!,
        open: async (source, ended) => (own.includes(source) ? undefined : reader.open({ source }, ended)),
      },
      say: (type, text, at) => this.#say(hello.name, type, text, at),
      [Symbol.dispose]: () => session[Symbol.dispose](),
    };
  }

  #showProgress(): void {
    const { records: files = 0, streamBytes: bytes = 0 } = this.tally ?? {};
    this.#job.progress.update({ files, bytes, currentPath: '' }, Date.now());
  }

  async #say(from: string, type: MessageType, text: string, at: Date): Promise<void> {
    this.sd.note(type);
    await this.#job.messages.add(type, text, { from, at });
  }
}

/** The session that makes the new stream. */
interface Maker extends Pick<PartReading, 'session' | 'say'>, Disposable {
  readonly sources?: CopySources;
}

function isOneDaemon(one: StorageResource, other: StorageResource): boolean {
  return one.address === other.address && one.sdPort === other.sdPort;
}

/**
 * Blocks say of what session they are, not of what storage daemon: those of two jobs could not be told apart. A storage daemon
 * draws what it numbers its sessions from, which those of before did not.
 * @throws JobFailed
 */
export function requireDifferentSessions(sources: readonly JobRow[]): void {
  for (const [index, source] of sources.entries()) {
    const { volSessionId, volSessionTime } = source;
    const other = sources.slice(0, index).find((one) => isOfSession(one, source));
    if (!other) continue;
    throw new JobFailed(
      `JobId ${other.jobId} and JobId ${source.jobId} cannot be put together: on the volumes both are session ${volSessionId}/${volSessionTime}`,
      {
        hint: 'Two storage daemons that started in the same second wrote them. Run a Full.',
      },
    );
  }
}

function isOfSession(one: JobRow, { volSessionId, volSessionTime }: JobRow): boolean {
  return one.volSessionId === volSessionId && one.volSessionTime === volSessionTime;
}

function requireFiles({ jobId, name, purgedFiles, jobFiles }: JobRow): void {
  if (!purgedFiles || jobFiles === 0) return;
  throw new JobFailed(
    `JobId ${jobId} (${name}) cannot be copied: its files have been pruned from the catalog`,
    {
      hint: 'Raise File Retention of the Client; "noctule volume scan" brings back what the volumes know.',
    },
  );
}
