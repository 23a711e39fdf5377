import type { JobStanding } from '../../catalog/inputs.ts';
import type { JobRow } from '../../catalog/rows.ts';
import type { PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import { JobFailed } from '../director-errors.ts';
import { endedWell } from '../reports/termination.ts';
import { NOTHING_STORED } from '../reports/stored-lines.ts';
import { virtualFullReport } from '../reports/virtual-full-report.ts';
import { removalTexts } from '../retention/removal.ts';
import type { ActiveJob } from './active-job.ts';
import { startClones } from './clones.ts';
import { copyIdentity } from './copy-identity.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { BackupLevel } from './job-codes.ts';
import type { JobKind, JobTotals } from './job-kind.ts';
import { chooseNextPool, nextStorage } from './next-pool.ts';
import { choosePool, sourcedNameOf, type Sourced } from './pool-choice.ts';
import { refuseMisplacedScripts, runBeforeScripts, warnOfClientScripts } from './run-scripts.ts';
import { StreamCopy } from './stream-copy.ts';
import { takeStorage } from './take-storage.ts';

/**
 * A backup at level VirtualFull (reference bacula-jobs, section 11): a new Full out of the last Full and what came after it,
 * from volume to volume. With Backups To Keep the newest ones stay out of it. Of a given list without a Full it makes a
 * Differential or an Incremental.
 */
export class VirtualFullJob implements JobKind {
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #upgradedFrom: BackupLevel | undefined;
  readonly #readPool: Sourced<PoolResource>;
  #writePool: Sourced<PoolResource> | undefined;
  #writeStorage: Sourced<StorageResource> | undefined;
  /** Oldest first. */
  #sources: readonly JobRow[] = [];
  #copy: StreamCopy | undefined;

  constructor(job: ActiveJob, env: JobEnvironment, options: { readonly upgradedFrom?: BackupLevel } = {}) {
    this.#job = job;
    this.#env = env;
    this.#upgradedFrom = options.upgradedFrom;
    this.#readPool = choosePool(job.plan.request, 'f');
  }

  async run(): Promise<void> {
    const { jobId, job, messages, plan } = this.#job;
    refuseMisplacedScripts(this.#job);
    const pool = (this.#writePool = chooseNextPool(plan.request, this.#readPool.resource));
    const next = (this.#writeStorage = nextStorage(plan.request, pool.resource));
    this.#job.poolName = pool.resource.name;
    this.#job.storageName = next.resource.name;
    await startClones(this.#job, this.#env);
    await warnOfClientScripts(this.#job);
    await runBeforeScripts(this.#job, this.#env);
    const startTime = (this.#job.startTime = this.#env.now());
    await this.#env.catalog.setJob(jobId, {
      startTime,
      poolId: this.#env.ids.poolId(pool.resource.name),
    });
    await messages.info(`Start Virtual Backup JobId ${jobId}, Job=${job}`);
    const sources = await this.#chooseSources();
    const last = sources.at(-1);
    if (!last) return;
    this.#sources = sources;
    await messages.info(`Consolidating JobIds=${sources.map((source) => source.jobId).join(',')}`);
    await this.#warnOfDeletedFiles();
    await this.#env.catalog.setJob(jobId, { fileSetId: last.fileSetId });
    const storage = await takeStorage(this.#job, this.#env, next.group);
    this.#writeStorage = { ...next, resource: storage };
    this.#copy = new StreamCopy(this.#job, this.#env, {
      ...{ sources, storage },
      pool: pool.resource,
      identity: {
        ...copyIdentity(last, {
          ...{ jobId, job, jobType: 'B', poolName: pool.resource.name },
          directorName: this.#env.directorName,
        }),
        jobName: plan.job.name,
        jobLevel: this.#level,
      },
    });
    await this.#copy.run();
  }

  verdict(): string {
    const { messages } = this.#job;
    return messages.count('Error', 'Warning') + (this.#copy?.sd.warnings ?? 0) > 0 ? 'W' : 'T';
  }

  totals(): JobTotals {
    const { tally, result } = this.#copy ?? {};
    return {
      jobFiles: tally?.records ?? 0,
      jobBytes: tally?.memberBytes ?? 0,
      readBytes: result?.contentBytes ?? 0,
      jobErrors: this.#job.messages.count('Error', 'Fatal'),
    };
  }

  /** A Full, mostly, that stands where the last of its jobs stood: the next Incremental goes on from there. */
  get asOf(): JobStanding | undefined {
    const { startTime, endTime } = this.#sources.at(-1) ?? {};
    return startTime && endTime && { level: this.#level, startTime, endTime };
  }

  /** What its jobs are together: that of the oldest. */
  get #level(): string {
    return this.#sources[0]?.level ?? 'F';
  }

  async afterEnd(): Promise<void> {
    const { plan, messages } = this.#job;
    if (!plan.job.deleteConsolidatedJobs || this.#sources.length === 0) return;
    const removed = await this.#env.retention.purgeJobs(this.#sources);
    const { jobs } = removed;
    const jobIds = this.#sources.map(({ jobId }) => jobId).join(',');
    await messages.info(`Deleted ${jobs} consolidated Job${jobs === 1 ? '' : 's'}: JobIds=${jobIds}`);
    for (const text of removalTexts(removed)) await messages.info(text);
  }

  /** What goes into it; empty, after a word about it, when there is nothing to do. @throws JobFailed */
  async #chooseSources(): Promise<readonly JobRow[]> {
    const { plan, messages } = this.#job;
    const { sourceJobIds } = plan.request;
    if (sourceJobIds) return this.#named(sourceJobIds);
    const chain = await this.#env.catalog.restoreChain({
      clientName: plan.client.name,
      fileSetName: plan.fileSet.name,
      jobName: plan.job.name,
    });
    if (chain.length === 0) {
      throw new JobFailed(`There is no good Full backup of Job "${plan.job.name}" to start from`, {
        hint: `Run one first: run job="${plan.job.name}" level=Full`,
      });
    }
    const { backupsToKeep } = plan.job;
    const old = consolidated(chain, backupsToKeep);
    if (backupsToKeep === 0 || old.length >= 2) return old;
    await messages.info(
      `Nothing to consolidate: there are ${chain.length} backups, and Backups To Keep is ${backupsToKeep}.`,
    );
    return [];
  }

  /** @throws JobFailed unless they are good backups of one client, with a Full to begin with or following each other. */
  async #named(jobIds: readonly number[]): Promise<readonly JobRow[]> {
    const { plan } = this.#job;
    const found: JobRow[] = [];
    for (const jobId of jobIds) {
      const row = await this.#env.catalog.jobById(jobId);
      const isGood = row?.type === 'B' && endedWell(row.jobStatus) && row.clientName === plan.client.name;
      if (!isGood) {
        throw new JobFailed(`JobId ${jobId} is no good backup of Client "${plan.client.name}"`, {
          hint: '"list jobs" shows the backups.',
        });
      }
      found.push(row);
    }
    found.sort((a, b) => Number(a.startTime) - Number(b.startTime) || a.jobId - b.jobId);
    if (found[0]?.level !== 'F') await this.#requireNoGap(found);
    return found;
  }

  /**
   * Without a Full the result is laid over what comes before its jobs, and what lies between them would be lost below it.
   * @throws JobFailed
   */
  async #requireNoGap(found: readonly JobRow[]): Promise<void> {
    const { plan } = this.#job;
    const [first, last] = [found[0], found.at(-1)];
    const names = { clientName: plan.client.name, fileSetName: plan.fileSet.name, jobName: plan.job.name };
    const chain = await this.#env.catalog.restoreChain({ ...names, before: last?.endTime });
    const from = chain.findIndex(({ jobId }) => jobId === first?.jobId);
    const wanted = from < 0 ? [] : chain.slice(from).map(({ jobId }) => jobId);
    if (wanted.join() === found.map(({ jobId }) => jobId).join()) return;
    throw new JobFailed(
      `The JobIds ${found.map(({ jobId }) => jobId).join(',')} have no Full among them and do not follow each other in Job "${plan.job.name}"`,
      {
        hint:
          from < 0
            ? 'Name the Full that they build on as well.'
            : `Name all from the first to the last: jobid=${wanted.join(',')}`,
      },
    );
  }

  async #warnOfDeletedFiles(): Promise<void> {
    const { plan, messages } = this.#job;
    if (this.#level !== 'F' || this.#sources.length === 1) return;
    if (plan.request.accurate ?? plan.job.accurate) return;
    await messages.add(
      'Warning',
      'This Job is not Accurate: files deleted after its Full come back with this Virtual Full. Say "Accurate = yes" in the Job.',
    );
  }

  // ---- the report ---------------------------------------------------------------------------------------------

  report(status: string, endTime: Date): string {
    const { plan, jobId, job, startTime = endTime, priority } = this.#job;
    const copy = this.#copy;
    return virtualFullReport({
      directorName: this.#env.directorName,
      ...{ jobId, job, startTime, endTime, priority, status },
      level: this.#level,
      ...(this.#upgradedFrom && { upgradedFrom: this.#upgradedFrom }),
      client: plan.client.name,
      fileSet: plan.fileSet.name,
      ...(this.#writePool && { pool: sourcedNameOf(this.#writePool) }),
      ...(this.#writeStorage && { storage: sourcedNameOf(this.#writeStorage) }),
      catalog: { name: plan.client.catalog.name, from: 'Client resource' },
      scheduledTime: plan.schedTime,
      stored: copy?.stored(status) ?? NOTHING_STORED,
      accurate: plan.request.accurate ?? plan.job.accurate,
    });
  }
}

/** The jobs of a chain, oldest first, that a VirtualFull puts together: all but the newest, as Backups To Keep says. */
export function consolidated(chain: readonly JobRow[], backupsToKeep: number): readonly JobRow[] {
  return chain.slice(0, Math.max(0, chain.length - backupsToKeep));
}
