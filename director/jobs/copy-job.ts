import type { JobRow } from '../../catalog/rows.ts';
import type { PoolResource } from '../../configuration/director-conf.ts';
import { copyReport } from '../reports/copy-report.ts';
import { NOTHING_STORED } from '../reports/stored-lines.ts';
import { removalTexts } from '../retention/removal.ts';
import type { ActiveJob } from './active-job.ts';
import { startClones } from './clones.ts';
import { doneTo, selectJobs } from './copy-selection.ts';
import { copyIdentity } from './copy-identity.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { JobKind, JobTotals } from './job-kind.ts';
import { chooseNextPool, nextStorage, type NextStorage } from './next-pool.ts';
import { choosePool, sourcedNameOf, type Sourced } from './pool-choice.ts';
import { refuseMisplacedScripts, runBeforeScripts, warnOfClientScripts } from './run-scripts.ts';
import { StreamCopy } from './stream-copy.ts';
import { takeStorage } from './take-storage.ts';

/**
 * A Copy or Migrate (reference bacula-jobs, section 10): finds the backups that it is to handle, handles the oldest itself and
 * starts a job for each of the others. What it writes is a job of its own in the catalog.
 */
export class CopyJob implements JobKind {
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #readPool: Sourced<PoolResource>;
  #writePool: Sourced<PoolResource> | undefined;
  #writeStorage: NextStorage | undefined;
  #source: JobRow | undefined;
  #copy: StreamCopy | undefined;
  #copyJobId = 0;

  constructor(job: ActiveJob, env: JobEnvironment) {
    this.#job = job;
    this.#env = env;
    this.#readPool = choosePool(job.plan.request);
  }

  async run(): Promise<void> {
    const { jobId, job, messages, plan } = this.#job;
    refuseMisplacedScripts(this.#job);
    this.#writePool = chooseNextPool(plan.request, this.#readPool.resource);
    this.#writeStorage = nextStorage(plan.request, this.#writePool.resource);
    this.#job.startTime = this.#env.now();
    await this.#env.catalog.setJob(jobId, { startTime: this.#job.startTime });
    await messages.info(`Start ${this.#migrates ? 'Migration' : 'Copying'} JobId ${jobId}, Job=${job}`);
    await startClones(this.#job, this.#env);
    await warnOfClientScripts(this.#job);
    await runBeforeScripts(this.#job, this.#env);
    const [source, ...others] = await this.#select();
    if (!source) return messages.info(`No JobIds found to ${this.#migrates ? 'migrate' : 'copy'}.`);
    await this.#startOthers(others);
    await this.#handle(source);
  }

  verdict(): string {
    const { messages } = this.#job;
    const sdWarnings = this.#copy?.sd.warnings ?? 0;
    return messages.count('Error', 'Warning') + sdWarnings > 0 ? 'W' : 'T';
  }

  /** What was written is counted with the copy. */
  totals(): JobTotals {
    const jobErrors = this.#job.messages.count('Error', 'Fatal');
    return { jobFiles: 0, jobBytes: 0, readBytes: 0, jobErrors };
  }

  get #migrates(): boolean {
    return this.#job.plan.type === 'g';
  }

  // ---- the steps ----------------------------------------------------------------------------------------------

  async #select(): Promise<JobRow[]> {
    const { catalog, ids, now } = this.#env;
    const { plan, messages } = this.#job;
    const pool = { ...this.#readPool, poolId: ids.poolId(this.#readPool.resource.name) };
    const found = await selectJobs(catalog, plan, pool, now());
    if (found.length === 0) return found;
    const jobIds = found.map(({ jobId }) => jobId).join(',');
    const were = found.length === 1 ? 'JobId was' : 'JobIds were';
    await messages.info(`The following ${found.length} ${were} chosen to be ${doneTo(plan)}: ${jobIds}`);
    return found;
  }

  /** They wait in the queue for what the Job's limits leave room for. */
  async #startOthers(sources: readonly JobRow[]): Promise<void> {
    const { plan, messages, attempt } = this.#job;
    if (attempt > 1) return; // the first try has started them
    const { maximumSpawnedJobs } = plan.job;
    for (const { jobId } of sources.slice(0, maximumSpawnedJobs - 1)) {
      const started = await this.#env.run({ ...plan.request, sourceJobIds: [jobId], ignoreDuplicates: true });
      await messages.info(`Job queued. JobId=${started} (JobId ${jobId} is to be ${doneTo(plan)})`);
    }
    const left = sources.length - maximumSpawnedJobs + 1;
    if (left > 0) await messages.info(`Maximum Spawned Jobs reached: ${left} are left for the next time.`);
  }

  async #handle(source: JobRow): Promise<void> {
    const { jobId, messages, plan } = this.#job;
    this.#job.level = source.level;
    await this.#env.catalog.setJob(jobId, { level: source.level });
    if (plan.job.selectionType === 'PoolUncopiedJobs' && (await this.#isCopied(source))) {
      return messages.info(`JobId ${source.jobId} has been copied meanwhile.`);
    }
    this.#source = source;
    const { copyJobId, copyJob } = await this.#createCopy(source);
    this.#copyJobId = copyJobId;
    this.#job.copy = { jobId: copyJobId, sourceJobId: source.jobId };
    await messages.info(
      `${this.#migrates ? 'Migrating' : 'Copying'} JobId=${source.jobId} Job=${source.job} to JobId=${copyJobId} Job=${copyJob}`,
    );
    try {
      await this.#write(source, { copyJobId, copyJob });
      await this.#endCopy(source);
    } catch (error) {
      await this.#failCopy();
      throw error;
    }
  }

  async #isCopied({ jobId }: JobRow): Promise<boolean> {
    return (await this.#env.catalog.copiesOf([jobId])).length > 0;
  }

  async #createCopy(source: JobRow): Promise<{ copyJobId: number; copyJob: string }> {
    const { catalog, ids, uniqueName, now } = this.#env;
    const { name, level, clientId, fileSetId, priority, comment } = source;
    const copyJob = uniqueName(name);
    const copyJobId = await catalog.createJob({
      ...{ job: copyJob, name, level, clientId, fileSetId, priority, comment },
      type: 'C', // of a migration too, until it is whole: one that fails is no failed backup
      poolId: ids.poolId(this.#written().pool.name),
      schedTime: source.schedTime ?? now(),
      status: 'R',
    });
    await catalog.setJob(copyJobId, { priorJobId: source.jobId, startTime: now() });
    return { copyJobId, copyJob };
  }

  async #write(
    source: JobRow,
    { copyJobId, copyJob }: { copyJobId: number; copyJob: string },
  ): Promise<void> {
    const { pool, next } = this.#written();
    this.#job.poolName = pool.name;
    const storage = await takeStorage(this.#job, this.#env, next.group);
    this.#writeStorage = { ...next, resource: storage };
    this.#copy = new StreamCopy(this.#job, this.#env, {
      ...{ pool, storage },
      sources: [source],
      identity: copyIdentity(source, {
        ...{ jobId: copyJobId, job: copyJob, poolName: pool.name },
        jobType: this.#migrates ? 'B' : 'C',
        directorName: this.#env.directorName,
      }),
    });
    await this.#copy.run();
  }

  async #endCopy(source: JobRow): Promise<void> {
    const { catalog, retention, now } = this.#env;
    const { messages, plan } = this.#job;
    const { jobId: sourceJobId, jobStatus } = source;
    const end = { jobId: this.#copyJobId, sourceJobId, jobStatus, realEndTime: now() };
    if (!this.#migrates) return catalog.endCopy({ ...end, migrates: false });
    const removed = await retention.migrate(source, { ...end, migrates: true }, plan.job.purgeMigrationJob);
    for (const text of removalTexts(removed)) await messages.info(text);
  }

  async #failCopy(): Promise<void> {
    const { catalog, now } = this.#env;
    const jobStatus = this.#job.signal.aborted ? 'A' : 'f';
    const jobFiles = this.#copy?.tally?.records ?? 0;
    const jobBytes = this.#copy?.tally?.memberBytes ?? 0;
    const sums = { jobFiles, jobBytes, readBytes: 0, jobErrors: 1 };
    await catalog.endJob(this.#copyJobId, { jobStatus, endTime: now(), ...sums });
  }

  #written(): { pool: PoolResource; next: NextStorage } {
    if (!this.#writePool || !this.#writeStorage) throw new Error('a copy before its pool was chosen');
    return { pool: this.#writePool.resource, next: this.#writeStorage };
  }

  // ---- the report ---------------------------------------------------------------------------------------------

  report(status: string, endTime: Date): string {
    const { plan, jobId, job, startTime = endTime, priority } = this.#job;
    const copy = this.#copy;
    return copyReport({
      directorName: this.#env.directorName,
      ...{ jobId, job, startTime, endTime, priority, status },
      migrates: this.#migrates,
      ...(this.#source && { source: this.#source }),
      newJobId: this.#copyJobId,
      client: this.#source?.clientName ?? plan.client.name,
      fileSet: this.#source?.fileSetName ?? plan.fileSet.name,
      readPool: sourcedNameOf(this.#readPool),
      readStorages: copy?.readStorageNames ?? [],
      ...(this.#writePool && { writePool: sourcedNameOf(this.#writePool) }),
      ...(this.#writeStorage && { writeStorage: sourcedNameOf(this.#writeStorage) }),
      catalog: { name: plan.client.catalog.name, from: 'Client resource' },
      stored: copy?.stored(status) ?? NOTHING_STORED,
    });
  }
}
