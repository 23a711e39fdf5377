import type { Catalog } from '../catalog/catalog.ts';
import type {
  ClientResource,
  DirectorConf,
  FileSetResource,
  JobResource,
  MessagesResource,
  PoolResource,
  StorageResource,
} from '../configuration/director-conf.ts';
import type { DebugChanges, Debugging, Log } from '../daemon/log.ts';
import type { MediaRow } from '../catalog/rows.ts';
import type { ListedFile } from './daemons/client-estimate.ts';
import type { RestoreLists } from './restore-lists.ts';
import type { PeerMessage } from './jobs/peer-messages.ts';
import type { Retention } from './retention/retention.ts';
import type { StatusResponse as ClientStatus } from '../proto/noctule/filedaemon/v1/file_daemon.ts';
import type {
  ControlledDevice,
  DeviceAction,
  StatusResponse as StorageStatus,
} from '../proto/noctule/storage/v1/storage_daemon.ts';

/**
 * What the front ends of the Director (console commands today; web and metrics later) may ask of it.
 * Everything below is typed and throws OperatorError; texts and tables are the business of the front end.
 */
export interface DirectorServices {
  readonly name: string;
  readonly startedAt: Date;
  /** When the conf in force was read. */
  readonly confReadAt: Date;
  /** The conf in force; running jobs may still hold an older one. */
  conf(): DirectorConf;
  /** Undefined: a storage that no conf read by this Director names. */
  storageName(storageId: number): string | undefined;
  readonly catalog: Catalog;
  readonly jobs: Jobs;
  readonly consoleMessages: ConsoleMessages;
  readonly peers: Peers;
  readonly retention: Pick<
    Retention,
    | 'expired'
    | 'prune'
    | 'removable'
    | 'purgeJobs'
    | 'purgeFiles'
    | 'purgeVolume'
    | 'deleteVolume'
    | 'truncate'
    | 'explain'
  >;
  readonly restoreLists: RestoreLists;
  /** For debug messages, and what of them is written. */
  readonly log: Pick<Log, 'debug' | 'debugging'>;
  /** All or nothing: a bad file leaves the old conf in force. */
  reload(): Promise<ReloadOutcome>;
  /** The runs the schedules start in the `days` days from now, or from a time on, in order of time, then priority. */
  scheduledRuns(days: number, from?: Date): ScheduledRun[];
  /** Jobs whose last good backup is older than their Max Backup Age, in the order of the conf. */
  overdueBackups(): OverdueBackup[];
}

export interface Jobs {
  /**
   * Creates the job (row in the catalog) and queues it. Resolves with its JobId before it starts.
   * @throws OperatorError when the request cannot be carried out at all.
   */
  run(request: RunRequest): Promise<number>;
  /** Queued and running jobs, by JobId. */
  running(): readonly RunningJob[];
  /** True when such a job was queued or running and has been told to end. */
  cancel(jobId: number, reason: string): boolean;
  /** As `cancel`, but a backup keeps what it has saved, and may be resumed. */
  stopJob(jobId: number, reason: string): boolean;
  /** Gives a queued job another priority; resolves with false when no such job waits. */
  setPriority(jobId: number, priority: number): Promise<boolean>;
  /**
   * Replaces what the Director allows a queued or running job to send (or take, in a restore), in bytes per second; 0 = no
   * limit. Resolves with what holds now, which its client's conf may make smaller; undefined when there is no such job.
   * @throws OperatorError when the client could not be told
   */
  setBandwidth(jobId: number, bytesPerSecond: number): Promise<number | undefined>;
  /** Likewise in place of the client's Maximum Bandwidth Per Job, for jobs to come, until the conf is read again. */
  setClientBandwidth(client: ClientResource, bytesPerSecond: number): void;
  /** Resolves with the final JobStatus letter when the job has ended and its report is out; at once when it has. */
  ended(jobId: number, signal?: AbortSignal): Promise<string>;
  /** Resolves when nothing is queued or running. */
  idle(signal?: AbortSignal): Promise<void>;
  /** Those that wait for a volume look for one now. */
  lookForVolumes(): void;
  /** Jobs ended since the Director started. */
  readonly runCount: number;
}

/** A run with everything that a console line, a schedule or a clone may override; what is absent comes from `job`. */
export interface RunRequest {
  readonly job: JobResource;
  readonly level?: string;
  readonly client?: ClientResource;
  readonly fileSet?: FileSetResource;
  readonly pool?: PoolResource;
  readonly fullPool?: PoolResource;
  readonly differentialPool?: PoolResource;
  readonly incrementalPool?: PoolResource;
  readonly nextPool?: PoolResource;
  readonly storage?: StorageResource;
  readonly messages?: MessagesResource;
  readonly priority?: number;
  readonly accurate?: boolean;
  /** What has changed after this is saved, and the level is not raised; without meaning for a Full. */
  readonly since?: Date;
  /** Not before this; absent = now. */
  readonly when?: Date;
  /** Absent, or 1: it is not a repetition of one that failed. */
  readonly attempt?: number;
  /** Another Job started it together with itself (its Run directive): it starts none in turn. */
  readonly isClone?: boolean;
  /** Run although another run of the Job is queued or running, whatever the Job says of duplicates. */
  readonly ignoreDuplicates?: boolean;
  readonly comment?: string;
  /** An incomplete backup that goes on under its own JobId; `level` is the one that it has. */
  readonly resume?: { readonly jobId: number } | undefined;
  /** Of a Verify job: the backup to check, by its JobId, or the Job whose last run is checked, in place of Job To Verify. */
  readonly verifyJobId?: number;
  readonly verifyJob?: JobResource;
  /** Of a Copy or Migrate: the backup to copy, in place of its Selection Type. Of a VirtualFull: the backups to put together. */
  readonly sourceJobIds?: readonly number[];
  /** Only and always for a Job of type Restore. */
  readonly restore?: RestoreRequest;
  /** "scheduler", "console NAME" ...: for messages and events. */
  readonly startedBy: string;
}

export interface RestoreRequest {
  readonly selection: RestoreSelection;
  /** A bootstrap file on the Director's machine, in place of the selection. */
  readonly bootstrap?: string;
  readonly restoreClient: ClientResource;
  /** Absolute prefix; empty or "/" = in place. */
  readonly where: string;
  /** Substitutions for paths; empty = none. They outweigh `where`. */
  readonly regexWhere: string;
  readonly replace: 'always' | 'ifnewer' | 'ifolder' | 'never';
}

/**
 * Which files: of the newest state that these jobs (a chain, or single jobs) give together, those whose nearest rule
 * says so. The nearest rule is the one with the longest path that is the entry's own or (if recursive) a parent's.
 */
export interface RestoreSelection {
  readonly jobIds: readonly number[];
  readonly rules: readonly SelectionRule[];
}

export interface SelectionRule {
  /** Absolute, as bytes; a directory ends in '/'. "/" recursive and marked = everything. */
  readonly path: Buffer;
  readonly recursive: boolean;
  readonly marked: boolean;
}

export interface RunningJob {
  readonly jobId: number;
  /** Unique name. */
  readonly job: string;
  readonly name: string;
  /** Single letters of the catalog. */
  readonly type: string;
  readonly level: string;
  readonly status: string;
  /** As `status dir` prints it: "is running", "is waiting on max Client jobs" ... */
  readonly statusText: string;
  readonly priority: number;
  readonly clientName: string;
  readonly storageName: string;
  readonly poolName: string;
  readonly files: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  readonly currentPath: string;
  readonly startTime?: Date;
  /** When it will be done, going by the last run of the same level; absent when nobody knows. */
  readonly expectedEnd?: Date;
}

/** The store behind the console's `messages` command: kept until shown, on disk across restarts. */
export interface ConsoleMessages {
  /** Whether there is something to show. */
  readonly pending: boolean;
  /** Shows each message once; the text has line ends. */
  take(): Promise<string>;
}

/** Questions to the other daemons. Each throws an OperatorError that says which side is at fault and how. */
export interface Peers {
  clientStatus(client: ClientResource): Promise<ClientStatus>;
  storageStatus(storage: StorageResource): Promise<StorageStatus>;
  /** Labels a new volume: on the storage, then in the catalog. Resolves with the volume's bytes and the device. */
  label(request: {
    storage: StorageResource;
    pool: PoolResource;
    volumeName: string;
  }): Promise<{ volumeBytes: number; deviceName: string; archiveDevice: string }>;
  /**
   * Gives a volume that is purged, or marked for reuse, another name and pool: on the storage, where nothing but a new label
   * stays of it, then in the catalog.
   */
  relabel(request: {
    storage: StorageResource;
    volume: MediaRow;
    volumeName: string;
    pool: PoolResource;
  }): Promise<{ freedBytes: number; volumeBytes: number; deviceName: string; archiveDevice: string }>;
  /**
   * Takes a device (of an Autochanger: all its drives, or the one of this number) out of use or back into it, until the storage daemon ends. Jobs
   * wait for it meanwhile.
   */
  controlDevice(request: {
    storage: StorageResource;
    deviceName: string;
    drive?: number;
    action: DeviceAction;
  }): Promise<readonly ControlledDevice[]>;
  /** Changes which debug messages a daemon writes; resolves with what holds now. */
  clientDebug(client: ClientResource, changes: DebugChanges): Promise<Debugging>;
  storageDebug(storage: StorageResource, changes: DebugChanges): Promise<Debugging>;
  /** Has a client send this much to a storage daemon, which throws it away. */
  measureNetwork(request: {
    client: ClientResource;
    storage: StorageResource;
    bytes: number;
  }): Promise<{ seconds: number; roundTripSeconds: number }>;
  /** Names what lies directly in a directory of a client, and the directory itself. */
  listDirectory(request: {
    client: ClientResource;
    directory: Buffer;
    onListing: (file: ListedFile) => void;
    onMessage: (message: PeerMessage) => Promise<void>;
  }): Promise<void>;
  /** Counts (and with `onListing` names) what a backup would save. */
  estimate(request: {
    job: JobResource;
    level: string;
    since?: Date | undefined;
    onListing?: (file: ListedFile) => void;
    /** What the client has to say of files and of the FileSet, as in the messages of a job. */
    onMessage: (message: PeerMessage) => Promise<void>;
  }): Promise<{ files: number; bytes: number }>;
}

export interface ReloadOutcome {
  readonly accepted: boolean;
  /** Problems of the new file, printable, one per element; may be warnings although it was accepted. */
  readonly problems: readonly string[];
}

/** A Job that should have a younger good backup than it has. */
export interface OverdueBackup {
  readonly jobName: string;
  readonly clientName: string;
  /** When the last good backup ended; absent: there is none. */
  readonly lastGood?: Date;
  /** Since then; absent likewise. */
  readonly ageSeconds?: number;
  readonly maxAgeSeconds: number;
}

export interface ScheduledRun {
  readonly at: Date;
  readonly job: JobResource;
  readonly level: string;
  readonly priority: number;
  readonly poolName: string;
  /** Text of the Run line. */
  readonly runLine: string;
}
