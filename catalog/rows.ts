/**
 * What the Catalog's operations take and give. Property names are the columns' names in camel case.
 *
 * Times are `Date`; retentions and durations are seconds; byte counts are safe integers; letters (type, level,
 * jobStatus) are those of Bacula's catalog. An absent time means that the thing has not happened yet.
 */

/** One run of a Job resource. Names of Client, Pool and FileSet are empty when the job has none. */
export interface JobRow {
  readonly jobId: number;
  /** Unique name: Name.YYYY-MM-DD_HH.MM.SS_NN */
  readonly job: string;
  /** Name of the Job resource. */
  readonly name: string;
  readonly type: string;
  readonly level: string;
  readonly clientId: number;
  readonly clientName: string;
  readonly jobStatus: string;
  readonly schedTime?: Date;
  readonly startTime?: Date;
  readonly endTime?: Date;
  readonly realEndTime?: Date;
  /** From which retentions count: about the job's end, seconds since the epoch. */
  readonly jobTDate: number;
  readonly volSessionId: number;
  readonly volSessionTime: number;
  readonly jobFiles: number;
  readonly jobBytes: number;
  readonly readBytes: number;
  readonly jobErrors: number;
  readonly poolId: number;
  readonly poolName: string;
  readonly fileSetId: number;
  readonly fileSetName: string;
  /** Of the definition with which it ran: MD5 of its File lines, hex. */
  readonly fileSetMd5: string;
  /** Of a copy or a migrated backup: its original. */
  readonly priorJobId: number;
  readonly priority: number;
  /** The job's file records are gone from the catalog. */
  readonly purgedFiles: boolean;
  readonly comment: string;
  /** As the line of the run said it; absent: what its Job says. */
  readonly accurate?: boolean;
}

/** A copy of a backup. */
export interface CopyRow {
  /** Of the original, which may be gone. */
  readonly jobId: number;
  /** Unique name of the copy. */
  readonly job: string;
  readonly copyJobId: number;
  readonly mediaType: string;
}

/** One volume. */
export interface MediaRow {
  readonly mediaId: number;
  readonly volumeName: string;
  readonly poolId: number;
  readonly poolName: string;
  readonly mediaType: string;
  readonly storageId: number;
  readonly volStatus: string;
  /** 0 disabled, 1 enabled, 2 archived. */
  readonly enabled: number;
  readonly volBytes: number;
  readonly volFiles: number;
  readonly volJobs: number;
  readonly volBlocks: number;
  readonly volErrors: number;
  readonly volRetention: number;
  readonly volUseDuration: number;
  readonly maxVolJobs: number;
  readonly maxVolFiles: number;
  readonly maxVolBytes: number;
  readonly recycle: boolean;
  readonly slot: number;
  readonly inChanger: boolean;
  readonly firstWritten?: Date;
  readonly lastWritten?: Date;
  readonly labelDate?: Date;
  readonly recycleCount: number;
  /** Its file is to be cut down to the label when no job is left on it (Action On Purge = Truncate). */
  readonly truncateOnPurge: boolean;
  /** Where it goes when no job is left on it; 0 = it stays. */
  readonly recyclePoolId: number;
  readonly scratchPoolId: number;
  readonly comment: string;
}

/** What keeps a volume from being used again. */
export interface VolumeHold {
  readonly mediaId: number;
  readonly jobs: number;
  /** Of the job on it that ended last, seconds since the epoch: retentions count from there. */
  readonly newestJobTDate: number;
  readonly runningJobs: number;
  /** A job on it is the last good Full of its client and FileSet. */
  readonly lastFullJobId?: number;
}

export interface PoolRow {
  readonly poolId: number;
  readonly name: string;
  /** How many volumes the pool has now. */
  readonly numVols: number;
  readonly maxVols: number;
  readonly poolType: string;
  readonly labelFormat: string;
  readonly volRetention: number;
  readonly volUseDuration: number;
  readonly maxVolJobs: number;
  readonly maxVolFiles: number;
  readonly maxVolBytes: number;
  readonly autoPrune: boolean;
  readonly recycle: boolean;
  readonly useOnce: boolean;
  readonly truncateOnPurge: boolean;
  /** 0 = none. */
  readonly recyclePoolId: number;
  readonly scratchPoolId: number;
}

export interface ClientRow {
  readonly clientId: number;
  readonly name: string;
  readonly uname: string;
  readonly fileRetention: number;
  readonly jobRetention: number;
  readonly autoPrune: boolean;
}

/** The part of a job that lies on one volume. Positions are byte addresses: file * 2^32 + block. */
export interface JobMediaRow {
  readonly jobMediaId: number;
  readonly jobId: number;
  readonly mediaId: number;
  readonly volumeName: string;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly startFile: number;
  readonly endFile: number;
  readonly startBlock: number;
  readonly endBlock: number;
  /** 1 on the job's first volume, 2 on the next ... */
  readonly volIndex: number;
}

/** What is kept of a job that was broken off, and where it goes on. */
export interface SavedPart {
  /** Of the block that comes next, and where in the job's stream it begins. */
  readonly blockNumber: number;
  readonly streamOffset: number;
  /** Of the last file. */
  readonly fileIndex: number;
  readonly savedPath: Buffer;
  /** Of the entry noted last as gone. */
  readonly deletedPath: Buffer | undefined;
  /** Records, those of deleted files among them. */
  readonly files: number;
  /** Of file content. */
  readonly contentBytes: number;
  /** Of the blocks, as they lie on the volumes. */
  readonly memberBytes: number;
  /** In order. */
  readonly volumeNames: readonly string[];
  /** How many times the job began to write on a volume. */
  readonly volumes: number;
}

export interface LogRow {
  readonly time: Date;
  readonly text: string;
}

export interface JobTotal {
  /** Name of the Job resource. */
  readonly name: string;
  readonly jobs: number;
  readonly files: number;
  readonly bytes: number;
}

/** One saved version of a file. */
export interface FileVersion {
  readonly jobId: number;
  /** 0 when it is `deleted`. */
  readonly fileIndex: number;
  readonly path: Buffer;
  readonly startTime?: Date;
  readonly type: string;
  readonly level: string;
  readonly jobStatus: string;
  readonly jobFiles: number;
  readonly jobBytes: number;
  readonly size: number;
  readonly mtime: Date;
  /** The job saw that the file was gone. */
  readonly deleted: boolean;
}

/** A file, or directory (its path ends in '/'), that a job saved and a search found. */
export interface FoundFile {
  readonly path: Buffer;
  readonly fileIndex: number;
  readonly size: number;
  readonly mtime: Date;
}

/** One name in a directory of the state that a chain of jobs gives together. */
export interface DirectoryEntry {
  /** As bytes, without any '/'. */
  readonly name: Buffer;
  readonly isDirectory: boolean;
  readonly size: number;
  readonly mtime: Date;
  /** st_mode whole, type bits included. */
  readonly mode: number;
  readonly linkCount: number;
  readonly uid: number;
  readonly gid: number;
  /** Where the newest version lies; both 0 for a directory above the FileSet's own, which no job saved. */
  readonly jobId: number;
  readonly fileIndex: number;
}

/** A volume that must be read for a restore. */
export interface NeededVolume {
  readonly volumeName: string;
  readonly mediaType: string;
  readonly storageId: number;
}

/** Where in a restore plan the blocks begin to lie on this volume. */
export interface VolumeStretch extends NeededVolume {
  /** Place of the job in its chain, oldest first. */
  readonly jobRank: number;
  readonly volSessionId: number;
  readonly volSessionTime: number;
  /** In the job's stream. */
  readonly streamOffset: number;
}

/** What an SQL query gave. Binary values come as text (UTF-8); integers beyond 2^53 as text. */
export interface SqlResult {
  readonly columns: string[];
  readonly rows: (string | number | null)[][];
}
