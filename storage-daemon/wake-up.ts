import { setTimeout as delay } from 'node:timers/promises';

/** Lets all who wait for something look again. */
export class WakeUp {
  #next = Promise.withResolvers<void>();

  call(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }

  /** Resolves at the next call, and after `timeoutMs` at the latest. @throws the reason of `signal` */
  async next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    try {
      const ending = AbortSignal.any([signal, over.signal]);
      await Promise.race([this.#next.promise, delay(timeoutMs, undefined, { signal: ending })]);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      over.abort();
    }
  }
}
