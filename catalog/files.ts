import type { FileRecord } from '../proto/noctule/record/v1/file_record.ts';
import type { Connection } from './connection.ts';
import { directoryTreeOf, findPathId } from './directory-paths.ts';
import { baseName, splitPath } from './entry-path.ts';
import { filesBetween, INDEX_MAX, runsOfJobInDirectory, type SavedFile } from './file-runs.ts';
import type { FilesQuery } from './inputs.ts';
import { selectJobs } from './job-rows.ts';
import { EntryReader } from './packed-entries.ts';
import type { EncodedFilesPage } from './receivers.ts';
import { RecordEncoder } from './record-encoder.ts';
import type { FileVersion, JobRow } from './rows.ts';

/** The job's file records in the order of its stream; with kind `all` those of deleted files come last. */
export function filesPage(db: Connection, query: FilesQuery): EncodedFilesPage {
  const deleted = query.after?.deleted ?? query.kind === 'deleted';
  const records = new RecordEncoder();
  const tree = directoryTreeOf(db);
  for (const { pathId, entry, fileIndex, position } of deleted
    ? deletedFiles(db, query)
    : savedFiles(db, query)) {
    records.add(tree.node(pathId).path, entry, fileIndex);
    if (records.count === query.limit) return { batch: records.finish(), next: { deleted, position } };
  }
  const goesOn = query.kind === 'all' && !deleted;
  return { batch: records.finish(), ...(goesOn && { next: { deleted: true, position: 0 } }) };
}

/** A file of a page; its index is 0 when it is deleted. */
export interface Positioned extends SavedFile {
  /** What the next page goes on behind. */
  readonly position: number;
}

function* savedFiles(db: Connection, { jobId, after }: FilesQuery): Generator<Positioned> {
  for (const file of filesBetween(db, jobId, (after?.position ?? 0) + 1, INDEX_MAX))
    yield { ...file, position: file.fileIndex };
}

const DELETED_FILES = `
  SELECT DeletedId AS deletedId, PathId AS pathId, Entry AS packed FROM DeletedFile
   WHERE JobId = :jobId AND DeletedId > :afterId ORDER BY DeletedId LIMIT :limit`;

function* deletedFiles(
  db: Connection,
  { jobId, after, limit }: Pick<FilesQuery, 'jobId' | 'after' | 'limit'>,
): Generator<Positioned> {
  const query = { jobId, afterId: after?.position ?? 0, limit };
  const rows = db.all<DeletedColumns & { deletedId: number }>(DELETED_FILES, query);
  for (const { deletedId, pathId, packed } of rows)
    yield { fileIndex: 0, pathId, entry: readOne(packed), position: deletedId };
}

/** Records of files of which the job saw that they were gone, by their place. */
export function* deletedRecords(
  db: Connection,
  { jobId, afterId, limit }: { readonly jobId: number; readonly afterId: number; readonly limit: number },
): Generator<{ readonly record: FileRecord; readonly position: number }> {
  const tree = directoryTreeOf(db);
  const after = { deleted: true, position: afterId };
  for (const { pathId, entry, position } of deletedFiles(db, { jobId, after, limit }))
    yield { record: entry.record(tree.pathOf(pathId, entry.name), 0), position };
}

interface DeletedColumns {
  readonly pathId: number;
  readonly packed: Buffer;
}

const BACKUPS_OF_CLIENT = `
  WHERE j.ClientId = (SELECT ClientId FROM Client WHERE Name = :clientName) AND j.Type = 'B'
  ORDER BY j.StartTime DESC, j.JobId DESC`;

const DELETED_OF_JOB =
  'SELECT PathId AS pathId, Entry AS packed FROM DeletedFile WHERE JobId = :jobId AND PathId = :pathId';

/** The versions of a file, named by its whole path, in all backup jobs of the client; newest first. */
export function jobsWithFile(
  db: Connection,
  { clientName, path }: { readonly clientName: string; readonly path: Buffer },
): FileVersion[] {
  const { parent, name } = splitPath(path);
  const pathId = findPathId(db, parent);
  if (pathId === undefined) return [];
  const file = baseName(name);
  const isWanted = (entry: EntryReader) => baseName(entry.name).equals(file);
  const versions: FileVersion[] = [];
  /** @param firstIndex 0: they are deleted. */
  const add = (job: JobRow, packed: Buffer, firstIndex: number) => {
    const deleted = firstIndex === 0;
    const entry = new EntryReader(packed);
    for (let position = 0; entry.next(); position++) {
      if (!isWanted(entry)) continue;
      const fileIndex = deleted ? 0 : firstIndex + position;
      versions.push({ ...versionOf(job, entry, Buffer.concat([parent, entry.name])), fileIndex, deleted });
    }
  };
  for (const job of selectJobs(db, BACKUPS_OF_CLIENT, { clientName })) {
    for (const { entries, firstIndex } of runsOfJobInDirectory(db, job.jobId, pathId))
      add(job, entries, firstIndex);
    for (const { packed } of db.all<DeletedColumns>(DELETED_OF_JOB, { jobId: job.jobId, pathId }))
      add(job, packed, 0);
  }
  return versions;
}

function versionOf(
  job: JobRow,
  entry: EntryReader,
  path: Buffer,
): Omit<FileVersion, 'fileIndex' | 'deleted'> {
  return {
    jobId: job.jobId,
    path,
    startTime: job.startTime,
    type: job.type,
    level: job.level,
    jobStatus: job.jobStatus,
    jobFiles: job.jobFiles,
    jobBytes: job.jobBytes,
    size: entry.size,
    mtime: new Date(entry.mtime.seconds * 1000),
  };
}

function readOne(packed: Buffer): EntryReader {
  const entry = new EntryReader(packed);
  entry.next();
  return entry;
}
