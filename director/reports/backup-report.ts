import { formatDateTime, formatReportTime } from '../../text/civil-time.ts';
import { elapsedText, rateText, withCommas } from '../../text/numbers.ts';
import { levelName } from '../jobs/job-codes.ts';
import {
  bytesValue,
  elapsedSeconds,
  reportText,
  sourcedName,
  upgradeText,
  type SourcedName,
} from './report-lines.ts';
import { volumeLines } from './stored-lines.ts';
import { backupTermination } from './termination.ts';

export interface BackupReport {
  readonly directorName: string;
  readonly jobId: number;
  readonly job: string;
  readonly level: string;
  readonly since?: Date;
  readonly upgradedFrom?: string;
  readonly client: string;
  /** Version and platform; empty when the client was never reached. */
  readonly clientVersion: string;
  readonly fileSet: string;
  readonly fileSetTime?: Date;
  readonly pool: SourcedName;
  readonly catalog: SourcedName;
  readonly storage: SourcedName;
  readonly scheduledTime: Date;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly priority: number;
  readonly fdFiles: number;
  readonly sdFiles: number;
  /** File content as the client sent it, and as it read it. */
  readonly fdBytes: number;
  readonly readBytes: number;
  readonly compressed: boolean;
  readonly sdBytes: number;
  readonly accurate: boolean;
  readonly volumeNames: readonly string[];
  readonly volSessionId: number;
  readonly volSessionTime: number;
  readonly lastVolumeBytes: number;
  readonly fdErrors: number;
  readonly sdErrors: number;
  readonly fdStatus: string;
  readonly sdStatus: string;
  readonly status: string;
}

/** The report of a backup: the labels, their order and their alignment are Bacula's. */
export function backupReport(facts: BackupReport): string {
  const seconds = elapsedSeconds(facts.startTime, facts.endTime);
  return reportText(facts.directorName, [
    ['JobId', String(facts.jobId)],
    ['Job', facts.job],
    ['Backup Level', levelValue(facts)],
    ['Client', `"${facts.client}"${facts.clientVersion && ` ${facts.clientVersion}`}`],
    ['FileSet', `"${facts.fileSet}"${facts.fileSetTime ? ` ${formatDateTime(facts.fileSetTime)}` : ''}`],
    ['Pool', sourcedName(facts.pool)],
    ['Catalog', sourcedName(facts.catalog)],
    ['Storage', sourcedName(facts.storage)],
    ['Scheduled time', formatReportTime(facts.scheduledTime)],
    ['Start time', formatReportTime(facts.startTime)],
    ['End time', formatReportTime(facts.endTime)],
    ['Elapsed time', elapsedText(seconds)],
    ['Priority', String(facts.priority)],
    ['FD Files Written', withCommas(facts.fdFiles)],
    ['SD Files Written', withCommas(facts.sdFiles)],
    ['FD Bytes Written', bytesValue(facts.fdBytes)],
    ['SD Bytes Written', bytesValue(facts.sdBytes)],
    ['Rate', rateText(facts.fdBytes, seconds)],
    ['Software Compression', compressionValue(facts)],
    ['Comm Line Compression', 'None'],
    ['Snapshot/VSS', 'no'],
    ['Encryption', 'no'],
    ['Accurate', facts.accurate ? 'yes' : 'no'],
    ...volumeLines(facts),
    ['Non-fatal FD errors', String(facts.fdErrors)],
    ['SD Errors', String(facts.sdErrors)],
    ['FD termination status', facts.fdStatus],
    ['SD termination status', facts.sdStatus],
    ['Termination', backupTermination(facts.status)],
  ]);
}

function levelValue({ level, since, upgradedFrom }: BackupReport): string {
  const sinceText = since ? `, since=${formatDateTime(since)}` : '';
  return `${levelName(level)}${sinceText}${upgradeText(upgradedFrom)}`;
}

/** "90.0% 10.0:1", or None when nothing was compressed or it gained less than half a percent. */
function compressionValue({ compressed, fdBytes, readBytes }: BackupReport): string {
  if (!compressed || readBytes === 0 || fdBytes === 0) return 'None';
  const savedPercent = 100 - (100 * fdBytes) / readBytes;
  if (savedPercent < 0.5) return 'None';
  return `${savedPercent.toFixed(1)}% ${(readBytes / fdBytes).toFixed(1)}:1`;
}
