import { createHash } from 'node:crypto';
import { Connection } from '../../catalog/connection.ts';
import { FileWriter } from '../../catalog/file-writer.ts';
import { createJob, endJob, setJob } from '../../catalog/jobs.ts';
import type { IncomingRecord } from '../../catalog/record-batch-reader.ts';
import { fileSetVersion, syncClient } from '../../catalog/resources.ts';
import { migrate } from '../../catalog/schema/migrations.ts';
import { DigestAlgorithm, FileType } from '../../proto/noctule/record/v1/file_record.ts';

const USERS = 23;
const PROJECTS = 50;
const FOLDERS = 50;
const FILES_OF_FOLDER = 20;
const MONTHS = 4;
/** One Full at the beginning of each month, then these. */
const INCREMENTALS_OF_MONTH = 14;
const FILES_OF_INCREMENTAL = 3_000;
/** Files of one transaction. */
const BATCH_FILES = 20_000;

const STEMS = ['report', 'IMG', 'letter', 'invoice', 'notes', 'module', 'minutes'];
const ENDINGS = ['odt', 'pdf', 'jpg', 'txt', 'c', 'h', 'xlsx', 'png', 'md', 'json', 'eml'];
const FIRST_MONTH = Date.UTC(2026, 6, 1, 3);
const DAY_MS = 86_400_000;

export interface LargeCatalog {
  readonly jobs: number;
  /** Directories included. */
  readonly rows: number;
  /** A file that each Full has, and no Incremental. */
  readonly unchangedPath: string;
}

/** Writes a catalog of 60 backups of one client and FileSet, five million file rows in all, into a new database file. */
export function writeLargeCatalog(
  file: string,
  { clientName, fileSetName, jobName }: { clientName: string; fileSetName: string; jobName: string },
): LargeCatalog {
  using db = new Connection(file, 'write');
  migrate(db);
  const clientId = syncClient(db, { name: clientName, autoPrune: false, fileRetention: 0, jobRetention: 0 });
  const { fileSetId } = fileSetVersion(db, { name: fileSetName, md5: 'large', now: new Date(FIRST_MONTH) });
  let jobs = 0;
  let rows = 0;
  const backUp = (level: 'F' | 'I', start: number, files: Iterable<Entry>) => {
    const startTime = new Date(start);
    const jobId = createJob(db, {
      job: `${jobName}.${++jobs}`,
      name: jobName,
      type: 'B',
      level,
      clientId,
      fileSetId,
      schedTime: startTime,
      status: 'R',
    });
    setJob(db, jobId, { startTime });
    let saved = 0;
    for (const batch of batches(recordsOf(files, start))) {
      saved += batch.length;
      db.transaction('write', () => new FileWriter(db).add(jobId, batch, Number.MAX_SAFE_INTEGER));
    }
    rows += saved;
    const totals = { jobFiles: saved, jobBytes: saved * 10_000, readBytes: saved * 30_000, jobErrors: 0 };
    endJob(db, jobId, { jobStatus: 'T', endTime: new Date(start + 3_600_000), ...totals });
  };
  for (let month = 0; month < MONTHS; month++) {
    const begin = FIRST_MONTH + month * 30 * DAY_MS;
    backUp('F', begin, wholeTree());
    for (let day = 1; day <= INCREMENTALS_OF_MONTH; day++) {
      backUp('I', begin + day * DAY_MS, changedFiles(month * INCREMENTALS_OF_MONTH + day));
    }
  }
  return { jobs, rows, unchangedPath: `${folderPath(0, 0, 0)}${fileName(0, 0)}` };
}

interface Entry {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
}

function* wholeTree(): Generator<Entry> {
  const directory = (path: string): Entry => ({ path, isDirectory: true, sizeBytes: 0 });
  yield directory('/');
  yield directory('/home/');
  for (let user = 0; user < USERS; user++) {
    yield directory(`/home/user-${user}/`);
    for (let project = 0; project < PROJECTS; project++) {
      yield directory(`/home/user-${user}/project-${project}/`);
      for (let folder = 0; folder < FOLDERS; folder++) {
        const path = folderPath(user, project, folder);
        yield directory(path);
        for (let file = 0; file < FILES_OF_FOLDER; file++) yield fileOf(path, folder, file);
      }
    }
  }
}

/** Every so manyth folder, never the first; another one each day. */
function* changedFiles(day: number): Generator<Entry> {
  const folders = USERS * PROJECTS * FOLDERS;
  const changed = FILES_OF_INCREMENTAL / FILES_OF_FOLDER;
  const step = Math.floor(folders / changed);
  for (let nth = 0; nth < changed; nth++) {
    const number = nth * step + day;
    const [user, project, folder] = [
      Math.floor(number / (PROJECTS * FOLDERS)),
      Math.floor(number / FOLDERS) % PROJECTS,
      number % FOLDERS,
    ];
    const path = folderPath(user, project, folder);
    for (let file = 0; file < FILES_OF_FOLDER; file++) yield fileOf(path, folder, file);
  }
}

function folderPath(user: number, project: number, folder: number): string {
  return `/home/user-${user}/project-${project}/folder-${folder}/`;
}

function fileName(folder: number, file: number): string {
  return `${STEMS[(folder + file) % STEMS.length]}-${folder * 100 + file}.${ENDINGS[(folder + file) % ENDINGS.length]}`;
}

function fileOf(path: string, folder: number, file: number): Entry {
  return {
    path: path + fileName(folder, file),
    isDirectory: false,
    sizeBytes: (folder * 7919 + file * 104_729) % 200_000,
  };
}

function* recordsOf(entries: Iterable<Entry>, start: number): Generator<IncomingRecord> {
  let fileIndex = 0;
  let streamOffset = 0;
  for (const { path, isDirectory, sizeBytes } of entries) {
    fileIndex++;
    const streamBytes = 1536 + Math.ceil(sizeBytes / 512) * 512;
    const seconds = Math.floor(start / 1000) - (fileIndex % 100_000);
    yield {
      path: Buffer.from(path),
      fileIndex,
      type: isDirectory ? FileType.DIRECTORY : FileType.REGULAR,
      mode: isDirectory ? 0o040755 : 0o100644,
      uid: 1000,
      gid: 1000,
      sizeBytes,
      mtimeSeconds: seconds,
      mtimeNanoseconds: (fileIndex * 7919) % 1_000_000_000,
      ctimeSeconds: seconds,
      ctimeNanoseconds: (fileIndex * 7919) % 1_000_000_000,
      atimeSeconds: seconds + 100,
      atimeNanoseconds: (fileIndex * 104_729) % 1_000_000_000,
      device: 65_025,
      inode: 1_000_000 + fileIndex * 3,
      linkCount: 1,
      specialDevice: 0,
      linkTarget: Buffer.alloc(0),
      linkFileIndex: 0,
      streamOffset,
      streamBytes,
      digestAlgorithm: isDirectory ? DigestAlgorithm.UNSPECIFIED : DigestAlgorithm.SHA1,
      digest: isDirectory ? Buffer.alloc(0) : createHash('sha1').update(path).digest(),
      deltaSequence: 0,
      deleted: false,
      extended: false,
    };
    streamOffset += streamBytes;
  }
}

function* batches<T>(values: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const value of values) {
    batch.push(value);
    if (batch.length < BATCH_FILES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
