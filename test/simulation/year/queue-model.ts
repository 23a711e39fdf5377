import { clientJobsMax, DIRECTOR_JOBS_MAX, STORAGES, type SiteJob } from './big-site.ts';

/** A run in the queue or out of it. */
export interface QueuedRun {
  readonly jobId: number;
  readonly job: SiteJob;
  /** Its place among equals. */
  arrival: number;
  /** When it came. */
  readonly arrivedMs: number;
  /** It has run, and waits for another try. */
  isAgain: boolean;
  /** When it may start. */
  dueMs: number;
  /** Where it writes, or means to. */
  storage: string | undefined;
  /** It runs, but stands before another storage than it was admitted with. */
  isMoving: boolean;
  /** It has nothing before it but its end. */
  isCancelled: boolean;
}

type Limit = 'director' | 'storage' | 'client' | 'job';

/** How many runs use each thing. */
class Uses {
  readonly #counts = new Map<string, number>();
  readonly #priorities = new Map<number, number>();
  #strictest = 0;
  total = 0;

  /** `storages`: each is used by one run more. */
  constructor(runs: Iterable<QueuedRun>, storages: readonly string[] = []) {
    for (const storage of storages) this.#add(`storage ${storage}`);
    for (const { job, storage } of runs) {
      this.total += 1;
      for (const key of [`client ${job.client}`, `job ${job.name}`, `storage ${storage}`]) this.#add(key);
      this.#priorities.set(job.priority, (this.#priorities.get(job.priority) ?? 0) + 1);
      if (!job.mixed) this.#strictest += 1;
    }
  }

  #add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Runs of one priority at a time; a more urgent one may join when it and all that run may mix. */
  admitsPriority({ priority, mixed }: SiteJob): boolean {
    if (this.total === 0 || (this.#priorities.size === 1 && this.#priorities.has(priority))) return true;
    return mixed && this.#strictest === 0 && priority <= Math.max(...this.#priorities.keys());
  }

  /** What keeps one more out. */
  limitFor({ job, storage }: QueuedRun): Limit | undefined {
    if (this.total >= DIRECTOR_JOBS_MAX) return 'director';
    if (storage !== undefined && this.of(`storage ${storage}`) >= STORAGES[storage]!) return 'storage';
    if (this.of(`client ${job.client}`) >= clientJobsMax(job.client)) return 'client';
    // Backups of one Job follow each other, whatever its limit (docs/differences.md, levels).
    if (this.of(`job ${job.name}`) >= (job.type === 'Backup' ? 1 : job.jobsMax)) return 'job';
    return undefined;
  }
}

/**
 * The rules of the job queue (reference bacula-jobs, section 4), as somebody would check them who watches the jobs.
 * Each method throws an Error that says which rule was broken.
 */
export class QueueModel {
  readonly #waiting = new Map<number, QueuedRun>();
  readonly #running = new Map<number, QueuedRun>();
  /** Their end is written, or that they wait for another try, but the queue may not have let go of them yet. */
  readonly #ending = new Map<number, QueuedRun>();
  /** Storages that runs are about to leave; the queue may not know it yet. */
  #left: string[] = [];
  #arrivals = 0;

  get counts(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#waiting.size, running: this.#running.size };
  }

  wait(run: Omit<QueuedRun, 'arrival' | 'isAgain' | 'isMoving' | 'isCancelled'>): void {
    const isAgain = this.#running.has(run.jobId);
    this.#leave(run.jobId);
    const arrival = this.#arrivals++;
    this.#waiting.set(run.jobId, { ...run, arrival, isAgain, isMoving: false, isCancelled: false });
  }

  start(jobId: number, nowMs: number): QueuedRun {
    const run = this.#waiting.get(jobId);
    if (!run) throw new Error('it started without having waited: twice?');
    this.#waiting.delete(jobId);
    if (run.dueMs > nowMs) throw new Error(`it started before ${new Date(run.dueMs).toISOString()}`);
    const running = new Uses(this.#running.values());
    if (!running.admitsPriority(run.job)) throw new Error('jobs of another priority run');
    const limit = new Uses(this.#countedRunning()).limitFor(run);
    if (limit) throw new Error(`the limit of the ${limit} was reached`);
    this.#checkNobodyPassed(run, nowMs);
    this.#running.set(jobId, run);
    return run;
  }

  /** It has to go to another storage, and counts there. */
  moveTo(jobId: number, storage: string): void {
    const run = this.#running.get(jobId);
    if (!run?.storage || run.storage === storage) return;
    this.#left.push(run.storage);
    run.storage = storage;
    run.isMoving = true;
  }

  /** It has got there. */
  arrived(jobId: number): void {
    const run = this.#running.get(jobId);
    if (!run) return;
    run.isMoving = false;
    const onStorage = [...this.#countedRunning()].filter(({ storage }) => storage === run.storage).length;
    if (onStorage > STORAGES[run.storage!]!)
      throw new Error(`the limit of Storage "${run.storage}" is passed`);
  }

  end(jobId: number): void {
    this.#leave(jobId);
    this.#waiting.delete(jobId);
  }

  hasBegun(jobId: number): boolean {
    return this.#running.has(jobId);
  }

  cancel(jobId: number): void {
    const run = this.#waiting.get(jobId);
    if (run) run.isCancelled = true;
  }

  /** All is quiet: nobody may be waiting who could start, nor wait for ever. */
  checkQuiet(nowMs: number, patienceMs: number): void {
    this.#ending.clear();
    this.#left = [];
    const uses = new Uses(this.#running.values());
    for (const run of this.#due(nowMs)) {
      const waitedMs = nowMs - run.dueMs;
      const name = `JobId ${run.jobId} (${run.job.name})`;
      if (waitedMs > patienceMs) throw new Error(`${name} has waited for ${waitedMs / 3_600_000} hours`);
      if (!uses.admitsPriority(run.job)) return;
      if (!uses.limitFor(run)) throw new Error(`${name} waits, and nothing keeps it from starting`);
    }
  }

  #leave(jobId: number): void {
    const run = this.#running.get(jobId);
    if (run) this.#ending.set(jobId, run);
    this.#running.delete(jobId);
  }

  #checkNobodyPassed(run: QueuedRun, nowMs: number): void {
    const strict = new Uses(this.#running.values());
    const uses = new Uses([...this.#running.values(), ...this.#ending.values()], this.#left);
    for (const other of this.#due(nowMs)) {
      if (compare(other, run) > 0) return;
      if (cameTogether(other, run)) continue;
      const fits = other.job.priority === run.job.priority || strict.admitsPriority(other.job);
      if (fits && uses.limitFor(other)) continue;
      throw new Error(`it passed JobId ${other.jobId} (${other.job.name}), priority ${other.job.priority}`);
    }
  }

  #countedRunning(): QueuedRun[] {
    return [...this.#running.values()].filter(({ isMoving }) => !isMoving);
  }

  #due(nowMs: number): QueuedRun[] {
    const isDue = ({ dueMs, isCancelled, job: { maxStartDelaySeconds } }: QueuedRun) =>
      dueMs <= nowMs &&
      !isCancelled &&
      !(maxStartDelaySeconds > 0 && nowMs - dueMs >= maxStartDelaySeconds * 1000);
    return [...this.#waiting.values()].filter(isDue).sort(compare);
  }
}

/** One that waits again takes its place when the queue has let go of it: those that come at that moment may be first. */
function cameTogether(a: QueuedRun, b: QueuedRun): boolean {
  return a.job.priority === b.job.priority && a.arrivedMs === b.arrivedMs && (a.isAgain || b.isAgain);
}

function compare(a: QueuedRun, b: QueuedRun): number {
  return a.job.priority - b.job.priority || a.arrival - b.arrival;
}
