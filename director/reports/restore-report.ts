import { formatReportTime } from '../../text/civil-time.ts';
import { elapsedText, rateText, withCommas } from '../../text/numbers.ts';
import { bytesValue, elapsedSeconds, reportText } from './report-lines.ts';
import { restoreTermination } from './termination.ts';

export interface RestoreReport {
  readonly directorName: string;
  readonly jobId: number;
  readonly job: string;
  readonly client: string;
  /** Prefix of the restored paths; empty = in place. */
  readonly where: string;
  /** Substitutions that took the place of the prefix; empty = none. */
  readonly regexWhere: string;
  /** As written in a conf: Always, IfNewer, IfOlder, Never. */
  readonly replace: string;
  /** That were read, or were to be. */
  readonly storages: readonly string[];
  readonly startTime: Date;
  readonly endTime: Date;
  readonly filesExpected: number;
  readonly filesRestored: number;
  /** Left as they are on disk, as Replace asks. */
  readonly filesSkipped: number;
  readonly bytesRestored: number;
  readonly fdErrors: number;
  readonly fdStatus: string;
  readonly sdStatus: string;
  readonly status: string;
}

/** The report of a restore: the labels, their order and their alignment are Bacula's. */
export function restoreReport(facts: RestoreReport): string {
  const seconds = elapsedSeconds(facts.startTime, facts.endTime);
  const counts = { expected: facts.filesExpected, restored: facts.filesRestored + facts.filesSkipped };
  return reportText(facts.directorName, [
    ['JobId', String(facts.jobId)],
    ['Job', facts.job],
    ['Restore Client', facts.client],
    facts.regexWhere ? ['RegexWhere', facts.regexWhere] : ['Where', facts.where || '*None*'],
    ['Replace', facts.replace],
    ...(facts.storages.length > 1 ? [['Read Storages', facts.storages.join(', ')] as const] : []),
    ['Start time', formatReportTime(facts.startTime)],
    ['End time', formatReportTime(facts.endTime)],
    ['Elapsed time', elapsedText(seconds)],
    ['Files Expected', withCommas(facts.filesExpected)],
    ['Files Restored', withCommas(facts.filesRestored)],
    ['Bytes Restored', bytesValue(facts.bytesRestored)],
    ['Rate', rateText(facts.bytesRestored, seconds)],
    ['FD Errors', String(facts.fdErrors)],
    ['FD termination status', facts.fdStatus],
    ['SD termination status', facts.sdStatus],
    ['Termination', restoreTermination(facts.status, counts)],
  ]);
}
