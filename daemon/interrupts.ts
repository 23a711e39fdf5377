import { describeError, type Log } from './log.ts';

/** An orderly stop that takes longer is cut off: less than the 90 s after which systemd kills. */
const STOP_TIMEOUT_MS = 80_000;
const STOP_AFTER_BUG_TIMEOUT_MS = 10_000;

/** EX_SOFTWARE of sysexits.h. */
export const EXIT_BUG = 70;
const EXIT_CUT_OFF = 1;

/** What comes to a daemon from outside its own course: signals, and exceptions that nobody caught. */
export interface Interrupts {
  /** Aborts when the daemon has to stop. From then on the clock runs: the process ends itself when it is late. */
  readonly stop: AbortSignal;
  /** Whether a bug is why. */
  readonly bug: boolean;
  /** SIGHUP; ignored while absent. Never run twice at the same time. */
  onReload: (() => Promise<void>) | undefined;
}

export function catchInterrupts(log: Log): Interrupts {
  const stop = new AbortController();
  const interrupts = { stop: stop.signal, bug: false, onReload: undefined as Interrupts['onReload'] };

  const exitAfter = (timeoutMs: number, exitCode: number): void => {
    setTimeout(() => {
      log.error(`Not stopped after ${timeoutMs / 1000} s: cut off`);
      process.exit(exitCode);
    }, timeoutMs);
  };

  const onStopSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted) {
      log.error(`${name} again: ended at once`);
      process.exit(interrupts.bug ? EXIT_BUG : EXIT_CUT_OFF);
    }
    log.info(`${name}: stopping`);
    exitAfter(STOP_TIMEOUT_MS, EXIT_CUT_OFF);
    stop.abort();
  };
  process.on('SIGTERM', onStopSignal);
  process.on('SIGINT', onStopSignal);

  // Rejections that nobody handles come here too.
  process.on('uncaughtException', (error, origin) => {
    log.error(`A bug (${origin}): ${describeError(error)}`);
    if (interrupts.bug) return;
    interrupts.bug = true;
    exitAfter(STOP_AFTER_BUG_TIMEOUT_MS, EXIT_BUG);
    stop.abort();
  });

  let reloading = Promise.resolve();
  process.on('SIGHUP', () => {
    reloading = reloading
      .then(() => interrupts.onReload?.())
      .catch((error: unknown) =>
        log.error(`Not reloaded, the old configuration stays in force: ${describeError(error)}`),
      );
  });
  return interrupts;
}
