import type { JobStanding } from '../../catalog/inputs.ts';
import { fileSetDigest } from '../filesets/fileset-digest.ts';
import type { ActiveJob } from './active-job.ts';
import { BackupJob } from './backup-job.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { BackupLevel } from './job-codes.ts';
import type { JobKind, JobTotals } from './job-kind.ts';
import { lookUpLevel } from './level-lookup.ts';
import { consolidated, VirtualFullJob } from './virtual-full-job.ts';

/**
 * An Incremental or Differential of a Job with Max Virtual Full Interval (reference bacula-jobs, section 2, rules 3 and 6): when
 * the last Full is that old at its start, it is a VirtualFull and saves nothing from the client. A Full that is due for
 * another reason goes before. With nothing to put together it stays a backup: a VirtualFull of one Full would be as old as that,
 * and nothing would ever be saved again.
 */
export class DueVirtualFull implements JobKind {
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #requested: BackupLevel;
  #kind: JobKind;

  /** Whether it is for this run: one that goes on, or has a since time of its own, keeps its level. */
  static isFor({ plan, isResumed }: ActiveJob): boolean {
    const { level, job, request } = plan;
    const mayBeRaised = (level === 'I' || level === 'D') && !isResumed && !request.since;
    return mayBeRaised && job.maxVirtualFullInterval > 0 && job.maxFullInterval === 0;
  }

  constructor(job: ActiveJob, env: JobEnvironment) {
    this.#job = job;
    this.#env = env;
    this.#requested = job.plan.level as BackupLevel;
    this.#kind = new BackupJob(job, env);
  }

  async run(): Promise<void> {
    if (await this.#isDue()) await this.#becomeVirtualFull();
    await this.#kind.run();
  }

  verdict(): string {
    return this.#kind.verdict();
  }

  totals(): JobTotals {
    return this.#kind.totals();
  }

  get asOf(): JobStanding | undefined {
    return this.#kind.asOf;
  }

  async afterEnd(): Promise<void> {
    await this.#kind.afterEnd?.();
  }

  async keepSaved(failure: unknown): Promise<boolean> {
    return (await this.#kind.keepSaved?.(failure)) ?? false;
  }

  report(status: string, endTime: Date): string {
    return this.#kind.report(status, endTime);
  }

  async #isDue(): Promise<boolean> {
    const { catalog, ids, now } = this.#env;
    const { client, fileSet, job } = this.#job.plan;
    const names = { clientName: client.name, fileSetName: fileSet.name, jobName: job.name };
    const chain = await catalog.restoreChain(names);
    const fullStart = chain[0]?.startTime;
    if (!fullStart || consolidated(chain, job.backupsToKeep).length < 2) return false;
    if (now().getTime() - fullStart.getTime() < job.maxVirtualFullInterval * 1000) return false;
    const md5 = fileSetDigest(fileSet);
    const { fileSetId } = await catalog.fileSetVersion({ name: fileSet.name, md5, now: now() });
    const { level } = await lookUpLevel(catalog, {
      ...{ job, requested: this.#requested, fileSetName: fileSet.name, fileSetId, now: now() },
      clientId: ids.clientId(client.name),
    });
    return level !== 'F';
  }

  async #becomeVirtualFull(): Promise<void> {
    const { jobId, messages } = this.#job;
    this.#job.level = 'f';
    await this.#env.catalog.setJob(jobId, { level: 'f' });
    await messages.info('Max Virtual Full Interval exceeded. Doing VirtualFull backup.');
    this.#kind = new VirtualFullJob(this.#job, this.#env, { upgradedFrom: this.#requested });
  }
}
