import type { CronLine } from '../calendar/cron-line.ts';
import type { RunLine } from '../calendar/run-line.ts';
import type { ResourceOf } from './directive.ts';
import type { CLIENT } from './tables/client.ts';
import type { CONSOLE } from './tables/console.ts';
import type { CATALOG, COUNTER, DIRECTOR } from './tables/director.ts';
import type { EXCLUDE, FILE_SET, INCLUDE, OPTIONS } from './tables/file-set.ts';
import type { JOB } from './tables/job.ts';
import type { MESSAGES } from './tables/messages.ts';
import type { POOL } from './tables/pool.ts';
import type { SCHEDULE } from './tables/schedule.ts';
import type { STORAGE } from './tables/storage.ts';

/** What the references of the Director's resources lead to. */
interface Resources {
  Job: JobResource;
  Client: ClientResource;
  FileSet: FileSetResource;
  Schedule: ScheduleResource;
  Storage: StorageResource;
  Pool: PoolResource;
  Catalog: CatalogResource;
  Messages: MessagesResource;
  Counter: CounterResource;
}

// The properties and their types come from the tables in tables/, one for each directive.
export type DirectorResource = ResourceOf<typeof DIRECTOR, Resources>;
/** With everything that its JobDefs adds. */
export type JobResource = Omit<ResourceOf<typeof JOB, Resources>, 'jobDefs'>;
export type ClientResource = ResourceOf<typeof CLIENT, Resources>;
/** A Storage or an Autochanger. */
export type StorageResource = ResourceOf<typeof STORAGE, Resources>;
export type PoolResource = ResourceOf<typeof POOL, Resources>;
export type CatalogResource = ResourceOf<typeof CATALOG, Resources>;
export type MessagesResource = ResourceOf<typeof MESSAGES, Resources>;
export type ConsoleResource = ResourceOf<typeof CONSOLE, Resources>;
export type CounterResource = ResourceOf<typeof COUNTER, Resources>;
export type OptionsBlock = ResourceOf<typeof OPTIONS>;
export type IncludeBlock = ResourceOf<typeof INCLUDE>;
export type ExcludeBlock = ResourceOf<typeof EXCLUDE>;
export type FileSetResource = ResourceOf<typeof FILE_SET>;

export interface ScheduleResource extends Omit<ResourceOf<typeof SCHEDULE>, 'runs'> {
  readonly runs: readonly ScheduledRunLine[];
}

/** A Run or Cron line with the resources that it names. */
export interface ScheduledRunLine {
  readonly line: RunLine | CronLine;
  readonly pool?: PoolResource;
  readonly fullPool?: PoolResource;
  readonly incrementalPool?: PoolResource;
  readonly differentialPool?: PoolResource;
  readonly nextPool?: PoolResource;
  readonly storage?: StorageResource;
  readonly messages?: MessagesResource;
}
