import { adminReport } from '../reports/admin-report.ts';
import type { ActiveJob } from './active-job.ts';
import { startClones } from './clones.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { JobKind, JobTotals } from './job-kind.ts';
import { refuseMisplacedScripts, runBeforeScripts, warnOfClientScripts } from './run-scripts.ts';

/** An Admin job: it runs its scripts and contacts nobody. */
export class AdminJob implements JobKind {
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;

  constructor(job: ActiveJob, env: JobEnvironment) {
    this.#job = job;
    this.#env = env;
  }

  async run(): Promise<void> {
    const { jobId, job, messages } = this.#job;
    refuseMisplacedScripts(this.#job);
    this.#job.startTime = this.#env.now();
    await this.#env.catalog.setJob(jobId, { startTime: this.#job.startTime });
    await messages.info(`Start Admin JobId ${jobId}, Job=${job}`);
    await startClones(this.#job, this.#env);
    await warnOfClientScripts(this.#job);
    await runBeforeScripts(this.#job, this.#env);
  }

  verdict(): string {
    return this.#job.messages.count('Error', 'Warning') > 0 ? 'W' : 'T';
  }

  totals(): JobTotals {
    return { jobFiles: 0, jobBytes: 0, readBytes: 0, jobErrors: this.#job.messages.count('Error', 'Fatal') };
  }

  report(status: string, endTime: Date): string {
    const { jobId, job, plan, startTime = endTime } = this.#job;
    return adminReport({
      directorName: this.#env.directorName,
      jobId,
      job,
      scheduledTime: plan.schedTime,
      startTime,
      endTime,
      status,
    });
  }
}
