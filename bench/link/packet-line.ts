import { read, writeSync } from 'node:fs';
import { isErrno } from '../../errors/operator-error.ts';
import { TUN_PACKET_BYTES_MAX } from './tun.ts';

/** How many packets may wait at most; more are lost, as with `tc qdisc add ... netem` without a limit of its own. */
const WAITING_MAX = 1000;

export interface PacketLineOptions {
  /** Each way. */
  readonly delayMs: number;
  /** Infinity for a line that is as fast as the machine. */
  readonly bytesPerSecond: number;
}

interface Waiting {
  readonly dueMs: number;
  readonly buffer: Buffer;
  readonly length: number;
}

/** One direction of a line: each packet that comes from one interface goes into the other later by the delay, in order, at no more than the rate. */
export class PacketLine {
  readonly #from: number;
  readonly #to: number;
  readonly #options: PacketLineOptions;
  readonly #waiting: Waiting[] = [];
  readonly #free: Buffer[] = [];
  /** When the line has taken all that came so far. */
  #freeMs = 0;
  #isTimed = false;

  /** @param from, to as `openTun` gives them */
  constructor(from: number, to: number, options: PacketLineOptions) {
    [this.#from, this.#to, this.#options] = [from, to, options];
    this.#read();
  }

  #read(): void {
    const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(TUN_PACKET_BYTES_MAX);
    read(this.#from, buffer, 0, buffer.length, null, (error, length) => {
      if (error !== null) throw error;
      this.#take(buffer, length);
      this.#read();
    });
  }

  #take(buffer: Buffer, length: number): void {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#free.push(buffer);
      return;
    }
    const nowMs = performance.now();
    this.#freeMs = Math.max(this.#freeMs, nowMs) + (length * 1000) / this.#options.bytesPerSecond;
    this.#waiting.push({ dueMs: this.#freeMs + this.#options.delayMs, buffer, length });
    this.#deliver();
  }

  #deliver(): void {
    const nowMs = performance.now();
    let count = 0;
    for (const { dueMs, buffer, length } of this.#waiting) {
      if (dueMs > nowMs) break;
      count += 1;
      this.#write(buffer, length);
      this.#free.push(buffer);
    }
    this.#waiting.splice(0, count);
    const [first] = this.#waiting;
    if (this.#isTimed || first === undefined) return;
    this.#isTimed = true;
    setTimeout(() => {
      this.#isTimed = false;
      this.#deliver();
    }, first.dueMs - nowMs);
  }

  #write(buffer: Buffer, length: number): void {
    try {
      writeSync(this.#to, buffer, 0, length);
    } catch (error) {
      // The other interface has no room, or is not up: a network loses such packets.
      if (!['ENOBUFS', 'EIO'].some((code) => isErrno(error, code))) throw error;
    }
  }
}
