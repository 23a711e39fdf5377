import { formatDateTime, formatReportTime } from '../../text/civil-time.ts';
import { elapsedText, rateText } from '../../text/numbers.ts';
import { levelName } from '../jobs/job-codes.ts';
import { elapsedSeconds, reportText, sourcedName, upgradeText, type SourcedName } from './report-lines.ts';
import { storageEndLines, volumeLines, writtenLines, type Stored } from './stored-lines.ts';
import { backupTermination } from './termination.ts';

export interface VirtualFullReport {
  readonly directorName: string;
  readonly jobId: number;
  readonly job: string;
  /** Letter of what came of it. */
  readonly level: string;
  /** Letter of the level asked for, when that was another one. */
  readonly upgradedFrom?: string;
  readonly client: string;
  readonly fileSet: string;
  readonly fileSetTime?: Date;
  /** That is written to. */
  readonly pool?: SourcedName;
  readonly storage?: SourcedName;
  readonly catalog: SourcedName;
  readonly scheduledTime: Date;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly priority: number;
  readonly stored: Stored;
  readonly accurate: boolean;
  readonly status: string;
}

/** The report of a VirtualFull: that of a backup without the lines of its client. */
export function virtualFullReport(facts: VirtualFullReport): string {
  const seconds = elapsedSeconds(facts.startTime, facts.endTime);
  return reportText(facts.directorName, [
    ['JobId', String(facts.jobId)],
    ['Job', facts.job],
    ['Backup Level', `Virtual ${levelName(facts.level)}${upgradeText(facts.upgradedFrom)}`],
    ['Client', `"${facts.client}"`],
    ['FileSet', `"${facts.fileSet}"${facts.fileSetTime ? ` ${formatDateTime(facts.fileSetTime)}` : ''}`],
    ['Pool', facts.pool ? sourcedName(facts.pool) : ''],
    ['Catalog', sourcedName(facts.catalog)],
    ['Storage', facts.storage ? sourcedName(facts.storage) : ''],
    ['Scheduled time', formatReportTime(facts.scheduledTime)],
    ['Start time', formatReportTime(facts.startTime)],
    ['End time', formatReportTime(facts.endTime)],
    ['Elapsed time', elapsedText(seconds)],
    ['Priority', String(facts.priority)],
    ...writtenLines(facts.stored),
    ['Rate', rateText(facts.stored.sdBytes, seconds)],
    ['Accurate', facts.accurate ? 'yes' : 'no'],
    ...volumeLines(facts.stored),
    ...storageEndLines(facts.stored),
    ['Termination', backupTermination(facts.status)],
  ]);
}
