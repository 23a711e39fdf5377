import { OperatorError } from '../../errors/operator-error.ts';
import type { RunningJob, TerminatedJob } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { Throttle } from '../bandwidth/throttle.ts';
import { pathToBytes, type BytePath } from '../byte-path.ts';

/** Terminated jobs that `status client` shows. */
const TERMINATED_MAX = 10;

/** The client has as many jobs as its conf allows. */
export class TooManyJobs extends OperatorError {
  readonly code = 'FD_TOO_MANY_JOBS';
  override readonly hint = 'Raise Maximum Concurrent Jobs of the FileDaemon resource, or wait.';
}

/** The Director speaks of a job that does not run here. */
export class NoSuchJob extends OperatorError {
  readonly code = 'FD_NO_SUCH_JOB';
  override readonly hint = 'It may just have ended; "status client" shows the jobs that run.';
}

export interface JobDescription {
  /** Name of the Director that asked for it. */
  readonly director: string;
  readonly jobId: number;
  readonly job: string;
  readonly kind: 'Backup' | 'Restore' | 'Verify' | 'Estimate';
  /** Single letter; empty for a restore. */
  readonly level: string;
}

/** A job while it runs, as `status client` shows it. */
export class ActiveJob {
  readonly description: JobDescription;
  /** What it sends or fetches goes through here. */
  readonly throttle = new Throttle();
  readonly #startedAtMs = Date.now();
  #counts = { files: 0, contentBytes: 0, errors: 0 };
  #path: BytePath = '';

  constructor(description: JobDescription) {
    this.description = description;
  }

  progress(counts: { files: number; contentBytes: number; errors: number }, path: BytePath): void {
    this.#counts = counts;
    this.#path = path;
  }

  status(): RunningJob {
    const { files, contentBytes, errors } = this.#counts;
    const { jobId, job, kind, level } = this.description;
    return {
      jobId,
      job,
      kind,
      level,
      startedAtMs: this.#startedAtMs,
      files,
      bytes: contentBytes,
      errors,
      currentPath: pathToBytes(this.#path),
    };
  }

  ended(status: string): TerminatedJob {
    const { jobId, job, level } = this.description;
    const { files, contentBytes } = this.#counts;
    return { jobId, job, level, files, bytes: contentBytes, status, endedAtMs: Date.now() };
  }
}

/** The jobs of this daemon: those that run, how many have, and the last ones. */
export class JobTable {
  jobsMax: number;
  readonly #running = new Set<ActiveJob>();
  #terminated: TerminatedJob[] = [];
  #endedCount = 0;
  readonly #stopped = new AbortController();

  constructor(jobsMax: number) {
    this.jobsMax = jobsMax;
  }

  get running(): RunningJob[] {
    return [...this.#running].map((job) => job.status());
  }

  /** A running job by the Director that asked for it and its unique name. @throws NoSuchJob */
  find(director: string, job: string): ActiveJob {
    for (const active of this.#running) {
      const { description } = active;
      if (description.director === director && description.job === job) return active;
    }
    throw new NoSuchJob(`The client runs no job "${job}" of Director "${director}"`);
  }

  /** The newest last. */
  get terminated(): readonly TerminatedJob[] {
    return this.#terminated;
  }

  /** Jobs ended since the daemon started. */
  get endedCount(): number {
    return this.#endedCount;
  }

  /**
   * Runs a job and keeps its status. `work` answers with how many errors it had; the signal it gets also aborts when the
   * daemon stops.
   * @throws TooManyJobs
   */
  async run(
    description: JobDescription,
    signal: AbortSignal,
    work: (job: ActiveJob, signal: AbortSignal) => Promise<{ errors: number }>,
  ): Promise<void> {
    if (this.#running.size >= this.jobsMax) {
      throw new TooManyJobs(`The client already runs ${this.#running.size} jobs, as many as its conf allows`);
    }
    const job = new ActiveJob(description);
    const ended = AbortSignal.any([signal, this.#stopped.signal]);
    this.#running.add(job);
    let status = 'E';
    try {
      const { errors } = await work(job, ended);
      status = errors === 0 ? 'T' : 'W';
    } catch (error) {
      if (signal.aborted) status = 'A';
      throw error;
    } finally {
      this.#running.delete(job);
      if (description.kind !== 'Estimate') this.#noteEnd(job.ended(status));
    }
  }

  #noteEnd(job: TerminatedJob): void {
    this.#terminated = [...this.#terminated, job].slice(-TERMINATED_MAX);
    this.#endedCount += 1;
  }

  /** Ends all jobs, now and to come. */
  stop(reason: Error): void {
    this.#stopped.abort(reason);
  }
}
