import { readSync, writeSync } from 'node:fs';
import { isErrno } from '../errors/operator-error.ts';
import type { Pipes } from '../native/pipe.ts';

/** A wait is cut into slices of this, so that the job can be cancelled meanwhile. */
const SLICE_MS = 1000;

export interface SlowEndOptions {
  /** Open without blocking; its owner closes it. */
  readonly fd: number;
  readonly pipes: Pipes;
  /** Called about once a second during a wait, told whether no byte has gone through yet; may throw to end it. */
  readonly waiting: (isUntouched: boolean) => void;
}

/** What is at the other end of a pipe takes its time: reads and writes that wait for it, but not for ever. */
export class SlowEnd {
  readonly #options: SlowEndOptions;
  #isUntouched = true;

  constructor(options: SlowEndOptions) {
    this.#options = options;
  }

  /** Reads some bytes; 0 at the end. */
  read(target: Buffer): number {
    for (;;) {
      this.#wait('data');
      try {
        const bytes = readSync(this.#options.fd, target);
        this.#isUntouched = false;
        return bytes;
      } catch (error) {
        if (!isErrno(error, 'EAGAIN')) throw error;
      }
    }
  }

  /** Fills `target`; gives how many bytes it took, fewer only at the end. */
  fill(target: Buffer): number {
    let bytes = 0;
    while (bytes < target.length) {
      const got = this.read(target.subarray(bytes));
      if (got === 0) break;
      bytes += got;
    }
    return bytes;
  }

  /** Writes all of it. @throws Error with code EPIPE when nobody reads any more */
  write(data: Buffer): void {
    for (let from = 0; from < data.length;) {
      this.#wait('room');
      try {
        from += writeSync(this.#options.fd, data, from);
        this.#isUntouched = false;
      } catch (error) {
        if (!isErrno(error, 'EAGAIN')) throw error;
      }
    }
  }

  #wait(what: 'data' | 'room'): void {
    const { fd, pipes, waiting } = this.#options;
    while (!pipes.waitFor(fd, what, SLICE_MS)) waiting(this.#isUntouched);
  }
}
