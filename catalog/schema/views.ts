/**
 * Views with Bacula's names and columns over the tables of another shape, so that an admin's queries and reports go on
 * working. Made anew with every migration. Times are local civil times, as text; names and paths are text.
 */

const VIEW_NAMES = ['Job', 'Media', 'Pool', 'FileSet', 'Path', 'File', 'Log', 'Events'];

export const VIEWS = `
${VIEW_NAMES.map((name) => `DROP VIEW IF EXISTS ${name};`).join('\n')}

CREATE VIEW Job AS SELECT
  JobId, Job, Name, Type, Level, ClientId, JobStatus,
  ${civil('SchedTime')}, ${civil('StartTime')}, ${civil('EndTime')}, ${civil('RealEndTime')},
  JobTDate, VolSessionId, VolSessionTime, JobFiles, JobBytes, ReadBytes, JobErrors, JobMissingFiles,
  PoolId, FileSetId, PriorJobId,
  coalesce((SELECT p.Job FROM JobRun p WHERE p.JobId = j.PriorJobId), '') AS PriorJob,
  PurgedFiles, 0 AS HasBase, 0 AS HasCache, 0 AS Reviewed, Comment
  FROM JobRun j;

CREATE VIEW Media AS SELECT
  MediaId, VolumeName, Slot, PoolId, MediaType, 0 AS MediaTypeId, 0 AS LabelType,
  ${civil('FirstWritten')}, ${civil('LastWritten')}, ${civil('LabelDate')},
  VolJobs, VolFiles, VolBlocks, 0 AS VolMounts, VolBytes, 0 AS VolABytes, 0 AS VolParts, 1 AS VolType,
  VolErrors, 0 AS VolWrites, 0 AS VolCapacityBytes, VolStatus, Enabled, Recycle, 0 AS ActionOnPurge,
  0 AS CacheRetention, VolRetention, VolUseDuration, MaxVolJobs, MaxVolFiles, MaxVolBytes, InChanger,
  StorageId, 0 AS DeviceId, 0 AS EndFile, 0 AS EndBlock, 0 AS LocationId, RecycleCount,
  ${civil('FirstWritten', 'InitialWrite')}, 0 AS ScratchPoolId, 0 AS RecyclePoolId, '' AS Comment
  FROM Volume;

CREATE VIEW Pool AS SELECT
  PoolId, Name, (SELECT count(*) FROM Volume v WHERE v.PoolId = p.PoolId) AS NumVols, MaxVols,
  0 AS UseOnce, 1 AS UseCatalog, 0 AS AcceptAnyVolume, VolRetention, VolUseDuration, MaxVolJobs, MaxVolFiles,
  MaxVolBytes, AutoPrune, Recycle, 0 AS ActionOnPurge, PoolType, 0 AS LabelType, LabelFormat, 1 AS Enabled,
  0 AS ScratchPoolId, 0 AS RecyclePoolId, 0 AS NextPoolId, 0 AS MigrationHighBytes, 0 AS MigrationLowBytes,
  0 AS MigrationTime
  FROM VolumePool p;

CREATE VIEW FileSet AS SELECT FileSetId, FileSet, MD5, ${civil('CreateTime')} FROM FileSetVersion;

CREATE VIEW Path AS SELECT PathId, CAST(Path AS TEXT) AS Path FROM DirectoryPath;

-- A directory has an empty Filename and is a Path itself; here it is a name in the directory above.
CREATE VIEW File AS
WITH Entry AS (
  SELECT f.FileId, f.FileId & 4294967295 AS FileIndex, r.JobId, r.PathId, f.Name, f.Size, f.Attributes
    FROM DirectoryRun r
    JOIN FileEntry f ON f.FileId BETWEEN (r.JobId << 32) | r.FirstIndex AND (r.JobId << 32) | r.LastIndex
  UNION ALL
  SELECT JobId << 32, 0, JobId, PathId, Name, Size, Attributes FROM DeletedFile)
SELECT
  e.FileId, e.FileIndex, e.JobId,
  CASE WHEN substr(e.Name, -1) = x'2f'
    THEN (SELECT d.PathId FROM DirectoryPath d WHERE d.Path = CAST(p.Path || e.Name AS BLOB))
    ELSE e.PathId END AS PathId,
  CASE WHEN substr(e.Name, -1) = x'2f' THEN '' ELSE CAST(e.Name AS TEXT) END AS Filename,
  0 AS DeltaSeq, 0 AS MarkId,
  noctule_lstat(e.FileIndex, e.Size, e.Attributes) AS LStat, noctule_digest(e.Attributes) AS MD5
  FROM Entry e JOIN DirectoryPath p ON p.PathId = e.PathId;

CREATE VIEW Log AS SELECT LogId, JobId, ${civil('Time')}, LogText FROM JobLog;

CREATE VIEW Events AS SELECT
  EventsId, EventsCode, EventsType, ${civil('EventsTime')}, ${civil('EventsTime', 'EventsInsertTime')},
  EventsDaemon, EventsSource, '' AS EventsRef, EventsText
  FROM Event;
`;

/** Milliseconds since the epoch as "2026-11-21 03:40:02" in the zone of the Director. */
function civil(column: string, name = column): string {
  return `strftime('%Y-%m-%d %H:%M:%S', ${column} / 1000, 'unixepoch', 'localtime') AS ${name}`;
}
