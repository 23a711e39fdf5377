/** A timer of the simulation; where the product calls `unref` it may. */
class VirtualTimer {
  readonly atMs: number;
  readonly place: number;
  readonly strike: () => void;
  isCleared = false;

  constructor(atMs: number, place: number, strike: () => void) {
    this.atMs = atMs;
    this.place = place;
    this.strike = strike;
  }

  unref(): this {
    return this;
  }
}

/**
 * A clock that stands still until it is told to go on, and the timers that hang on it: while this object lives, `setTimeout`
 * and `clearTimeout` of the process are its own. Timers strike one by one, by time, then in the order in which they were set.
 */
export class VirtualTime implements Disposable {
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  /** A binary heap, the next timer first. */
  readonly #timers: VirtualTimer[] = [];
  #nowMs: number;
  #set = 0;

  constructor(startAt: Date) {
    this.#nowMs = startAt.getTime();
    const set = (action: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.#add(ms, () => action(...args));
    const clear = (timer: unknown) => {
      if (timer instanceof VirtualTimer) timer.isCleared = true;
      else this.#real.clearTimeout(timer as NodeJS.Timeout | undefined);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }

  get now(): Date {
    return new Date(this.#nowMs);
  }

  /** Goes on to the next timer and lets it strike; false, and the clock at `until`, when there is none until then. */
  step(until: Date): boolean {
    while (this.#timers[0]?.isCleared) this.#takeFirst();
    const next = this.#timers[0];
    if (!next || next.atMs > until.getTime()) {
      this.#nowMs = Math.max(this.#nowMs, until.getTime());
      return false;
    }
    this.#takeFirst();
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.strike();
    return true;
  }

  /** @throws the reason of `signal` when that aborts. */
  async sleep(seconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = this.#add(seconds * 1000, resolve);
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      timer.isCleared = true;
      signal.removeEventListener('abort', onAbort);
    }
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }

  #add(ms: number, strike: () => void): VirtualTimer {
    const timer = new VirtualTimer(this.#nowMs + Math.max(0, ms), this.#set++, strike);
    const heap = this.#timers;
    let place = heap.push(timer) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!comesBefore(timer, heap[above]!)) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = timer;
    return timer;
  }

  #takeFirst(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && comesBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!comesBefore(heap[below]!, last)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
  }
}

function comesBefore(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.place < b.place);
}
