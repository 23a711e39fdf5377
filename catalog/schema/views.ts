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
  PurgedFiles, 0 AS HasBase, 0 AS HasCache, Reviewed, Comment
  FROM JobRun j;

CREATE VIEW Media AS SELECT
  MediaId, VolumeName, Slot, PoolId, MediaType, 0 AS MediaTypeId, 0 AS LabelType,
  ${civil('FirstWritten')}, ${civil('LastWritten')}, ${civil('LabelDate')},
  VolJobs, VolFiles, VolBlocks, 0 AS VolMounts, VolBytes, 0 AS VolABytes, 0 AS VolParts, 1 AS VolType,
  VolErrors, 0 AS VolWrites, 0 AS VolCapacityBytes, VolStatus, Enabled, Recycle, ActionOnPurge,
  0 AS CacheRetention, VolRetention, VolUseDuration, MaxVolJobs, MaxVolFiles, MaxVolBytes, InChanger,
  StorageId, 0 AS DeviceId, 0 AS EndFile, 0 AS EndBlock, 0 AS LocationId, RecycleCount,
  ${civil('FirstWritten', 'InitialWrite')}, ScratchPoolId, RecyclePoolId, Comment
  FROM Volume;

CREATE VIEW Pool AS SELECT
  PoolId, Name, (SELECT count(*) FROM Volume v WHERE v.PoolId = p.PoolId) AS NumVols, MaxVols,
  UseOnce, 1 AS UseCatalog, 0 AS AcceptAnyVolume, VolRetention, VolUseDuration, MaxVolJobs, MaxVolFiles,
  MaxVolBytes, AutoPrune, Recycle, ActionOnPurge, PoolType, 0 AS LabelType, LabelFormat, 1 AS Enabled,
  ScratchPoolId, RecyclePoolId, 0 AS NextPoolId, 0 AS MigrationHighBytes, 0 AS MigrationLowBytes,
  0 AS MigrationTime
  FROM VolumePool p;

CREATE VIEW FileSet AS SELECT FileSetId, FileSet, MD5, ${civil('CreateTime')} FROM FileSetVersion;

CREATE VIEW Path AS SELECT
  d.PathId,
  (WITH RECURSIVE Up (ParentId, Path) AS (
     SELECT d.ParentId, d.Name
     UNION ALL SELECT p.ParentId, p.Name || Up.Path FROM Up JOIN DirectoryPath p ON p.PathId = Up.ParentId)
   SELECT CAST(Path AS TEXT) FROM Up WHERE ParentId = 0) AS Path
  FROM DirectoryPath d;

-- A directory has an empty Filename and is a Path itself; in the tables it is a name in the directory above.
CREATE VIEW File AS
WITH Entry AS (
  SELECT r.RunId + e.Position AS FileId, (r.RunId & 4294967295) + e.Position AS FileIndex, r.JobId, r.PathId, e.*
    FROM FileRun r JOIN noctule_entries(r.Entries) e
  UNION ALL
  SELECT d.JobId << 32, 0, d.JobId, d.PathId, e.* FROM DeletedFile d JOIN noctule_entries(d.Entry) e)
SELECT
  FileId, FileIndex, JobId,
  iif(IsDirectory, (SELECT d.PathId FROM DirectoryPath d WHERE d.ParentId = Entry.PathId AND d.Name = Entry.Name),
      PathId) AS PathId,
  iif(IsDirectory, '', CAST(Name AS TEXT)) AS Filename,
  0 AS DeltaSeq, 0 AS MarkId, LStat, MD5
  FROM Entry;

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
