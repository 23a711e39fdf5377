import { formatDateTime } from '../../text/civil-time.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { DirectorConf } from '../../configuration/director-conf.ts';
import type { DaemonMessages } from '../messages/daemon-messages.ts';
import type { Jobs, ScheduledRun } from '../services.ts';
import { FIRINGS_MAX, firingsBetween, NextFirings, type Firing } from './firings.ts';
import type { LastLook } from './last-look.ts';
import { scheduledRequest, scheduledRun } from './scheduled-request.ts';

/** A timer does not follow a clock that is set, nor a machine that sleeps: the scheduler looks at least this often. */
const LOOK_MS_MAX = 60_000;
/** A run that comes due later than this after its time (the machine slept, the Director was down) was missed. */
const LATE_MS_MAX = 5 * 60_000;
/** How far back missed runs are looked for, and how many of them are named. */
const MISSED_DAYS_MAX = 31;
const MISSED_NAMED_MAX = 20;
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

  /** Starts scheduling from now; runs that were missed since the Director last looked are reported. */
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

  /** The runs of the next days, by time, then priority. */
  upcoming(days: number): ScheduledRun[] {
    const now = this.#options.now();
    const until = new Date(now.getTime() + days * DAY_MS);
    return firingsBetween(this.#options.conf(), now, until).map(scheduledRun);
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
      await this.#dealWith(this.#dueUntil(present), present);
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

  #dueUntil(present: Date): Firing[] {
    const { conf } = this.#options;
    const from = this.#lookedAt.getTime();
    if (from - present.getTime() > SET_BACK_MS) this.#lookedAt = present;
    if (this.#lookedAt >= present) return []; // set back a little: wait until the clock is past it again
    const earliest = new Date(Math.max(from, present.getTime() - MISSED_DAYS_MAX * DAY_MS));
    this.#lookedAt = present;
    return firingsBetween(conf(), earliest, present);
  }

  async #dealWith(due: readonly Firing[], present: Date): Promise<void> {
    const isMissed = ({ at }: Firing) => present.getTime() - at.getTime() > LATE_MS_MAX;
    await this.#reportMissed(due.filter(isMissed));
    for (const firing of due.filter((one) => !isMissed(one))) await this.#start(firing);
  }

  async #start(firing: Firing): Promise<void> {
    const { jobs, messages } = this.#options;
    try {
      await jobs.run(scheduledRequest(firing));
    } catch (error) {
      const what = `Job "${firing.job.name}" of ${formatDateTime(firing.at)}`;
      await messages.add('Error', `${what} was not started by its schedule: ${messageOf(error)}`);
    }
  }

  async #reportMissed(missed: readonly Firing[]): Promise<void> {
    if (missed.length === 0) return;
    const lines = missed
      .slice(-MISSED_NAMED_MAX)
      .map(({ at, job, run }) => `    ${formatDateTime(at)}  Job "${job.name}"  (Run = ${run.line.text})`);
    const count = missed.length >= FIRINGS_MAX ? `${FIRINGS_MAX} or more` : String(missed.length);
    const heading =
      `${count} scheduled run(s) were missed while the Director did not run, and are not made up for` +
      (missed.length > MISSED_NAMED_MAX ? `; the last ${MISSED_NAMED_MAX}:` : ':');
    await this.#options.messages.add('Warning', [heading, ...lines].join('\n'));
  }

  #armTimer(): void {
    if (this.#isStopped) return;
    const present = this.#options.now().getTime();
    const next = this.#nextFirings.after(this.#options.conf(), this.#lookedAt)?.getTime() ?? Infinity;
    const waitMs = Math.max(0, Math.min(LOOK_MS_MAX, next - present));
    this.#timer = setTimeout(() => void this.look(), waitMs);
  }
}
