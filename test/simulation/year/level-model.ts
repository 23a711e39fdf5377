import { RETENTION_DAYS, type Level, type SiteJob } from './big-site.ts';

const DAY_MS = 86_400_000;

/** A backup as the model remembers it. */
export interface PastRun {
  readonly jobId: number;
  readonly level: Level;
  /** How often the FileSet had been changed when it was queued. */
  readonly fileSetVersion: number;
  /** Undefined: it never began. */
  startMs: number | undefined;
  readonly endMs: number;
  readonly status: string;
  /** Whether the catalog has let go of it. */
  isGone: boolean;
}

export interface ExpectedLevel {
  readonly level: Level;
  readonly sinceMs: number | undefined;
}

/**
 * The level and since time of a backup by the rules of Bacula's manual (reference bacula-jobs, section 2), from the past of
 * its Job alone.
 */
export function expectedLevel(
  job: SiteJob,
  asked: Level,
  past: readonly PastRun[],
  { nowMs, fileSetVersion }: { readonly nowMs: number; readonly fileSetVersion: number },
): ExpectedLevel {
  if (asked === 'F') return { level: 'F', sinceMs: undefined };
  const known = past.filter((run) => !run.isGone && run.fileSetVersion === fileSetVersion);
  const good = known.filter(isGood);
  const newest = (...levels: Level[]) => latest(good.filter((run) => levels.includes(run.level)));
  const full = newest('F');
  if (!full) return { level: 'F', sinceMs: undefined };
  const fullStart = full.startMs!;
  const differentialStart = Math.max(fullStart, newest('D')?.startMs ?? 0);
  const level = (() => {
    if (job.maxFullDays > 0 && nowMs - fullStart >= job.maxFullDays * DAY_MS) return 'F';
    const isTooOld = job.maxDiffDays > 0 && nowMs - differentialStart >= job.maxDiffDays * DAY_MS;
    const failed = job.rerunFailed ? failedSince(newest('F', 'D', 'I')!.endMs, known) : [];
    if (failed.includes('F')) return 'F';
    if (asked === 'I' && (isTooOld || failed.includes('D'))) return 'D';
    return asked;
  })();
  if (level === 'F') return { level, sinceMs: undefined };
  return { level, sinceMs: level === 'D' ? fullStart : newest('F', 'D', 'I')!.startMs };
}

export function isGood({ status }: Pick<PastRun, 'status'>): boolean {
  return status === 'T' || status === 'W';
}

/**
 * JobIds of what the newest state is restored from. What was taken off its volume within the chain is missing: only the last
 * Full outlives the retention of its pool (docs/retention.md).
 */
export function newestChain(past: readonly PastRun[]): number[] {
  const good = past.filter((run) => isGood(run) && !run.isGone);
  const full = latest(good.filter(({ level }) => level === 'F'));
  if (!full) return [];
  const after = (start: PastRun) => good.filter(({ startMs }) => startMs! > start.startMs!);
  const differential = latest(after(full).filter(({ level }) => level === 'D'));
  const incrementals = after(differential ?? full).filter(({ level }) => level === 'I');
  return [full, ...(differential ? [differential] : []), ...incrementals].map(({ jobId }) => jobId);
}

/** Until when the pool promises to keep it. */
export function keptUntilMs({ level, endMs }: PastRun): number {
  return endMs + RETENTION_DAYS[level] * DAY_MS;
}

function failedSince(afterMs: number, known: readonly PastRun[]): Level[] {
  return known
    .filter(({ status }) => ['A', 'E', 'e', 'f'].includes(status))
    .filter(({ endMs }) => endMs > afterMs)
    .map(({ level }) => level);
}

function latest(runs: readonly PastRun[]): PastRun | undefined {
  return runs.reduce<PastRun | undefined>(
    (best, run) => (!best || run.startMs! >= best.startMs! ? run : best),
    undefined,
  );
}
