import { formatDateTime } from '../../text/civil-time.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { DirectorConf } from '../../configuration/director-conf.ts';
import type { DaemonMessages } from '../messages/daemon-messages.ts';
import type { Jobs, RunRequest, ScheduledRun } from '../services.ts';
import { firingsAfter, firingsBetween, type Firing } from '../../configuration/runs/firings.ts';
import { NextFirings } from './next-firings.ts';
import type { LastLook } from './last-look.ts';
import { MissedRuns } from './missed-runs.ts';
import { catchUpRequest, scheduledRequest, scheduledRun } from './scheduled-request.ts';

/** A timer does not follow a clock that is set, nor a machine that sleeps: the scheduler looks at least this often. */
const LOOK_MS_MAX = 60_000;
/** A run that comes due later than this after its time (the machine slept, the Director was down) was missed. */
const LATE_MS_MAX = 5 * 60_000;
/** How far back missed runs are looked for. */
const MISSED_DAYS_MAX = 31;
/** A clock that was set back further than this: the runs of the repeated time are started again. */
const SET_BACK_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface SchedulerOptions {
  readonly conf: () => DirectorConf;
  readonly jobs: Pick<Jobs, 'run'>;
  readonly messages: Pick<DaemonMessages, 'add'>;
  readonly lastLook: Pick<LastLook, 'read' | 'write'>;
  readonly now: () => Date;
}

/**
 * Starts runs at their times. One timer leads to the next firing; each look deals with everything that came due
 * since the look before, so nothing fires twice and nothing is passed over silently.
 */
export class Scheduler implements AsyncDisposable {
  readonly #options: SchedulerOptions;
  readonly #nextFirings = new NextFirings();
  /** Everything up to here has been dealt with. */
  #lookedAt: Date;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;
  /** A problem that lasts is told once. */
  #lastFailure = '';

  private constructor(options: SchedulerOptions, lookedAt: Date) {
    this.#options = options;
    this.#lookedAt = lookedAt;
  }

  /** Starts scheduling from now. Runs missed since the Director last looked are reported, and made up for if asked. */
  static async start(options: SchedulerOptions): Promise<Scheduler> {
    const now = options.now();
    const scheduler = new Scheduler(options, (await options.lastLook.read()) ?? now);
    await scheduler.look();
    return scheduler;
  }

  /** Looks now: something has changed. Resolves when what is due has been dealt with. */
  look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  /** The runs of the next days, or of those after a time, by time, then priority. */
  upcoming(days: number, from = this.#options.now()): ScheduledRun[] {
    const until = new Date(from.getTime() + days * DAY_MS);
    return firingsBetween(this.#options.conf(), from, until).map(scheduledRun);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    if (this.#isStopped) return;
    const { now, messages, lastLook } = this.#options;
    try {
      const present = now();
      await this.#dealWith(this.#dueUntil(present));
      await lastLook.write(this.#lookedAt);
      this.#lastFailure = '';
    } catch (error) {
      const failure = messageOf(error);
      if (failure !== this.#lastFailure)
        await messages.add('Error', `The scheduler has a problem: ${failure}`);
      this.#lastFailure = failure;
    }
    this.#armTimer();
  }

  /** What has come due since the last look: the runs to be started, and those that are too late for that. */
  #dueUntil(present: Date): { due: Firing[]; missed: MissedRuns } {
    const from = this.#lookedAt.getTime();
    const due: Firing[] = [];
    const missed = new MissedRuns();
    if (from - present.getTime() > SET_BACK_MS) this.#lookedAt = present;
    if (this.#lookedAt >= present) return { due, missed }; // set back a little: wait until the clock is past it again
    const earliest = new Date(Math.max(from, present.getTime() - MISSED_DAYS_MAX * DAY_MS));
    this.#lookedAt = present;
    const next = this.#nextFirings.after(this.#options.conf(), earliest);
    if (!next || next > present) return { due, missed };
    for (const firing of firingsAfter(this.#options.conf(), earliest)) {
      if (firing.at > present) break;
      if (present.getTime() - firing.at.getTime() > LATE_MS_MAX) missed.add(firing);
      else due.push(firing);
    }
    return { due, missed };
  }

  async #dealWith({ due, missed }: { due: readonly Firing[]; missed: MissedRuns }): Promise<void> {
    for (const firing of due) await this.#start(firing, scheduledRequest(firing));
    if (missed.count === 0) return;
    const catchUps = missed.catchUps(due);
    await this.#options.messages.add('Warning', missed.report(catchUps));
    for (const firing of catchUps) await this.#start(firing, catchUpRequest(firing));
  }

  async #start(firing: Firing, request: RunRequest): Promise<void> {
    const { jobs, messages } = this.#options;
    try {
      await jobs.run(request);
    } catch (error) {
      const what = `Job "${firing.job.name}" of ${formatDateTime(firing.at)}`;
      await messages.add('Error', `${what} was not started by its schedule: ${messageOf(error)}`);
    }
  }

  #armTimer(): void {
    if (this.#isStopped) return;
    const present = this.#options.now().getTime();
    const next = this.#nextFirings.after(this.#options.conf(), this.#lookedAt)?.getTime() ?? Infinity;
    const waitMs = Math.max(0, Math.min(LOOK_MS_MAX, next - present));
    this.#timer = setTimeout(() => void this.look(), waitMs);
  }
}
