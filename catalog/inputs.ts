import type { FileRecord } from '../proto/noctule/record/v1/file_record.ts';
import type { Durable, ReadRange, StreamStretch } from '../proto/noctule/storage/v1/storage_daemon.ts';
import type { FoundFile, JobMediaRow, NeededVolume, VolumeStretch } from './rows.ts';

/** Arguments of the Catalog's operations, and the results that are not rows. Units as in rows.ts. */

export interface ClientSettings {
  readonly name: string;
  /** Name, version and platform as the client told them; absent = unchanged. */
  readonly uname?: string;
  readonly autoPrune: boolean;
  readonly fileRetention: number;
  readonly jobRetention: number;
}

export interface PoolSettings {
  readonly name: string;
  readonly poolType: string;
  readonly labelFormat: string;
  readonly maxVols: number;
  readonly volRetention: number;
  readonly volUseDuration: number;
  readonly maxVolJobs: number;
  readonly maxVolFiles: number;
  readonly maxVolBytes: number;
  readonly autoPrune: boolean;
  readonly recycle: boolean;
  readonly useOnce: boolean;
  readonly truncateOnPurge: boolean;
  /** By name: a pool that is not in the catalog yet counts as none. */
  readonly recyclePool?: string;
  readonly scratchPool?: string;
}

export interface FileSetVersion {
  readonly fileSetId: number;
  /** When this version of the FileSet was first seen. */
  readonly createTime: Date;
  /** First seen now. */
  readonly isNew: boolean;
  /** The FileSet was known before with other File lines: the next backup of it is a Full for that reason. */
  readonly previousMd5Existed: boolean;
}

export interface NewJob {
  /** Unique name, made by the caller. */
  readonly job: string;
  readonly name: string;
  readonly type: string;
  readonly level: string;
  readonly clientId: number;
  readonly poolId?: number;
  readonly fileSetId?: number;
  readonly schedTime: Date;
  readonly priority?: number;
  readonly comment?: string;
  /** As the line of the run says it; absent: what its Job says. */
  readonly accurate?: boolean;
  readonly status: string;
}

/** What volumes say of a job. */
export interface ImportedJob extends Omit<NewJob, 'priority' | 'comment' | 'accurate'> {
  readonly jobId: number;
  readonly poolId: number;
  readonly fileSetId: number;
  readonly startTime: Date;
  readonly volSessionId: number;
  readonly volSessionTime: number;
}

/** What may change while a job waits and runs; what is absent stays. */
export interface JobChanges {
  readonly jobStatus?: string;
  readonly level?: string;
  readonly startTime?: Date;
  readonly clientId?: number;
  readonly poolId?: number;
  readonly fileSetId?: number;
  readonly volSessionId?: number;
  readonly volSessionTime?: number;
  readonly jobFiles?: number;
  readonly jobBytes?: number;
  readonly readBytes?: number;
  readonly jobErrors?: number;
  readonly priorJobId?: number;
  readonly priority?: number;
  readonly comment?: string;
  /** An admin has seen how it ended. */
  readonly reviewed?: boolean;
}

/** As what a job counts that was put together from others. */
export interface JobStanding {
  readonly level: string;
  readonly startTime: Date;
  readonly endTime: Date;
}

export interface JobEnd {
  readonly jobStatus: string;
  readonly endTime: Date;
  /** Of a job put together from others: its level, and start and end of the last of them in place of its own. */
  readonly asOf?: JobStanding;
  readonly jobFiles: number;
  readonly jobBytes: number;
  readonly readBytes: number;
  readonly jobErrors: number;
}

/** The end of a copy that went well. */
export interface CopyJobEnd {
  readonly jobId: number;
  /** Its original. */
  readonly sourceJobId: number;
  readonly jobStatus: string;
  readonly realEndTime: Date;
  /** It takes the place of the original. */
  readonly migrates: boolean;
}

/** Times in seconds since the epoch; 0: none of these. */
export interface AgedJobs {
  readonly clientId: number;
  readonly goodBefore: number;
  readonly othersBefore: number;
  /** Not those whose files have left the catalog. */
  readonly withFiles: boolean;
}

/** Backups that may stand for each other: the same Job resource, Client and version of the FileSet. */
export interface BackupSeries {
  readonly jobName: string;
  readonly clientId: number;
  readonly fileSetId: number;
}

export interface ChainQuery {
  readonly clientName: string;
  readonly fileSetName?: string;
  readonly jobName?: string;
  /** Only jobs that wrote to this Pool. */
  readonly poolName?: string;
  /** Only jobs that ended at or before this. */
  readonly before?: Date;
}

export type LastRunQuery = {
  readonly type: string;
  readonly level?: string;
  readonly now: Date;
} & (
  | { readonly jobName: string; readonly clientName?: string }
  | { readonly jobName?: never; readonly clientName: string }
);

export interface JobFilter {
  readonly jobId?: number;
  /** Name of the Job resource. */
  readonly name?: string;
  readonly clientName?: string;
  readonly type?: string;
  readonly level?: string;
  readonly status?: string;
  /** Started at or after this. */
  readonly since?: Date;
  /** Only those that have ended. */
  readonly ended?: boolean;
  readonly limit?: number;
  /** By JobId; ascending when absent. With `limit`, which end of the list is given. */
  readonly order?: 'asc' | 'desc';
  /** Only those that an admin has put this tag on. */
  readonly tag?: string;
  readonly reviewed?: boolean;
  /** Only jobs whose name and whose client match one of these shell patterns each. */
  readonly among?: { readonly jobs: readonly string[]; readonly clients: readonly string[] };
}

export interface VolumeFilter {
  readonly poolName?: string;
  readonly volumeName?: string;
  /** Volumes that hold data of this job. */
  readonly jobId?: number;
}

export interface NewVolume {
  readonly volumeName: string;
  readonly poolId: number;
  readonly mediaType: string;
  readonly storageId: number;
  readonly status: string;
}

export interface VolumeChanges {
  readonly volumeName?: string;
  readonly volStatus?: string;
  readonly volBytes?: number;
  readonly volFiles?: number;
  readonly volJobs?: number;
  readonly volBlocks?: number;
  readonly volErrors?: number;
  readonly firstWritten?: Date;
  readonly lastWritten?: Date;
  readonly labelDate?: Date;
  readonly enabled?: number;
  readonly poolId?: number;
  readonly storageId?: number;
  readonly recycleCount?: number;
  readonly volRetention?: number;
  readonly volUseDuration?: number;
  readonly maxVolJobs?: number;
  readonly maxVolFiles?: number;
  readonly maxVolBytes?: number;
  readonly recycle?: boolean;
  readonly truncateOnPurge?: boolean;
  readonly recyclePoolId?: number;
  readonly scratchPoolId?: number;
  readonly slot?: number;
  readonly inChanger?: boolean;
  readonly comment?: string;
}

export interface JobRemoval {
  readonly jobIds: readonly number[];
  /** MediaIds of volumes that running jobs write to: they stay as they are although no job may be on them. */
  readonly inUse: readonly number[];
}

/** A Counter resource. */
export interface CounterSettings {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly wrapCounter?: CounterSettings;
}

export interface VolumeCandidates {
  readonly poolId: number;
  readonly mediaType: string;
}

export interface DurableReport {
  readonly jobId: number;
  readonly mediaId: number;
  readonly durable: Durable;
  readonly at: Date;
}

/** What a volume says of a job whose file records are wanted back. */
export interface RecalledPart extends Omit<DurableReport, 'at'> {
  readonly places: 'known' | 'forgotten';
}

export interface LogEntry {
  readonly jobId: number;
  readonly time: Date;
  readonly text: string;
}

export interface EventEntry {
  /** Short stable code, e.g. "DJ0001". */
  readonly code: string;
  /** Kind of event: "job", "command", "security" ... */
  readonly type: string;
  readonly time: Date;
  /** Name of the daemon that saw it. */
  readonly daemon: string;
  /** Who or what caused it. */
  readonly source: string;
  readonly text: string;
}

/** Where a page of file records ended; given back unchanged for the next page. */
export interface FilesCursor {
  readonly deleted: boolean;
  readonly position: number;
}

export interface FilesQuery {
  readonly jobId: number;
  /** Saved files when absent. */
  readonly kind?: 'saved' | 'deleted' | 'all';
  readonly after?: FilesCursor;
  readonly limit: number;
}

export interface FilesPage {
  readonly files: FileRecord[];
  /** Absent on the last page. */
  readonly next?: FilesCursor;
}

export interface JobMediaQuery {
  readonly jobId?: number;
  readonly volumeName?: string;
  /** JobMediaId of the last row of the page before; 0 for the first. */
  readonly after: number;
  readonly limit: number;
}

export interface JobMediaPage {
  readonly rows: JobMediaRow[];
  /** Absent on the last page. */
  readonly next?: number;
}

export interface FileSearch {
  readonly jobId: number;
  /** As in text/glob.ts: with a '/' it is held against whole paths, else against names in any directory. */
  readonly pattern: string;
  /** Where the page before ended. */
  readonly after?: number;
  /** Files of a page. */
  readonly limit: number;
}

export interface FileSearchPage {
  readonly files: FoundFile[];
  /** Absent on the last page. A page may be empty and not the last: what is looked at for one has a limit too. */
  readonly next?: number;
}

export interface DirectoryQuery {
  /** The chain; the order does not matter. */
  readonly jobIds: readonly number[];
  /** Of the directory; ends in '/'. */
  readonly path: Buffer;
  /** Name of the last entry of the page before. */
  readonly after?: Buffer;
  readonly limit: number;
}

/** The rule with the longest path decides: the entry's own, or (if recursive) a directory's above it. */
export interface SelectionRule {
  /** Absolute, as bytes; a directory ends in '/'. "/" recursive and marked = everything. */
  readonly path: Buffer;
  readonly recursive: boolean;
  readonly marked: boolean;
}

export interface RestoreSelection {
  readonly jobIds: readonly number[];
  readonly rules: readonly SelectionRule[];
  /** Of these jobs, as if they had saved nothing else; of a job that is not named, all. */
  readonly within?: readonly FilesOfJob[];
}

/** Files of a job by their indexes; both ends of a range are included. */
export interface FilesOfJob {
  readonly jobId: number;
  readonly ranges: readonly { readonly first: number; readonly last: number }[];
}

export interface RestorePlan {
  readonly planId: number;
  /** Entries in the plan, directories included. */
  readonly files: number;
  /** Bytes of file content. */
  readonly bytes: number;
  /** In the order in which they are needed. */
  readonly volumes: NeededVolume[];
  /** In the order in which they are read; a volume that holds several jobs of the plan comes several times. */
  readonly stretches: VolumeStretch[];
}

/** Where a page of a restore plan ended; given back unchanged for the next page. */
export interface PlanCursor {
  readonly jobRank: number;
  readonly fileIndex: number;
  /** Blocks of this job below this one are given already. */
  readonly nextBlock: number;
}

export interface RestorePlanPageQuery {
  readonly planId: number;
  readonly after?: PlanCursor;
  readonly limit: number;
  /** Only entries that begin before this place. */
  readonly until?: PlanPosition;
}

/** A place in the streams that a plan reads. */
export interface PlanPosition {
  readonly jobRank: number;
  readonly streamOffset: number;
}

/** Where a page of a copy ended; given back unchanged for the next page. */
export interface CopyCursor {
  /** Of the plan. */
  readonly after?: PlanCursor;
  /** All files of the plan were given: of which of its jobs deleted ones follow, and the last that was given (0: none). */
  readonly deleted?: { readonly job: number; readonly deletedId: number };
  /** Of the new job: index of its last file, and the length of its stream. */
  readonly lastIndex: number;
  readonly streamBytes: number;
}

export interface CopyPageQuery {
  readonly planId: number;
  readonly after?: CopyCursor;
  readonly limit: number;
}

/** A part of the stream of a job that is put together from others (CopyPart of storage_daemon.proto). */
export interface CopyPage {
  /** Where its entries lie in the streams of their jobs; those that touch are one. */
  readonly stretches: StreamStretch[];
  /** The blocks that hold them and were not given with an earlier page. */
  readonly ranges: ReadRange[];
  /** RecordsContent, encoded: the records as they are in the new job, those of deleted files last. */
  readonly records: Uint8Array[];
  readonly files: number;
  /** Bytes of file content. */
  readonly contentBytes: number;
  /** Absent on the last page. */
  readonly next?: CopyCursor;
}

export interface RestorePlanPage {
  /** Of the session that all files of the page were saved in; zeros when there are none. */
  readonly volSessionId: number;
  readonly volSessionTime: number;
  /** An encoded FileRecordBatch, by stream offset; pages of older jobs come first. */
  readonly batch: Uint8Array<ArrayBuffer>;
  /** The blocks that hold these files and were not given with an earlier page. */
  readonly ranges: ReadRange[];
  /** Absent on the last page. */
  readonly next?: PlanCursor;
  /** `until` was reached: `next` begins there. */
  readonly isUntil: boolean;
}
