import type { Catalog } from '../../catalog/catalog.ts';
import type { CounterResource } from '../../configuration/director-conf.ts';
import { OperatorError } from '../../errors/operator-error.ts';

interface Facts {
  readonly job: LabelJob;
  readonly directorName: string;
  readonly mediaType: string;
  readonly pool: { readonly name: string; readonly numVols: number };
  readonly now: Date;
  readonly counters: readonly CounterResource[];
  readonly catalog: Pick<Catalog, 'counterValue'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The job for which a volume is named. */
interface LabelJob {
  readonly jobId: number;
  readonly name: string;
  /** Unique name. */
  readonly job: string;
  /** As words. */
  readonly type: string;
  readonly level: string;
  readonly clientName: string;
  readonly storageName: string;
  readonly catalogName: string;
}

/**
 * The variables of a Label Format for a job: Bacula's names, then Counters, then environment variables of the Director.
 * Numbers are not padded: that is what `${Month:p/2/0/r}` is for.
 */
export async function labelValue(
  name: string,
  use: 'value' | 'count up',
  facts: Facts,
): Promise<string | undefined> {
  const counter = facts.counters.find((one) => one.name === name);
  const known = valuesOf(facts)[name];
  if (known === undefined && counter) {
    return String(await facts.catalog.counterValue({ counter, increment: use === 'count up' }));
  }
  const value = known ?? facts.environment[name];
  if (use === 'count up' && value !== undefined) throw new NoCounter(name);
  return value;
}

/** A "+" behind a variable that cannot count. */
class NoCounter extends OperatorError {
  readonly code = 'DIR_LABEL_FORMAT';
  override readonly hint = 'Leave out the "+", or define a Counter resource and use its name.';
  constructor(name: string) {
    super(`"\${${name}+}" in a Label Format: "${name}" is no Counter`);
  }
}

function valuesOf(facts: Facts): Readonly<Record<string, string>> {
  const { job, now, pool } = facts;
  return {
    Year: String(now.getFullYear()),
    Month: String(now.getMonth() + 1),
    Day: String(now.getDate()),
    Hour: String(now.getHours()),
    Minute: String(now.getMinutes()),
    Second: String(now.getSeconds()),
    WeekDay: String(now.getDay()),
    Job: job.name,
    JobName: job.job,
    JobId: String(job.jobId),
    Dir: facts.directorName,
    Level: job.level,
    Type: job.type,
    Client: job.clientName,
    Pool: pool.name,
    NumVols: String(pool.numVols),
    Storage: job.storageName,
    Catalog: job.catalogName,
    MediaType: facts.mediaType,
  };
}
