import { formatReportTime } from '../../text/civil-time.ts';
import { elapsedText, withCommas } from '../../text/numbers.ts';
import { levelName } from '../jobs/job-codes.ts';
import { elapsedSeconds, reportText, type ReportLine } from './report-lines.ts';
import { verifyTermination } from './termination.ts';

export interface VerifyReport {
  readonly directorName: string;
  readonly jobId: number;
  readonly job: string;
  readonly fileSet: string;
  readonly level: string;
  readonly client: string;
  /** The job that was checked; absent of an InitCatalog, and when none was found. */
  readonly checked: { readonly jobId: number; readonly name: string } | undefined;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly accurate: boolean;
  readonly filesExpected: number;
  readonly filesExamined: number;
  readonly fdErrors: number;
  readonly fdStatus: string;
  /** Absent when the level reads no volumes. */
  readonly storage: { readonly errors: number; readonly status: string } | undefined;
  readonly status: string;
}

/** The report of a Verify: the labels, their order and their alignment are Bacula's. */
export function verifyReport(facts: VerifyReport): string {
  const { checked, storage } = facts;
  const ofVolumes = (...lines: ReportLine[]) => (storage ? lines : []);
  return reportText(facts.directorName, [
    ['JobId', String(facts.jobId)],
    ['Job', facts.job],
    ['FileSet', facts.fileSet],
    ['Verify Level', levelName(facts.level)],
    ['Client', facts.client],
    ...(facts.level === 'V'
      ? []
      : ([
          ['Verify JobId', checked ? String(checked.jobId) : ''],
          ['Verify Job', checked?.name ?? ''],
        ] as const)),
    ['Start time', formatReportTime(facts.startTime)],
    ['End time', formatReportTime(facts.endTime)],
    ['Elapsed time', elapsedText(elapsedSeconds(facts.startTime, facts.endTime))],
    ...ofVolumes(
      ['Accurate', facts.accurate ? 'yes' : 'no'],
      ['Files Expected', withCommas(facts.filesExpected)],
    ),
    ['Files Examined', withCommas(facts.filesExamined)],
    ['Non-fatal FD errors', String(facts.fdErrors)],
    ...ofVolumes(['SD Errors', String(storage?.errors ?? 0)]),
    ['FD termination status', facts.fdStatus],
    ...ofVolumes(['SD termination status', storage?.status ?? '']),
    ['Termination', verifyTermination(facts.status)],
  ]);
}
