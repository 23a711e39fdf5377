import { formatReportTime } from '../../text/civil-time.ts';
import { elapsedText, rateText } from '../../text/numbers.ts';
import { levelName } from '../jobs/job-codes.ts';
import { elapsedSeconds, reportText, sourcedName, type SourcedName } from './report-lines.ts';
import { storageEndLines, volumeLines, writtenLines, type Stored } from './stored-lines.ts';
import { copyTermination } from './termination.ts';

export interface CopyReport {
  readonly directorName: string;
  /** Of the job that copies. */
  readonly jobId: number;
  readonly job: string;
  readonly migrates: boolean;
  /** The backup that was copied; absent: there was nothing to do. */
  readonly source?: { readonly jobId: number; readonly job: string; readonly level: string };
  /** JobId of the copy; 0 when it did not come to one. */
  readonly newJobId: number;
  readonly client: string;
  readonly fileSet: string;
  readonly readPool: SourcedName;
  readonly readStorages: readonly string[];
  readonly writePool?: SourcedName;
  readonly writeStorage?: SourcedName;
  readonly catalog: SourcedName;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly priority: number;
  readonly stored: Stored;
  readonly status: string;
}

function readStorages({ readStorages: names }: CopyReport): string {
  return names.length === 0 ? '' : `${names.map((name) => `"${name}"`).join(', ')} (From the volumes)`;
}

/** The report of a Copy or Migrate: the labels, their order and their alignment are Bacula's. */
export function copyReport(facts: CopyReport): string {
  const { source, writePool, writeStorage } = facts;
  const seconds = elapsedSeconds(facts.startTime, facts.endTime);
  return reportText(facts.directorName, [
    ['Prev Backup JobId', String(source?.jobId ?? 0)],
    ['Prev Backup Job', source?.job ?? ''],
    ['New Backup JobId', String(facts.newJobId)],
    ['Current JobId', String(facts.jobId)],
    ['Current Job', facts.job],
    ['Backup Level', source ? levelName(source.level) : ''],
    ['Client', facts.client],
    ['FileSet', `"${facts.fileSet}"`],
    ['Read Pool', sourcedName(facts.readPool)],
    ['Read Storage', readStorages(facts)],
    ['Write Pool', writePool ? sourcedName(writePool) : ''],
    ['Write Storage', writeStorage ? sourcedName(writeStorage) : ''],
    ['Catalog', sourcedName(facts.catalog)],
    ['Start time', formatReportTime(facts.startTime)],
    ['End time', formatReportTime(facts.endTime)],
    ['Elapsed time', elapsedText(seconds)],
    ['Priority', String(facts.priority)],
    ...writtenLines(facts.stored),
    ['Rate', rateText(facts.stored.sdBytes, seconds)],
    ...volumeLines(facts.stored),
    ...storageEndLines(facts.stored),
    ['Termination', copyTermination(facts.status, { migrates: facts.migrates, isIdle: !source })],
  ]);
}
