import type { Socket } from 'node:net';

export interface Line {
  readonly delayMs: number;
  /** Infinity for a line that is as fast as the machine. */
  readonly bytesPerSecond: number;
}

/** Held at most where the rate has no limit: the delay of 3 GB/s. */
const HELD_BYTES_MAX = 64 << 20;
/** Of a line with a limit: what is on its way, twice, and at least this. */
const HELD_BYTES_MIN = 1 << 20;

/** One direction of a connection: each byte comes out later by the delay, in order, at no more than the rate. */
export class DelayedBytes {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #line: Line;
  readonly #heldBytesMax: number;
  /** undefined: the sender has ended. */
  readonly #queue: { dueMs: number; chunk: Buffer | undefined }[] = [];
  #queuedBytes = 0;
  /** When the line has taken all that came so far. */
  #freeMs = 0;
  #isWaiting = false;

  constructor(from: Socket, to: Socket, line: Line) {
    [this.#from, this.#to, this.#line] = [from, to, line];
    const underway = (line.bytesPerSecond * line.delayMs) / 1000;
    this.#heldBytesMax = Math.min(HELD_BYTES_MAX, Math.max(HELD_BYTES_MIN, 2 * underway));
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => this.#take(undefined));
    to.on('drain', () => this.#letIn());
  }

  /** A connection that is gone on one side is gone on the other when the line has carried what was on it. */
  break(): void {
    this.#take(undefined);
  }

  #take(chunk: Buffer | undefined): void {
    const nowMs = performance.now();
    const length = chunk?.length ?? 0;
    this.#freeMs = Math.max(this.#freeMs, nowMs) + (length * 1000) / this.#line.bytesPerSecond;
    this.#queue.push({ dueMs: this.#freeMs + this.#line.delayMs, chunk });
    this.#queuedBytes += length;
    if (this.#heldBytes() > this.#heldBytesMax) this.#from.pause();
    this.#wait();
  }

  #wait(): void {
    const [first] = this.#queue;
    if (this.#isWaiting || first === undefined) return;
    this.#isWaiting = true;
    setTimeout(
      () => {
        this.#isWaiting = false;
        this.#deliver();
      },
      Math.max(0, first.dueMs - performance.now()),
    );
  }

  #deliver(): void {
    const nowMs = performance.now();
    let count = 0;
    for (const { dueMs, chunk } of this.#queue) {
      if (dueMs > nowMs) break;
      count += 1;
      if (chunk === undefined) this.#to.end();
      else if (this.#to.writable) this.#to.write(chunk);
      this.#queuedBytes -= chunk?.length ?? 0;
    }
    this.#queue.splice(0, count);
    this.#letIn();
    this.#wait();
  }

  #letIn(): void {
    if (this.#heldBytes() <= this.#heldBytesMax) this.#from.resume();
  }

  #heldBytes(): number {
    return this.#queuedBytes + this.#to.writableLength;
  }
}
