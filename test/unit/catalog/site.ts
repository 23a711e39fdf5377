import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { Connection } from '../../../catalog/connection.ts';
import { addDurable } from '../../../catalog/durable.ts';
import { createJob, endJob, setJob } from '../../../catalog/jobs.ts';
import { fileSetVersion, syncClient, syncPool, syncStorage } from '../../../catalog/resources.ts';
import { migrate } from '../../../catalog/schema/migrations.ts';
import { createVolume } from '../../../catalog/volumes.ts';
import { DigestAlgorithm, FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch, RecordsContent } from '../../../proto/noctule/record/v1/volume_members.ts';
import type { Durable } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** A file as a test names it; what is absent is made up. */
export interface TestFile {
  /** Its bytes as Latin-1 text, so that it need not be UTF-8; a directory's ends in '/'. */
  readonly path: string;
  readonly size?: number;
  readonly type?: FileType;
  /** Path of the first name, saved before in the same job: makes a hard link. */
  readonly linkTo?: string;
  readonly deleted?: boolean;
}

export interface TestJob {
  readonly name?: string;
  readonly level?: string;
  readonly status?: string;
  /** Minutes since the site's beginning. */
  readonly start: number;
  readonly files?: readonly TestFile[];
  /** Blocks on each volume; the last volume takes the rest. */
  readonly blocksPerVolume?: number;
  readonly fileSet?: string;
  readonly md5?: string;
  readonly client?: string;
}

export const BEGINNING = Date.UTC(2026, 10, 21, 3, 0, 0);
export const minute = (minutes: number) => new Date(BEGINNING + minutes * 60_000);

/** Small, so that a few files take several. */
export const BLOCK_BYTES = 4096;

/** A catalog in a directory of its own with one client, pool and storage; jobs and files by the line. No threads. */
export class Site implements Disposable {
  readonly #directory = temporaryDirectory();
  readonly file = join(this.#directory.path, 'catalog.db');
  readonly db: Connection;
  readonly poolId: number;
  readonly storageId: number;
  #volumes = 0;

  constructor() {
    this.db = new Connection(this.file, 'write');
    migrate(this.db);
    // Nobody pulls the plug on a test, and it makes many small changes.
    this.db.pragma('synchronous = OFF');
    this.poolId = syncPool(this.db, POOL).poolId;
    this.storageId = syncStorage(this.db, 'File1');
  }

  get clientId(): number {
    return this.client('zebulon-fd');
  }

  client(name: string): number {
    return syncClient(this.db, { name, autoPrune: true, fileRetention: 5_184_000, jobRetention: 15_552_000 });
  }

  fileSet(name = 'Home', md5 = 'one'): number {
    return fileSetVersion(this.db, { name, md5, now: minute(0) }).fileSetId;
  }

  volume(): { mediaId: number; volumeName: string } {
    const volumeName = `Full-${String(++this.#volumes).padStart(4, '0')}`;
    const { poolId, storageId } = this;
    return createVolume(this.db, { volumeName, poolId, storageId, mediaType: 'File', status: 'Append' });
  }

  /** Creates and starts a job. */
  start({ name = 'Backup', level = 'F', start, fileSet, md5, client }: TestJob): number {
    const jobId = createJob(this.db, {
      job: `${name}.${start}.${Math.random()}`,
      name,
      type: 'B',
      level,
      clientId: client === undefined ? this.clientId : this.client(client),
      poolId: this.poolId,
      fileSetId: this.fileSet(fileSet, md5),
      schedTime: minute(start),
      status: 'C',
    });
    const changes = {
      jobStatus: 'R',
      startTime: minute(start),
      volSessionId: jobId,
      volSessionTime: 1_795_000_000,
    };
    setJob(this.db, jobId, changes);
    return jobId;
  }

  end(jobId: number, at: number, status = 'T'): void {
    const totals = { jobFiles: 1, jobBytes: 2, readBytes: 3, jobErrors: 0 };
    endJob(this.db, jobId, { jobStatus: status, endTime: minute(at), ...totals });
  }

  /** A whole backup: started, its files durable, ended half a minute later. */
  backup(job: TestJob): number {
    const jobId = this.start(job);
    for (const report of this.reportsOf(recordsOf(job.files ?? []), job.blocksPerVolume)) {
      this.db.transaction('write', () => addDurable(this.db, { jobId, at: minute(job.start), ...report }));
    }
    this.end(jobId, job.start + 0.5, job.status);
    return jobId;
  }

  /** Cuts a stream into blocks, three to a report, and puts these on new volumes. */
  reportsOf(
    records: readonly FileRecord[],
    blocksPerVolume = Number.MAX_SAFE_INTEGER,
  ): { mediaId: number; durable: Durable }[] {
    const streamBytes = Math.max(0, ...records.map((record) => record.streamOffset + record.streamBytes));
    const blockCount = Math.ceil(streamBytes / BLOCK_BYTES);
    const left = [...records];
    const reports: { mediaId: number; durable: Durable }[] = [];
    let volume = this.volume();
    let volumeOffset = LABEL_BYTES;
    for (let first = 0, onVolume = 0; first < blockCount;) {
      if (onVolume >= blocksPerVolume) {
        volume = this.volume();
        volumeOffset = LABEL_BYTES;
        onVolume = 0;
      }
      const count = Math.min(3, blockCount - first, blocksPerVolume - onVolume);
      const contentBytes = Array.from({ length: count }, (_, i) =>
        Math.min(BLOCK_BYTES, streamBytes - (first + i) * BLOCK_BYTES),
      );
      const memberBytes = contentBytes.map((bytes, i) => 100 + Math.floor(bytes / 3) + i);
      const gapBytes = contentBytes.map((_, i) => (i === 1 ? 77 : 0));
      const end = Math.min(streamBytes, (first + count) * BLOCK_BYTES);
      const behind = left.findIndex((record) => record.streamOffset + record.streamBytes > end);
      const complete = left.splice(0, behind < 0 ? left.length : behind);
      const blocks = {
        firstBlock: first,
        volumeOffset,
        streamOffset: first * BLOCK_BYTES,
        memberBytes,
        contentBytes,
        gapBytes,
      };
      volumeOffset += sum(memberBytes) + sum(gapBytes);
      const members = complete.length > 0 ? [recordsMember(complete)] : [];
      volumeOffset += sum(members.map((member) => member.length));
      reports.push({
        mediaId: volume.mediaId,
        durable: { volumeName: volume.volumeName, blocks, records: members, volumeBytes: volumeOffset },
      });
      first += count;
      onVolume += count;
    }
    if (blockCount === 0 && left.length > 0) {
      const durable = {
        volumeName: volume.volumeName,
        blocks: undefined,
        records: [recordsMember(left)],
        volumeBytes: 900,
      };
      reports.push({ mediaId: volume.mediaId, durable });
    }
    return reports;
  }

  [Symbol.dispose](): void {
    this.db[Symbol.dispose]();
    this.#directory[Symbol.dispose]();
  }
}

export const POOL = {
  name: 'A-Full-Pool',
  poolType: 'Backup',
  labelFormat: 'Full-',
  maxVols: 100,
  volRetention: 31_104_000,
  volUseDuration: 0,
  maxVolJobs: 0,
  maxVolFiles: 0,
  maxVolBytes: 4_617_089_843,
  autoPrune: true,
  recycle: true,
  useOnce: false,
  truncateOnPurge: false,
};

const LABEL_BYTES = 300;

/** An encoded RecordsContent. */
export function recordsMember(records: readonly FileRecord[]): Buffer {
  const plain = FileRecordBatch.encode({ records: [...records] }).finish();
  const batch = deflateRawSync(plain);
  return Buffer.from(RecordsContent.encode({ deflated: true, batch, recordCount: records.length }).finish());
}

/** Records of files in the order of a stream, with indexes and places. */
export function recordsOf(files: readonly TestFile[]): FileRecord[] {
  let fileIndex = 0;
  let streamOffset = 0;
  const indexes = new Map<string, number>();
  const linked = new Set(files.map(({ linkTo }) => linkTo));
  return files.map(({ path, size = 0, type, linkTo, deleted = false }) => {
    const ownType =
      linkTo !== undefined
        ? FileType.HARD_LINK
        : (type ?? (path.endsWith('/') ? FileType.DIRECTORY : FileType.REGULAR));
    const streamBytes = deleted ? 0 : 1536 + (ownType === FileType.REGULAR ? Math.ceil(size / 512) * 512 : 0);
    if (!deleted) indexes.set(path, ++fileIndex);
    const record: FileRecord = {
      ...A_RECORD,
      path: Buffer.from(path, 'latin1'),
      fileIndex: deleted ? 0 : fileIndex,
      type: ownType,
      sizeBytes: size,
      mode: ownType === FileType.DIRECTORY ? 0o040755 : 0o100644,
      inode: BigInt(1000 + fileIndex),
      linkCount: linkTo !== undefined || linked.has(path) ? 2 : 1,
      linkTarget: Buffer.from(linkTo ?? '', 'latin1'),
      linkFileIndex: linkTo === undefined ? 0 : (indexes.get(linkTo) ?? 0),
      streamOffset: deleted ? 0 : streamOffset,
      streamBytes,
      deleted,
    };
    streamOffset += streamBytes;
    return record;
  });
}

export const A_RECORD: FileRecord = {
  path: Buffer.from('/x'),
  fileIndex: 1,
  type: FileType.REGULAR,
  mode: 0o100644,
  uid: 1000,
  gid: 1000,
  sizeBytes: 0,
  mtimeSeconds: 1_700_000_000,
  mtimeNanoseconds: 123_456_789,
  ctimeSeconds: 1_700_000_100,
  ctimeNanoseconds: 5,
  atimeSeconds: 1_700_000_000,
  atimeNanoseconds: 123_456_789,
  device: 65_025n,
  inode: 42n,
  linkCount: 1,
  specialDevice: 0n,
  linkTarget: Buffer.alloc(0),
  linkFileIndex: 0,
  streamOffset: 0,
  streamBytes: 512,
  digestAlgorithm: DigestAlgorithm.SHA1,
  digest: Buffer.alloc(20, 7),
  deltaSequence: 0,
  deleted: false,
  extended: false,
};

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
