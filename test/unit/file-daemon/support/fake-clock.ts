import type { ThrottleClock } from '../../../../file-daemon/bandwidth/throttle.ts';

/** A clock that jumps to the end of every sleep. */
export class FakeClock implements ThrottleClock {
  ms = 0;

  nowMs(): number {
    return this.ms;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.ms += ms;
  }
}
