import type { Connection } from './connection.ts';
import { baseName, isDirectoryPath } from './entry-path.ts';
import { unpackRecord } from './file-attributes.ts';
import type { DirectoryQuery } from './inputs.ts';
import { findPathId } from './path-ids.ts';
import type { DirectoryEntry } from './rows.ts';

/**
 * What a chain of jobs knows of a directory: table Version, one row for each name and job. The chain is a JSON array
 * of JobIds, oldest first (:jobIds); a job's place in it is its rank.
 *
 * The row with the highest Precedence of a Base tells the state: a newer job before an older one; in one job a saved
 * entry before the note that one is gone, and of two saved under one name the later. So a directory that replaced a
 * file of the same name hides it, and the other way round. A directory that is only implied (rank -1) hides nothing.
 */
export const VERSIONS_OF_DIRECTORY = `
  Version AS (
    SELECT CAST(rtrim(f.Name, '/') AS BLOB) AS Base, ((c.key * 2 + 1) << 32) + (f.FileId & 4294967295) AS Precedence,
           c.key AS JobRank, r.JobId, f.FileId & 4294967295 AS FileIndex, f.Name, f.Size, f.Attributes
      FROM json_each(:jobIds) c
      CROSS JOIN DirectoryRun r ON r.JobId = c.value AND r.PathId = :pathId
      CROSS JOIN FileEntry f ON f.FileId BETWEEN (r.JobId << 32) | r.FirstIndex AND (r.JobId << 32) | r.LastIndex
    UNION ALL
    SELECT CAST(rtrim(d.Name, '/') AS BLOB), (c.key * 2) << 32, c.key, d.JobId, 0, d.Name, d.Size, d.Attributes
      FROM json_each(:jobIds) c CROSS JOIN DeletedFile d ON d.JobId = c.value AND d.PathId = :pathId
    UNION ALL
    SELECT CAST(rtrim(i.Name, '/') AS BLOB), -1, -1, 0, NULL, i.Name, 0, NULL
      FROM json_each(:jobIds) c CROSS JOIN ImpliedDirectory i ON i.JobId = c.value AND i.PathId = :pathId)`;

interface NewestColumns {
  readonly Base: Buffer;
  readonly JobId: number;
  /** 0: gone. null: an implied directory. */
  readonly FileIndex: number | null;
  readonly Name: Buffer;
  readonly Size: number;
  readonly Attributes: Buffer | null;
}

const NEWEST_IN_DIRECTORY = `
  WITH ${VERSIONS_OF_DIRECTORY}
  SELECT Base, max(Precedence), JobId, FileIndex, Name, Size, Attributes
    FROM Version WHERE Base > :after
   GROUP BY Base HAVING FileIndex IS NOT 0
   ORDER BY Base LIMIT :limit`;

const OLDEST_FIRST = `
  SELECT JobId FROM JobRun WHERE JobId IN (SELECT value FROM json_each(:jobIds)) ORDER BY StartTime, JobId`;

/** The jobs that exist, in the order in which they started. A job given twice counts once. */
export function chainOf(db: Connection, jobIds: readonly number[]): number[] {
  return db.all<{ JobId: number }>(OLDEST_FIRST, { jobIds: JSON.stringify(jobIds) }).map(({ JobId }) => JobId);
}

/** A page of the directory as the chain leaves it, by name (in the order of bytes). Empty for one that is not there. */
export function browseDirectory(
  db: Connection,
  { jobIds, path, after, limit }: DirectoryQuery,
): DirectoryEntry[] {
  const pathId = findPathId(db, path);
  if (pathId === undefined) return [];
  return db
    .all<NewestColumns>(NEWEST_IN_DIRECTORY, {
      jobIds: JSON.stringify(chainOf(db, jobIds)),
      pathId,
      after: after ?? Buffer.alloc(0),
      limit,
    })
    .map(toEntry);
}

const IMPLIED_MODE = 0o040755;

function toEntry(columns: NewestColumns): DirectoryEntry {
  const { Name, Size, JobId, FileIndex, Attributes } = columns;
  const own = { name: baseName(Name), isDirectory: isDirectoryPath(Name) };
  if (FileIndex === null || Attributes === null) {
    return { ...own, size: 0, mtime: new Date(0), mode: IMPLIED_MODE, uid: 0, gid: 0, jobId: 0, fileIndex: 0 };
  }
  const record = unpackRecord({ path: Name, fileIndex: FileIndex, size: Size, attributes: Attributes });
  return {
    ...own,
    size: Size,
    mtime: new Date(record.mtimeSeconds * 1000 + Math.floor(record.mtimeNanoseconds / 1e6)),
    mode: record.mode,
    uid: record.uid,
    gid: record.gid,
    jobId: JobId,
    fileIndex: FileIndex,
  };
}
