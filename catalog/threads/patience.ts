import { sqliteCode } from '../sqlite-error.ts';

/** Another program may hold the catalog for a while: a copy, a VACUUM, an sqlite3 left open in a transaction. */
const PATIENCE_MS = 120_000;
const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 2_000;

export interface Patience {
  readonly patienceMs?: number;
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number) => void;
  readonly random?: () => number;
}

/**
 * Does `work`, a whole transaction, again while the catalog is locked, with growing pauses: a busy database is not a failed
 * backup. Each try waits as long as the connection lets a statement wait.
 * @throws what the last try threw when the patience is at its end; at once what is not about a lock.
 */
export function withPatience<T>(work: () => T, options: Patience = {}): T {
  const { patienceMs = PATIENCE_MS, nowMs = () => performance.now(), sleep = sleepSync } = options;
  const { random = Math.random } = options;
  const deadlineMs = nowMs() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || nowMs() >= deadlineMs) throw error;
      sleep(pauseMs * (0.75 + random() / 2));
    }
  }
}

function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error) ?? '');
}

/** For threads that have nothing else to do. */
function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
