import type { CodeValues } from '../../commands/substitution.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { DirectorConf } from '../../configuration/director-conf.ts';
import type { CatalogIds } from '../catalog-ids.ts';
import type { Daemons } from '../daemons/daemon-ports.ts';
import type { Retention } from '../retention/retention.ts';
import type { RunRequest } from '../services.ts';
import type { VolumeOffice } from '../volumes/volume-office.ts';
import type { StorageLoad } from './job-queue.ts';
import type { StorageUse } from './next-runnable.ts';

/** A console command that a script gives. */
export interface ConsoleCommandRequest {
  /** As the conf has it, with its `%` codes. */
  readonly text: string;
  readonly codes: CodeValues;
  /** Who gives it, for messages: `Job "nightly"`. */
  readonly who: string;
  readonly signal: AbortSignal;
  /** Called for each line that it prints. */
  readonly onLine: (line: string) => Promise<void>;
}

/** A Job that another one starts together with itself. */
export interface CloneRequest {
  /** As the conf has it, with its `%` codes: a Job, and what the command `run` takes. */
  readonly text: string;
  readonly codes: CodeValues;
  /** Who starts it, for messages: `Job "nightly"`. */
  readonly who: string;
}

/** What the jobs of a Director share. */
export interface JobEnvironment {
  readonly directorName: string;
  readonly catalog: Catalog;
  readonly ids: CatalogIds;
  readonly daemons: Daemons;
  readonly volumes: VolumeOffice;
  readonly retention: Retention;
  /** The conf in force. */
  readonly conf: () => DirectorConf;
  readonly now: () => Date;
  /** Runs a command of the console. @throws OperatorError when it fails */
  readonly consoleCommand: (request: ConsoleCommandRequest) => Promise<void>;
  /** Queues a clone; resolves with its JobId. @throws OperatorError when it cannot run as it is asked to */
  readonly startClone: (request: CloneRequest) => Promise<number>;
  /** Queues another job; resolves with its JobId. @throws RunRefused when it cannot run as it is asked to */
  readonly run: (request: RunRequest) => Promise<number>;
  /** A unique name for a run of this Job. */
  readonly uniqueName: (jobName: string) => string;
  /** Aborts when the Director ends and waits for no script any more. */
  readonly stopSignal: AbortSignal;
  /** Waits for room on these storages and takes it, in place of what the job was queued with. */
  readonly moveToStorages: (
    jobId: number,
    storages: readonly StorageUse[],
    signal: AbortSignal,
  ) => Promise<void>;
  /** How busy a storage is with other jobs. */
  readonly storageLoad: (use: StorageUse, jobId: number) => StorageLoad;
}
