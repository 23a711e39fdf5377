import type {
  RestoreEntries,
  BackupRequest,
  BackupResponse,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileRecordBatch } from '../../proto/noctule/record/v1/volume_members.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';

const TAR_BLOCK = 512;
const DAY_SECONDS = 86_400;

/** One file of the simulated machine: how big it is, and on which days it changes. */
export interface SimulatedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** It is there from this time on (seconds since the epoch), and changes every so many days. */
  readonly madeAt: number;
  readonly changesEveryDays: number;
}

/**
 * A machine whose files follow from the clock alone, so that what a restore must give back at any time can be told
 * without having kept it. A file's mtime is its version.
 */
export class SimulatedMachine {
  readonly #files: ReadonlyMap<string, readonly SimulatedFile[]>;

  /** Files by the name of the FileSet that holds them. */
  constructor(files: ReadonlyMap<string, readonly SimulatedFile[]>) {
    this.#files = files;
  }

  /** Path -> mtime of what is there at a time (seconds since the epoch). */
  stateAt(fileSet: string, seconds: number): Map<string, number> {
    return new Map(this.#present(fileSet, seconds).map((file) => [file.path, versionAt(file, seconds)]));
  }

  /** What a backup that starts at a time saves: all, or what changed since. */
  *changedSince(fileSet: string, seconds: number, since: number | undefined): Generator<FileRecord> {
    let fileIndex = 0;
    let streamOffset = 0;
    for (const file of this.#present(fileSet, seconds)) {
      const mtimeSeconds = versionAt(file, seconds);
      if (since !== undefined && mtimeSeconds < since) continue;
      fileIndex += 1;
      const streamBytes = 2 * TAR_BLOCK + file.sizeBytes;
      yield recordOf(file, { fileIndex, streamOffset, streamBytes, mtimeSeconds });
      streamOffset += streamBytes;
    }
  }

  #present(fileSet: string, seconds: number): SimulatedFile[] {
    const files = this.#files.get(fileSet);
    if (!files) throw new Error(`the simulated machine has no files for FileSet "${fileSet}"`);
    return files.filter(({ madeAt }) => madeAt <= seconds);
  }
}

export function sinceSeconds({ sinceNs }: BackupRequest): number | undefined {
  return sinceNs === undefined ? undefined : Number(sinceNs / 1_000_000_000n);
}

/** What the client says at the end of a backup. */
export function totalsOf(records: readonly FileRecord[]): BackupResponse {
  const streamBytes = records.reduce((sum, record) => sum + record.streamBytes, 0);
  const value = {
    files: records.length,
    contentBytes: records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    streamBytes,
    sentBytes: streamBytes,
    errors: 0,
    compressed: false,
  };
  return { event: { $case: 'totals', value } };
}

/** Path -> mtime of what a restore was told to write. */
export function versionsOf({ batch }: RestoreEntries): Map<string, number> {
  const { records } = FileRecordBatch.decode(batch);
  return new Map(records.map(({ path, mtimeSeconds }) => [String(path), mtimeSeconds]));
}

function versionAt({ madeAt, changesEveryDays }: SimulatedFile, seconds: number): number {
  const period = changesEveryDays * DAY_SECONDS;
  return madeAt + Math.floor((seconds - madeAt) / period) * period;
}

function recordOf(
  file: SimulatedFile,
  place: Pick<FileRecord, 'fileIndex' | 'streamOffset' | 'streamBytes' | 'mtimeSeconds'>,
): FileRecord {
  return {
    path: Buffer.from(file.path),
    type: FileType.REGULAR,
    mode: 0o100644,
    uid: 0,
    gid: 0,
    sizeBytes: file.sizeBytes,
    mtimeNanoseconds: 0,
    ctimeSeconds: place.mtimeSeconds,
    ctimeNanoseconds: 0,
    atimeSeconds: place.mtimeSeconds,
    atimeNanoseconds: 0,
    device: 1n,
    inode: BigInt(place.fileIndex),
    linkCount: 1,
    specialDevice: 0n,
    linkTarget: Buffer.alloc(0),
    linkFileIndex: 0,
    digestAlgorithm: 0,
    digest: Buffer.alloc(0),
    deltaSequence: 0,
    deleted: false,
    extended: false,
    ...place,
  };
}
