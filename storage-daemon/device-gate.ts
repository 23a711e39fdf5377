import type { WakeUp } from './wake-up.ts';

/**
 * What is known of a device beyond its resource: what an admin said at the console, and how many sessions are in it.
 * Kept over reloads, gone with the daemon.
 */
export class DeviceGate {
  isUnmounted = false;
  isDisabled = false;
  readonly wakeUp: WakeUp;
  #sessions = 0;

  constructor(wakeUp: WakeUp) {
    this.wakeUp = wakeUp;
  }

  get sessions(): number {
    return this.#sessions;
  }

  /** Why no session may come in; undefined when it may. */
  get closedText(): string | undefined {
    if (this.isDisabled) return 'it was disabled at the console; say "enable" when it may be used';
    if (this.isUnmounted) return 'it was unmounted at the console; say "mount" when it may be used';
    return undefined;
  }

  /** Counts a session in, until it is disposed of: twice is once. */
  enter(): Disposable {
    this.#sessions += 1;
    let isInside = true;
    return {
      [Symbol.dispose]: () => {
        if (!isInside) return;
        isInside = false;
        this.#sessions -= 1;
        this.wakeUp.call();
      },
    };
  }
}
