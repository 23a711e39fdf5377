import type { FileRecord } from '../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../proto/noctule/record/v1/volume_members.ts';
import { fromColumn, type Connection } from './connection.ts';
import { isDirectoryPath, splitPath } from './entry-path.ts';
import { unpackRecord } from './file-attributes.ts';
import type { FilesCursor, FilesPage, FilesQuery } from './inputs.ts';
import { findPathId } from './path-ids.ts';
import type { FileVersion } from './rows.ts';

export interface FileColumns {
  readonly PathId: number;
  /** Of the directory it lies in. */
  readonly Path: Buffer;
  readonly Name: Buffer;
  /** Of a saved file its index, of a deleted one its row: what a page goes on behind. */
  readonly Position: number;
  readonly Size: number;
  readonly Attributes: Buffer;
}

/** A page of files as it crosses from the worker: the records encoded, which costs a fifth of copying the objects. */
export interface EncodedFilesPage {
  readonly batch: Uint8Array;
  readonly next?: FilesCursor;
}

const SAVED_FILES = `
  SELECT r.PathId, p.Path, f.Name, f.FileId & 4294967295 AS Position, f.Size, f.Attributes
    FROM DirectoryRun r
    CROSS JOIN FileEntry f ON f.FileId BETWEEN (r.JobId << 32) | max(r.FirstIndex, iif(r.PathId = :pathId, :position + 1, 0))
                                           AND (r.JobId << 32) | r.LastIndex
    CROSS JOIN DirectoryPath p ON p.PathId = r.PathId
   WHERE r.JobId = :jobId AND r.PathId >= :pathId
   ORDER BY r.PathId, r.FirstIndex, f.FileId LIMIT :limit`;

const DELETED_FILES = `
  SELECT d.PathId, p.Path, d.Name, d.DeletedId AS Position, d.Size, d.Attributes
    FROM DeletedFile d CROSS JOIN DirectoryPath p ON p.PathId = d.PathId
   WHERE d.JobId = :jobId AND (d.PathId, d.DeletedId) > (:pathId, :position)
   ORDER BY d.PathId, d.DeletedId LIMIT :limit`;

/** The job's file records, directory by directory; with kind `all` those of deleted files come last. */
export function filesPage(db: Connection, { jobId, kind = 'saved', after, limit }: FilesQuery): EncodedFilesPage {
  const deleted = after?.deleted ?? kind === 'deleted';
  const parameters = { jobId, pathId: after?.pathId ?? 0, position: after?.position ?? 0, limit };
  const rows = db.all<FileColumns>(deleted ? DELETED_FILES : SAVED_FILES, parameters);
  const records = rows.map((row) =>
    unpackRecord({
      path: Buffer.concat([row.Path, row.Name]),
      fileIndex: deleted ? 0 : row.Position,
      size: row.Size,
      attributes: row.Attributes,
    }),
  );
  const last = rows.at(-1);
  const batch = FileRecordBatch.encode({ records }).finish();
  if (rows.length === limit && last !== undefined) {
    return { batch, next: { deleted, pathId: last.PathId, position: last.Position } };
  }
  return kind === 'all' && !deleted ? { batch, next: { deleted: true, pathId: 0, position: 0 } } : { batch };
}

export function decodeFilesPage({ batch, next }: EncodedFilesPage): FilesPage {
  const files: FileRecord[] = FileRecordBatch.decode(batch).records;
  return next === undefined ? { files } : { files, next };
}

interface VersionColumns {
  readonly JobId: number;
  readonly Path: Buffer;
  readonly Name: Buffer;
  readonly Size: number;
  readonly Attributes: Buffer;
  readonly Deleted: number;
  readonly StartTime: number | null;
  readonly Type: string;
  readonly Level: string;
  readonly JobStatus: string;
  readonly JobFiles: number;
  readonly JobBytes: number;
}

/** `directory` narrows the jobs' directories to one; without it every file of the client is looked at. */
function fileVersions(directory: string): string {
  return `
  WITH Found AS (
    SELECT r.JobId, r.PathId, f.Name, f.Size, f.Attributes, 0 AS Deleted
      FROM JobRun j
      CROSS JOIN DirectoryRun r ON r.JobId = j.JobId ${directory}
      CROSS JOIN FileEntry f ON f.FileId BETWEEN (r.JobId << 32) | r.FirstIndex AND (r.JobId << 32) | r.LastIndex
     WHERE j.ClientId = :clientId AND j.Type = 'B' AND f.Name IN (:name, :directoryName)
    UNION ALL
    SELECT r.JobId, r.PathId, r.Name, r.Size, r.Attributes, 1
      FROM JobRun j CROSS JOIN DeletedFile r ON r.JobId = j.JobId ${directory}
     WHERE j.ClientId = :clientId AND j.Type = 'B' AND r.Name IN (:name, :directoryName))
  SELECT e.JobId, p.Path, e.Name, e.Size, e.Attributes, e.Deleted,
         j.StartTime, j.Type, j.Level, j.JobStatus, j.JobFiles, j.JobBytes
    FROM Found e JOIN JobRun j USING (JobId) JOIN DirectoryPath p USING (PathId)
   ORDER BY j.StartTime DESC, e.JobId DESC, p.Path, e.Name LIMIT :limit`;
}

const VERSIONS_ANYWHERE = fileVersions('');
const VERSIONS_IN_DIRECTORY = fileVersions('AND r.PathId = :pathId');

const VERSIONS_MAX = 10_000;

/**
 * The versions of a file in all backup jobs of the client, newest first, at most 10,000. A path without any '/' is a
 * name that may lie in any directory.
 */
export function jobsWithFile(
  db: Connection,
  { clientName, path }: { readonly clientName: string; readonly path: Buffer },
): FileVersion[] {
  const clientId = db.value<number>('SELECT ClientId FROM Client WHERE Name = :clientName', { clientName });
  if (clientId === undefined) return [];
  const { parent, name } = splitPath(path);
  const directoryName = isDirectoryPath(name) ? name : Buffer.concat([name, Buffer.from('/')]);
  const parameters = { clientId, name, directoryName, limit: VERSIONS_MAX };
  if (!path.includes('/')) return db.all<VersionColumns>(VERSIONS_ANYWHERE, parameters).map(toVersion);
  const pathId = findPathId(db, parent);
  if (pathId === undefined) return [];
  return db.all<VersionColumns>(VERSIONS_IN_DIRECTORY, { ...parameters, pathId }).map(toVersion);
}

function toVersion(columns: VersionColumns): FileVersion {
  const path = Buffer.concat([columns.Path, columns.Name]);
  const deleted = columns.Deleted !== 0;
  const { mtimeSeconds } = unpackRecord({
    path,
    fileIndex: deleted ? 0 : 1,
    size: columns.Size,
    attributes: columns.Attributes,
  });
  return {
    jobId: columns.JobId,
    path,
    startTime: fromColumn(columns.StartTime),
    type: columns.Type,
    level: columns.Level,
    jobStatus: columns.JobStatus,
    jobFiles: columns.JobFiles,
    jobBytes: columns.JobBytes,
    size: columns.Size,
    mtime: new Date(mtimeSeconds * 1000),
    deleted,
  };
}
