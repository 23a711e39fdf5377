import { SessionMessageType } from '../proto/noctule/storage/v1/storage_daemon.ts';
import type { WakeUp } from './wake-up.ts';

/** How a session talks to its Director while it waits. Nothing of it outlasts the abort of the session. */
export interface Waiter {
  say(text: string, type?: SessionMessageType): Promise<void>;
  /** Tells the Director what the session waits for; empty: it goes on. */
  tellWaiting(what: string): Promise<void>;
  /** `what` shows in the status meanwhile. */
  waitFor<T>(what: string, promise: Promise<T>): Promise<T>;
}

/** A job that waits says so again after this time. */
const WORD_MS = 3_600_000;

/** The waiting of one session for things that come by themselves: a disk, a drive, room. */
export class Patience {
  readonly #job: string;
  readonly #waiter: Waiter;
  readonly #wakeUp: WakeUp;
  readonly #signal: AbortSignal;
  readonly #wordAtMs = new Map<string, number>();

  /** `job`: its unique name. */
  constructor(options: { job: string; waiter: Waiter; wakeUp: WakeUp; signal: AbortSignal }) {
    this.#job = options.job;
    this.#waiter = options.waiter;
    this.#wakeUp = options.wakeUp;
    this.#signal = options.signal;
  }

  /** Waits until it is worth another look; says, but not every time, that `problem` holds the job. */
  async wait(wanted: { what: string; problem: string; pollMs: number }): Promise<void> {
    const { what, problem, pollMs } = wanted;
    const lastMs = this.#wordAtMs.get(what) ?? -Infinity;
    if (Date.now() - lastMs > WORD_MS) {
      this.#wordAtMs.set(what, Date.now());
      await this.#waiter.say(
        `Job ${this.#job} is waiting for ${what}. ${problem}. It goes on by itself.`,
        SessionMessageType.MOUNT,
      );
    }
    await this.#waiter.tellWaiting(what);
    await this.#waiter.waitFor(what, this.#wakeUp.next(pollMs, this.#signal));
    await this.#waiter.tellWaiting('');
  }
}
