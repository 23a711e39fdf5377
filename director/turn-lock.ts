/** Lets one caller in at a time, in the order of arrival. */
export class TurnLock {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `action` when all that were let in before have ended, well or not. */
  run<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => {}); // the caller hears of it; the next one goes on
    return result;
  }
}
