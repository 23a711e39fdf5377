import { JobCancelled, JobOutOfTime, JobStopped } from '../director-errors.ts';
import type { JobMessages } from '../messages/job-messages.ts';
import type { RunningJob } from '../services.ts';
import { JobBandwidth } from './job-bandwidth.ts';
import type { JobTotals } from './job-kind.ts';
import type { JobPlan } from './job-plan.ts';
import { PhaseClock, type Phase } from './phase-clock.ts';
import { Progress } from './progress.ts';
import type { TimedJob } from './time-limits.ts';

export const RUNNING: Phase = { status: 'R', text: 'is running' };

/** What has come of a job: its status letter, and its sums. */
export interface JobOutcome {
  readonly status: string;
  readonly totals: JobTotals;
}

/** A job from its creation to its end: what is known of it, and the handle to stop it. */
export class ActiveJob implements RunningJob {
  readonly jobId: number;
  /** Unique name. */
  readonly job: string;
  readonly plan: JobPlan;
  readonly messages: JobMessages;
  readonly bandwidth: JobBandwidth;
  readonly progress = new Progress();
  level: string;
  poolName: string;
  storageName: string;
  priority: number;
  startTime?: Date;
  /** When it should start: its scheduled time, until it is queued again. */
  dueAt: Date;
  /** 1 for the first time that it is carried out. */
  attempt: number;
  /** Of an Incremental or Differential. */
  since?: Date;
  /** Unique name of the run that this is the time of. */
  previousJob = '';
  /** Of a Copy or Migrate: the job that is written, and its original. */
  copy?: { readonly jobId: number; readonly sourceJobId: number };
  /** Volumes that hold data of the job, in order. */
  volumeNames: readonly string[] = [];
  /** It was broken off and goes on; its start in the catalog is that of the first time. */
  readonly isResumed: boolean;
  /** Why it ends before it has begun: a script at the moment Queued failed. */
  failedInQueue?: Error;
  /** How it ended. */
  outcome?: JobOutcome;
  readonly #clock: PhaseClock;
  readonly #abort = new AbortController();

  constructor(options: {
    jobId: number;
    job: string;
    plan: JobPlan;
    messages: JobMessages;
    poolName: string;
    storageName: string;
    /** Bytes per second; 0 = no limit. */
    bandwidth: number;
    now: () => Date;
  }) {
    this.jobId = options.jobId;
    this.job = options.job;
    this.plan = options.plan;
    this.messages = options.messages;
    this.level = options.plan.level;
    this.poolName = options.poolName;
    this.storageName = options.storageName;
    this.priority = options.plan.priority;
    this.bandwidth = new JobBandwidth(options.bandwidth);
    this.dueAt = options.plan.schedTime;
    this.attempt = options.plan.request.attempt ?? 1;
    this.isResumed = options.plan.request.resume !== undefined;
    this.#clock = new PhaseClock({ status: 'C', text: 'is waiting execution' }, options.now);
  }

  /** Aborts when the job is to end; the reason is a JobCancelled or a JobStopped. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get name(): string {
    return this.plan.job.name;
  }

  get type(): string {
    return this.plan.type;
  }

  get status(): string {
    return this.#clock.phase.status;
  }

  get statusText(): string {
    if (!this.signal.aborted) return this.#clock.phase.text;
    return this.isStopped ? 'is being stopped' : 'is being canceled';
  }

  get clientName(): string {
    return this.plan.client.name;
  }

  get files(): number {
    return this.progress.files;
  }

  get bytes(): number {
    return this.progress.bytes;
  }

  get bytesPerSecond(): number {
    return this.progress.bytesPerSecond(Date.now());
  }

  get currentPath(): string {
    return this.progress.currentPath;
  }

  get expectedEnd(): Date | undefined {
    return this.progress.expectedEnd(Date.now());
  }

  /** Whether it has left the queue. */
  get hasBegun(): boolean {
    return this.startTime !== undefined;
  }

  /** What its time limits are counted from. */
  get timed(): TimedJob {
    const { dueAt, startTime, level } = this;
    const { waitedMs, isWaiting } = this.#clock;
    return { dueAt, startTime, level, waitedMs, isWaiting };
  }

  enter(phase: Phase): void {
    this.#clock.enter(phase);
  }

  /** It failed before anything of it was written, and stands in the queue once more. */
  queueAgain(at: Date): void {
    this.dueAt = at;
    this.attempt += 1;
    delete this.startTime;
    delete this.failedInQueue;
    this.#clock.restart({ status: 't', text: 'is waiting for its start time' });
  }

  /** The storage daemon waits for this, a disk or room on it; empty: it goes on. */
  storageWaits(what: string): void {
    this.enter(what === '' ? RUNNING : { status: 'M', text: `is waiting for ${what}` });
  }

  /** Carries out `wait` in a phase of its own. */
  async during<T>(phase: Phase, wait: () => Promise<T>): Promise<T> {
    this.enter(phase);
    try {
      return await wait();
    } finally {
      this.enter(RUNNING);
    }
  }

  cancel(reason: string): void {
    this.#abort.abort(new JobCancelled(reason));
  }

  /** As `cancel`, for a time limit. */
  cancelOutOfTime(reason: string): void {
    this.#abort.abort(new JobOutOfTime(reason));
  }

  /** As `cancel`, but keeps what it has saved. */
  stop(reason: string): void {
    this.#abort.abort(new JobStopped(reason));
  }

  get isStopped(): boolean {
    return this.signal.reason instanceof JobStopped;
  }
}
