import { formatReportTime } from '../../text/civil-time.ts';
import { reportText } from './report-lines.ts';
import { adminTermination } from './termination.ts';

export interface AdminReport {
  readonly directorName: string;
  readonly jobId: number;
  readonly job: string;
  readonly scheduledTime: Date;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly status: string;
}

/** The report of an Admin job, which runs scripts and nothing else. */
export function adminReport(facts: AdminReport): string {
  return reportText(facts.directorName, [
    ['JobId', String(facts.jobId)],
    ['Job', facts.job],
    ['Scheduled time', formatReportTime(facts.scheduledTime)],
    ['Start time', formatReportTime(facts.startTime)],
    ['End time', formatReportTime(facts.endTime)],
    ['Termination', adminTermination(facts.status)],
  ]);
}
