import type { JobChanges, JobEnd, NewJob } from '../../../catalog/inputs.ts';
import { JOBS, POOLS, STORAGES, storageOf, type Level, type Line, type SiteJob } from './big-site.ts';
import { runsOn } from './calendar-model.ts';
import { whoGoes } from './duplicate-model.ts';
import { courseOf, type Fate } from './fates.ts';
import {
  expectedLevel,
  isGood,
  keptUntilMs,
  newestChain,
  type ExpectedLevel,
  type PastRun,
} from './level-model.ts';
import { QueueModel } from './queue-model.ts';
import type { YearFigures } from './big-year.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The watchdog looks once a minute. */
const WATCHDOG_MS = 61_000;
const CLOCK_DOUBT_MS = 5;
/** Longer than this no run waits on this site. */
const PATIENCE_MS = 36 * HOUR_MS;

/** The letters with which each fate ends. */
const ENDS: Readonly<Record<Fate, string>> = {
  'goes well': 'T',
  'cannot read a file': 'W',
  'client is away': 'f',
  'client breaks off': 'f',
  'disk of the storage fails': 'f',
  'client hangs': 'A',
};

/** What is known of a run that has been created. */
interface Run {
  readonly jobId: number;
  readonly job: SiteJob;
  readonly asked: Line['level'];
  readonly fileSetVersion: number;
  dueMs: number;
  attempt: number;
  startMs?: number;
  expected?: ExpectedLevel;
  /** Another run takes its place, or is there already. */
  isDuplicate: boolean;
  /** It came in the moment in which the run that is there has to be cancelled for its Max Run Time: either may be first. */
  mayBeDuplicate: boolean;
}

interface AwaitedRun {
  readonly level: Line['level'];
  readonly attempt: number;
}

export interface WatchOptions {
  readonly now: () => Date;
  readonly poolId: (name: string) => number;
  /** How often the FileSet has been changed. */
  readonly fileSetVersion: (name: string) => number;
}

/**
 * Sees everything that the Director writes down and asks of the daemons, and compares it with what the models expect. The
 * first thing that goes against the rules is kept, with the time.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #jobs = new Map(JOBS.map((job) => [job.name, job]));
  readonly #queue = new QueueModel();
  /** Runs that have to be created, by the name of the Job and their time. */
  readonly #awaited = new Map<string, AwaitedRun>();
  readonly #active = new Map<number, Run>();
  readonly #past = new Map<string, PastRun[]>(JOBS.map(({ name }) => [name, []]));
  /** Of Admin jobs that have ended: they hold nothing, and nothing builds on them. */
  readonly #pastAdmin = new Set<number>();
  readonly #pastById = new Map<number, PastRun & { readonly jobName: string }>();
  /** JobIds of open sessions by storage. */
  readonly #sessions = new Map<string, Set<number>>();
  #expectedUntil: Date;
  #fault: Error | undefined;
  #changedSinceQuiet = true;
  readonly #figures = {
    runs: 0,
    raised: 0,
    cancelledDuplicates: 0,
    rescheduled: 0,
    removed: 0,
    runningMax: 0,
    waitingMax: 0,
  };
  readonly #ends: Record<string, number> = {};

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#expectedUntil = options.now();
    this.#expectDay();
  }

  /** The first one counts. */
  fault(error: Error): void {
    this.#fault ??= new Error(`${this.#options.now().toString()}: ${error.message}`, { cause: error });
  }

  throwFault(): void {
    if (this.#fault) throw this.#fault;
  }

  figures(): YearFigures {
    return { ...this.#figures, ended: this.#ends };
  }

  // ---- what the Director does -----------------------------------------------------------------------------------

  created(jobId: number, { name, level, priority, schedTime }: NewJob): void {
    this.#check(`JobId ${jobId} (${name})`, () => {
      const key = keyOf(name, schedTime.getTime());
      const awaited = this.#awaited.get(key);
      if (!awaited)
        throw new Error(`nothing asked for a run of ${schedTime.toString()}, or it was there already`);
      this.#awaited.delete(key);
      const job = this.#jobs.get(name)!;
      equal('level asked for', level, awaited.level);
      equal('priority', priority, job.priority);
      const run: Run = {
        ...{ jobId, job, asked: awaited.level, attempt: awaited.attempt },
        ...{ isDuplicate: false, mayBeDuplicate: false },
        dueMs: schedTime.getTime(),
        fileSetVersion: this.#options.fileSetVersion(job.fileSet),
      };
      this.#figures.runs += 1;
      this.#judgeDuplicate(run);
      this.#active.set(jobId, run);
      if (!run.isDuplicate) this.#wait(run);
    });
  }

  changed(jobId: number, { jobStatus, startTime, poolId }: JobChanges): void {
    const run = this.#active.get(jobId);
    if (!run) return;
    this.#check(`JobId ${jobId} (${run.job.name})`, () => {
      if (jobStatus === 'R') this.#started(run);
      if (startTime) run.startMs = startTime.getTime();
      if (poolId !== undefined) this.#placed(run, poolId);
      if (jobStatus === 't') this.#waitsAgain(run);
    });
  }

  /** The client is told to send. Gives what it is. */
  backupBegins(
    jobId: number,
    { level, sinceNs }: { readonly level: string; readonly sinceNs?: bigint | undefined },
  ): { readonly job: SiteJob; readonly level: Level; readonly startMs: number } {
    const run = this.#active.get(jobId);
    if (!run?.expected || run.startMs === undefined)
      throw new Error(`JobId ${jobId} saves, and does not run`);
    this.#check(`JobId ${jobId} (${run.job.name})`, () => {
      equal('level', level, run.expected!.level);
      checkSince(sinceNs, run.expected!.sinceMs);
      if (level !== run.asked) this.#figures.raised += 1;
    });
    return { job: run.job, level: run.expected.level, startMs: run.startMs };
  }

  sessionOpens(jobId: number): void {
    const run = this.#active.get(jobId);
    this.#check(`JobId ${jobId}`, () => {
      if (!run?.expected) throw new Error('it opens a session, and does not run');
      this.#queue.arrived(jobId);
      const storage = storageOf(run.job, run.expected.level);
      const sessions = this.#sessions.get(storage) ?? new Set();
      this.#sessions.set(storage, sessions.add(jobId));
      if (sessions.size > STORAGES[storage]!)
        throw new Error(`${sessions.size} sessions on Storage "${storage}"`);
    });
  }

  sessionEnds(jobId: number): void {
    for (const sessions of this.#sessions.values()) sessions.delete(jobId);
  }

  ended(jobId: number, { jobStatus, endTime }: JobEnd): void {
    const run = this.#active.get(jobId);
    this.#check(`JobId ${jobId} (${run?.job.name})`, () => {
      if (!run) throw new Error('it ended twice');
      this.#active.delete(jobId);
      const hadBegun = this.#queue.hasBegun(jobId);
      this.#queue.end(jobId);
      this.#changedSinceQuiet = true;
      this.#ends[jobStatus] = (this.#ends[jobStatus] ?? 0) + 1;
      const nowMs = endTime.getTime();
      this.#checkEnd(run, jobStatus, { nowMs, hadBegun });
      if (run.asked === ' ') return void this.#pastAdmin.add(jobId);
      this.#remember(run, run.asked, jobStatus, nowMs);
      if (jobStatus === 'f' && run.attempt <= run.job.rescheduleTimes) this.#awaitAgain(run, nowMs);
    });
  }

  /** The catalog lets go of jobs. */
  removed(jobIds: readonly number[]): void {
    const nowMs = this.#options.now().getTime();
    for (const jobId of jobIds) {
      this.#check(`JobId ${jobId}`, () => {
        this.#figures.removed += 1;
        if (this.#pastAdmin.delete(jobId)) return;
        const run = this.#pastById.get(jobId);
        if (!run) throw new Error('it is removed, and has not ended');
        if (isGood(run)) this.#checkRemoval(run, nowMs);
        run.isGone = true;
      });
    }
  }

  /** A volume is emptied. */
  wiped(jobIds: readonly number[], volumeName: string): void {
    const kept = jobIds.find((jobId) => !this.#pastById.get(jobId)?.isGone);
    if (kept !== undefined)
      this.fault(new Error(`Volume "${volumeName}" was emptied with JobId ${kept} on it`));
  }

  // ---- at certain times -----------------------------------------------------------------------------------------

  whenQuiet(): void {
    const { waiting, running } = this.#queue.counts;
    this.#figures.runningMax = Math.max(this.#figures.runningMax, running);
    this.#figures.waitingMax = Math.max(this.#figures.waitingMax, waiting);
    if (this.#changedSinceQuiet)
      this.#check('queue', () => this.#queue.checkQuiet(this.#options.now().getTime(), PATIENCE_MS));
    this.#changedSinceQuiet = false;
    this.throwFault();
  }

  /** Nothing that was due has been left out. */
  endOfDay(now: Date): void {
    this.#check('schedules', () => {
      for (const [key] of this.#awaited) {
        const [name, ms] = key.split('@');
        if (Number(ms) <= now.getTime())
          throw new Error(`${name} of ${new Date(Number(ms)).toString()} did not start`);
      }
    });
    this.#expectDay();
    this.throwFault();
  }

  /** What a restore of the newest state of a Job would be made of. */
  restoreChain(jobName: string, jobIds: readonly number[]): void {
    this.#check(`the chain of ${jobName}`, () =>
      equal('JobIds', jobIds.join(), newestChain(this.#past.get(jobName)!).join()),
    );
    this.throwFault();
  }

  /** No schedule has struck since the end of the last day. */
  endOfAll(): void {
    this.#check('all', () => {
      const [left] = this.#active.values();
      if (left) throw new Error(`JobId ${left.jobId} (${left.job.name}) has not ended`);
    });
    this.throwFault();
  }

  // ---- the parts ------------------------------------------------------------------------------------------------

  /** The runs of the next 24 hours. */
  #expectDay(): void {
    const from = this.#expectedUntil;
    const until = new Date(from.getTime() + DAY_MS);
    for (const { job, level, at } of [...runsOn(from), ...runsOn(until)]) {
      if (at > from && at <= until) this.#awaited.set(keyOf(job.name, at.getTime()), { level, attempt: 1 });
    }
    this.#expectedUntil = until;
  }

  #judgeDuplicate(run: Run): void {
    const { noDuplicates, name } = run.job;
    if (!noDuplicates || run.asked === ' ') return;
    const other = [...this.#active.values()].find(
      ({ job, isDuplicate }) => job.name === name && !isDuplicate,
    );
    if (!other || other.asked === ' ') return;
    const level = other.expected?.level ?? other.asked;
    const goes = whoGoes(noDuplicates, run.asked, { level, isWaiting: !this.#queue.hasBegun(other.jobId) });
    if (goes === 'new' && this.#isOverdue(other)) {
      run.mayBeDuplicate = true;
      return;
    }
    const cancelled = goes === 'new' ? run : other;
    cancelled.isDuplicate = true;
    this.#figures.cancelledDuplicates += 1;
    this.#queue.cancel(cancelled.jobId);
  }

  #isOverdue({ startMs, job }: Run): boolean {
    return startMs !== undefined && this.#options.now().getTime() - startMs >= job.maxRunSeconds * 1000;
  }

  #wait(run: Run): void {
    const { jobId, job, dueMs, asked } = run;
    const storage = asked === ' ' ? undefined : storageOf(job, asked);
    this.#queue.wait({ jobId, job, dueMs, storage, arrivedMs: this.#options.now().getTime() });
    this.#changedSinceQuiet = true;
  }

  #started(run: Run): void {
    const { job, asked, fileSetVersion } = run;
    const nowMs = this.#options.now().getTime();
    if (run.isDuplicate) throw new Error('it starts, and should be cancelled as a duplicate');
    this.#queue.start(run.jobId, nowMs);
    this.#changedSinceQuiet = true;
    if (job.maxStartDelaySeconds > 0 && nowMs - run.dueMs >= job.maxStartDelaySeconds * 1000)
      throw new Error('it starts after its Max Start Delay');
    if (asked !== ' ')
      run.expected = expectedLevel(job, asked, this.#past.get(job.name)!, { nowMs, fileSetVersion });
  }

  #placed(run: Run, poolId: number): void {
    const { level } = run.expected!;
    equal('pool', poolId, this.#options.poolId(POOLS[level]));
    this.#queue.moveTo(run.jobId, storageOf(run.job, level));
    this.#changedSinceQuiet = true;
  }

  #waitsAgain(run: Run): void {
    const { job, attempt } = run;
    if (attempt > job.rescheduleTimes) throw new Error('it is queued again, once too often');
    equal('fate', this.#fateOf(run), 'client is away');
    this.#figures.rescheduled += 1;
    run.attempt += 1;
    run.dueMs = this.#options.now().getTime() + job.rescheduleSeconds * 1000;
    delete run.startMs;
    delete run.expected;
    this.#wait(run);
  }

  #fateOf({ job, expected, startMs }: Run): Fate | undefined {
    if (!expected || startMs === undefined) return undefined;
    return courseOf({ jobName: job.name, client: job.client, level: expected.level, startMs }).fate;
  }

  #checkEnd(
    run: Run,
    status: string,
    { nowMs, hadBegun }: { readonly nowMs: number; readonly hadBegun: boolean },
  ): void {
    const { job, isDuplicate, mayBeDuplicate, dueMs, startMs } = run;
    if (isDuplicate) return equal('status of a duplicate', status, 'A');
    if (!hadBegun || startMs === undefined) {
      equal('status of a job that never began', status, 'A');
      if (mayBeDuplicate) return void (this.#figures.cancelledDuplicates += 1);
      if (job.maxStartDelaySeconds > 0 && nowMs - dueMs >= job.maxStartDelaySeconds * 1000) return;
      throw new Error('it was cancelled before it began, and nobody asked for that');
    }
    const ranMs = nowMs - startMs;
    if (ranMs > job.maxRunSeconds * 1000 + WATCHDOG_MS)
      throw new Error(`it ran for ${ranMs / HOUR_MS} hours`);
    if (job.type === 'Admin') return equal('status', status, 'T');
    equal('status', status, ENDS[this.#fateOf(run)!]);
    if (status === 'A' && ranMs < job.maxRunSeconds * 1000) throw new Error('it was cancelled for nothing');
    if (this.#fateOf(run) === 'client is away' && run.attempt <= job.rescheduleTimes)
      throw new Error('it is not queued again, though nothing of it was written');
  }

  #remember(run: Run, asked: Level, status: string, endMs: number): void {
    const past: PastRun & { readonly jobName: string } = {
      ...{ jobId: run.jobId, jobName: run.job.name, fileSetVersion: run.fileSetVersion, endMs, status },
      level: run.expected?.level ?? asked,
      startMs: run.startMs,
      isGone: false,
    };
    this.#past.get(run.job.name)!.push(past);
    this.#pastById.set(run.jobId, past);
  }

  #awaitAgain({ job, asked, attempt }: Run, nowMs: number): void {
    this.#figures.rescheduled += 1;
    this.#awaited.set(keyOf(job.name, nowMs + job.rescheduleSeconds * 1000), {
      level: asked,
      attempt: attempt + 1,
    });
  }

  #checkRemoval(run: PastRun & { readonly jobName: string }, nowMs: number): void {
    if (keptUntilMs(run) >= nowMs) throw new Error('it is removed within its retention');
    const fulls = this.#past
      .get(run.jobName)!
      .filter((one) => isGood(one) && one.level === 'F' && !one.isGone);
    if (run === fulls.at(-1)) throw new Error('it is removed, and is the last good Full of its Job');
  }

  #check(what: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      this.fault(new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`));
    }
  }
}

function keyOf(jobName: string, atMs: number): string {
  return `${jobName}@${atMs}`;
}

/** By the client's clock, which is measured: a hair earlier does no harm, later loses files. */
function checkSince(sinceNs: bigint | undefined, expectedMs: number | undefined): void {
  if (sinceNs === undefined || expectedMs === undefined) return equal('since', sinceNs, expectedMs);
  const early = expectedMs - Number(sinceNs) / 1_000_000;
  if (early < 0 || early > CLOCK_DOUBT_MS)
    throw new Error(`the since time is ${early} ms earlier than it should be`);
}

function equal(what: string, found: unknown, expected: unknown): void {
  if (found !== expected)
    throw new Error(`the ${what} is ${String(found)}, and should be ${String(expected)}`);
}
