import { QueueFull } from '../director-errors.ts';
import { ChangeSignal } from '../change-signal.ts';
import {
  fullStorages,
  nextRunnable,
  storageHasRoom,
  type QueueEntry,
  type StorageUse,
  usesOf,
  type WaitReason,
} from './next-runnable.ts';

const QUEUED_JOBS_MAX = 10_000;
/** Start times are looked at again at least this often: a timer does not follow a clock that is set. */
const LOOK_AGAIN_MS = 60_000;

/** A job in the queue. */
export interface QueuedJob {
  entry: QueueEntry;
  /** Runs the job to its end. Never rejects. */
  begin(): Promise<void>;
  /** Told whenever the reason may have changed. `storageNames`: those on which it waits for room, for that reason. */
  waitsFor(reason: WaitReason, storageNames: readonly string[]): void;
}

export interface StorageLoad {
  /** Running jobs that use it. */
  readonly jobs: number;
  /** Whether one more may. */
  readonly hasRoom: boolean;
}

/**
 * Admits jobs by priority, arrival and limits. All decisions are made in `#admit`, which is called when something
 * has changed: a job came, ended, moved, or its start time is there.
 */
export class JobQueue {
  readonly #jobsMax: () => number;
  readonly #now: () => Date;
  readonly #waiting = new Map<number, QueuedJob>();
  readonly #running = new Map<number, QueuedJob>();
  /** Running jobs that wait for other storages, in the order in which they began to. */
  readonly #moving = new Set<number>();
  readonly #changes = new ChangeSignal();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: { jobsMax: () => number; now: () => Date }) {
    this.#jobsMax = options.jobsMax;
    this.#now = options.now;
  }

  /** @throws QueueFull */
  checkRoom(): void {
    if (this.#waiting.size >= QUEUED_JOBS_MAX) throw new QueueFull(QUEUED_JOBS_MAX);
  }

  add(job: QueuedJob): void {
    this.#waiting.set(job.entry.jobId, job);
    this.#admit();
  }

  /** Lets a waiting job begin at once, past all limits: it was cancelled and has only its end before it. */
  release(jobId: number): void {
    const job = this.#waiting.get(jobId);
    if (!job) return;
    this.#waiting.delete(jobId);
    void job.begin().then(() => this.#admit());
  }

  /** Scripts of it have ended, for which it was held. */
  letGo(jobId: number): void {
    const job = this.#waiting.get(jobId);
    if (!job) return;
    job.entry = { ...job.entry, isHeld: false };
    this.#admit();
  }

  /** Gives a job that waits another priority; false when it does not wait any more. */
  setPriority(jobId: number, priority: number): boolean {
    const job = this.#waiting.get(jobId);
    if (!job) return false;
    job.entry = { ...job.entry, priority };
    this.#admit();
    return true;
  }

  /** Something outside has changed (the conf): decide again. */
  reconsider(): void {
    this.#admit();
  }

  /**
   * A running job needs other storages than it was admitted with: gives the old ones back and waits for room on these.
   * From now on it counts there, so that no job from the queue slips in before it.
   * @throws the reason of `signal` when that aborts.
   */
  async moveTo(jobId: number, storages: readonly StorageUse[], signal: AbortSignal): Promise<void> {
    const job = this.#running.get(jobId);
    if (!job || sameStorages(job.entry.storages, storages)) return;
    job.entry = { ...job.entry, storages };
    this.#moving.add(jobId);
    this.#admit();
    try {
      for (;;) {
        const before = this.#before(jobId);
        const full = fullStorages({ storages }, before);
        if (full.length === 0) return;
        job.waitsFor(
          'storage',
          full.map(({ name }) => name),
        );
        await this.#changes.next(LOOK_AGAIN_MS, signal);
      }
    } finally {
      this.#moving.delete(jobId);
    }
  }

  /** How busy a storage is with others than this job. */
  loadOf(use: StorageUse, jobId: number): StorageLoad {
    const others = this.#runningEntries().filter((entry) => entry.jobId !== jobId);
    return { jobs: usesOf(use.name, others).length, hasRoom: storageHasRoom(use, others) };
  }

  /** Nothing starts any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #admit(): void {
    clearTimeout(this.#timer);
    while (!this.#isClosed) {
      const limits = { directorJobsMax: this.#jobsMax(), now: this.#now() };
      const waiting = [...this.#waiting.values()].map(({ entry }) => entry);
      const decision = nextRunnable(waiting, this.#runningEntries(), limits);
      for (const [jobId, reason] of decision.waiting) this.#tell(jobId, reason);
      if (!decision.start) break;
      this.#begin(decision.start.jobId);
    }
    this.#armTimer();
    this.#changes.notify();
  }

  #tell(jobId: number, reason: WaitReason): void {
    const job = this.#waiting.get(jobId)!;
    const full = reason === 'storage' ? fullStorages(job.entry, this.#runningEntries()) : [];
    job.waitsFor(
      reason,
      full.map(({ name }) => name),
    );
  }

  #begin(jobId: number): void {
    const job = this.#waiting.get(jobId);
    if (!job) return;
    this.#waiting.delete(jobId);
    this.#running.set(jobId, job);
    void job.begin().then(() => {
      this.#running.delete(jobId);
      this.#admit();
    });
  }

  /** The running jobs that a moving one has to wait for: all but itself and those that moved after it. */
  #before(jobId: number): QueueEntry[] {
    const moving = [...this.#moving];
    const later = new Set(moving.slice(moving.indexOf(jobId)));
    return this.#runningEntries().filter((entry) => !later.has(entry.jobId));
  }

  #runningEntries(): QueueEntry[] {
    return [...this.#running.values()].map(({ entry }) => entry);
  }

  #armTimer(): void {
    const times = [...this.#waiting.values()].flatMap(({ entry }) => entry.notBefore?.getTime() ?? []);
    const future = times.filter((time) => time > this.#now().getTime());
    if (this.#isClosed || future.length === 0) return;
    const waitMs = Math.min(LOOK_AGAIN_MS, ...future.map((time) => time - this.#now().getTime()));
    this.#timer = setTimeout(() => this.#admit(), waitMs);
  }
}

function sameStorages(a: readonly StorageUse[], b: readonly StorageUse[]): boolean {
  const keys = (uses: readonly StorageUse[]) =>
    uses
      .map(({ name, use }) => `${use} ${name}`)
      .sort()
      .join('\n');
  return keys(a) === keys(b);
}
