import type { Migration } from './migration.ts';

/**
 * The first schema. Where a table has the shape of Bacula's it has its name; where not, a view of that name stands
 * before it (views.ts). Times are milliseconds since the epoch, paths and file names bytes.
 */
export const firstLight: Migration = {
  version: 1,
  sql: `
CREATE TABLE Client (
  ClientId INTEGER PRIMARY KEY,
  Name TEXT NOT NULL UNIQUE,
  Uname TEXT NOT NULL,
  AutoPrune INTEGER NOT NULL,
  FileRetention INTEGER NOT NULL,
  JobRetention INTEGER NOT NULL
) STRICT;

CREATE TABLE Storage (
  StorageId INTEGER PRIMARY KEY,
  Name TEXT NOT NULL UNIQUE,
  AutoChanger INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE VolumePool (
  PoolId INTEGER PRIMARY KEY,
  Name TEXT NOT NULL UNIQUE,
  PoolType TEXT NOT NULL,
  LabelFormat TEXT NOT NULL,
  MaxVols INTEGER NOT NULL,
  VolRetention INTEGER NOT NULL,
  VolUseDuration INTEGER NOT NULL,
  MaxVolJobs INTEGER NOT NULL,
  MaxVolFiles INTEGER NOT NULL,
  MaxVolBytes INTEGER NOT NULL,
  AutoPrune INTEGER NOT NULL,
  Recycle INTEGER NOT NULL
) STRICT;

CREATE TABLE FileSetVersion (
  FileSetId INTEGER PRIMARY KEY,
  FileSet TEXT NOT NULL,
  MD5 TEXT NOT NULL,
  CreateTime INTEGER NOT NULL,
  UNIQUE (FileSet, MD5)
) STRICT;

-- A JobId is never given twice, even when the newest job has been deleted: volumes name it.
CREATE TABLE JobRun (
  JobId INTEGER PRIMARY KEY AUTOINCREMENT,
  Job TEXT NOT NULL UNIQUE,
  Name TEXT NOT NULL,
  Type TEXT NOT NULL,
  Level TEXT NOT NULL,
  ClientId INTEGER NOT NULL,
  JobStatus TEXT NOT NULL,
  SchedTime INTEGER,
  StartTime INTEGER,
  EndTime INTEGER,
  RealEndTime INTEGER,
  JobTDate INTEGER NOT NULL,
  VolSessionId INTEGER NOT NULL DEFAULT 0,
  VolSessionTime INTEGER NOT NULL DEFAULT 0,
  JobFiles INTEGER NOT NULL DEFAULT 0,
  JobBytes INTEGER NOT NULL DEFAULT 0,
  ReadBytes INTEGER NOT NULL DEFAULT 0,
  JobErrors INTEGER NOT NULL DEFAULT 0,
  JobMissingFiles INTEGER NOT NULL DEFAULT 0,
  PoolId INTEGER NOT NULL,
  FileSetId INTEGER NOT NULL,
  PriorJobId INTEGER NOT NULL DEFAULT 0,
  Priority INTEGER NOT NULL,
  PurgedFiles INTEGER NOT NULL DEFAULT 0,
  Comment TEXT NOT NULL
) STRICT;
CREATE INDEX JobRunOfFileSet ON JobRun (ClientId, FileSetId, StartTime);
CREATE INDEX JobRunByName ON JobRun (Name, JobId);
CREATE INDEX JobRunByStart ON JobRun (StartTime);
CREATE INDEX JobRunUnfinished ON JobRun (JobId) WHERE EndTime IS NULL;

CREATE TABLE Volume (
  MediaId INTEGER PRIMARY KEY AUTOINCREMENT,
  VolumeName TEXT NOT NULL UNIQUE,
  PoolId INTEGER NOT NULL,
  MediaType TEXT NOT NULL,
  StorageId INTEGER NOT NULL,
  VolStatus TEXT NOT NULL,
  Enabled INTEGER NOT NULL DEFAULT 1,
  VolBytes INTEGER NOT NULL DEFAULT 0,
  VolFiles INTEGER NOT NULL DEFAULT 0,
  VolJobs INTEGER NOT NULL DEFAULT 0,
  VolBlocks INTEGER NOT NULL DEFAULT 0,
  VolErrors INTEGER NOT NULL DEFAULT 0,
  VolRetention INTEGER NOT NULL,
  VolUseDuration INTEGER NOT NULL,
  MaxVolJobs INTEGER NOT NULL,
  MaxVolFiles INTEGER NOT NULL,
  MaxVolBytes INTEGER NOT NULL,
  Recycle INTEGER NOT NULL,
  Slot INTEGER NOT NULL DEFAULT 0,
  InChanger INTEGER NOT NULL DEFAULT 0,
  FirstWritten INTEGER,
  LastWritten INTEGER,
  LabelDate INTEGER,
  RecycleCount INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX VolumeOfPool ON Volume (PoolId, MediaType, VolStatus, LastWritten);

CREATE TABLE JobMedia (
  JobMediaId INTEGER PRIMARY KEY,
  JobId INTEGER NOT NULL REFERENCES JobRun,
  MediaId INTEGER NOT NULL REFERENCES Volume,
  FirstIndex INTEGER NOT NULL,
  LastIndex INTEGER NOT NULL,
  StartFile INTEGER NOT NULL,
  EndFile INTEGER NOT NULL,
  StartBlock INTEGER NOT NULL,
  EndBlock INTEGER NOT NULL,
  VolIndex INTEGER NOT NULL
) STRICT;
CREATE INDEX JobMediaOfJob ON JobMedia (JobId, VolIndex);
CREATE INDEX JobMediaOfVolume ON JobMedia (MediaId, JobId);

-- Consecutive blocks of a job's stream that lie behind each other on one volume. Sizes: see block-runs.ts.
CREATE TABLE BlockRun (
  JobId INTEGER NOT NULL,
  StreamOffset INTEGER NOT NULL,
  StreamBytes INTEGER NOT NULL,
  FirstBlock INTEGER NOT NULL,
  BlockCount INTEGER NOT NULL,
  MediaId INTEGER NOT NULL,
  VolumeOffset INTEGER NOT NULL,
  Sizes BLOB NOT NULL,
  PRIMARY KEY (JobId, StreamOffset)
) STRICT, WITHOUT ROWID;

-- Each directory once for all jobs, below the one that holds it; names end in '/'. PathId 1, with an empty name, holds
-- the roots: "/", drives.
CREATE TABLE DirectoryPath (
  PathId INTEGER PRIMARY KEY,
  ParentId INTEGER NOT NULL,
  Name BLOB NOT NULL,
  UNIQUE (ParentId, Name)
) STRICT;
INSERT INTO DirectoryPath VALUES (1, 0, x'');

-- Consecutive files of a job that lie directly in one directory, packed (packed-entries.ts).
-- RunId = JobId * 2^32 + FileIndex of the first.
CREATE TABLE FileRun (
  RunId INTEGER PRIMARY KEY,
  JobId INTEGER NOT NULL,
  PathId INTEGER NOT NULL,
  FileCount INTEGER NOT NULL,
  ContentBytes INTEGER NOT NULL,
  LinkCount INTEGER NOT NULL,
  Entries BLOB NOT NULL
) STRICT;
CREATE INDEX FileRunOfDirectory ON FileRun (JobId, PathId);

-- Files of which the job saw that they were gone, each packed as in FileRun.
CREATE TABLE DeletedFile (
  DeletedId INTEGER PRIMARY KEY,
  JobId INTEGER NOT NULL,
  PathId INTEGER NOT NULL,
  Entry BLOB NOT NULL
) STRICT;
CREATE INDEX DeletedFileOfDirectory ON DeletedFile (JobId, PathId);

-- Directories on the way to saved files that the job did not save themselves.
CREATE TABLE ImpliedDirectory (
  JobId INTEGER NOT NULL,
  ParentId INTEGER NOT NULL,
  PathId INTEGER NOT NULL,
  PRIMARY KEY (JobId, ParentId, PathId)
) STRICT, WITHOUT ROWID;

CREATE TABLE JobLog (
  LogId INTEGER PRIMARY KEY,
  JobId INTEGER NOT NULL,
  Time INTEGER NOT NULL,
  LogText TEXT NOT NULL
) STRICT;
CREATE INDEX JobLogOfJob ON JobLog (JobId);

CREATE TABLE Event (
  EventsId INTEGER PRIMARY KEY,
  EventsCode TEXT NOT NULL,
  EventsType TEXT NOT NULL,
  EventsTime INTEGER NOT NULL,
  EventsDaemon TEXT NOT NULL,
  EventsSource TEXT NOT NULL,
  EventsText TEXT NOT NULL
) STRICT;
`,
};
