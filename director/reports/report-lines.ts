import { humanBytes, withCommas } from '../../text/numbers.ts';
import { levelName } from '../jobs/job-codes.ts';
import { platform, versionShort } from '../../daemon/version.ts';

/** One "label: value" line of a job report. */
export type ReportLine = readonly [label: string, value: string];

/** Where the values stand: two blanks, the label with its colon, blanks. */
const VALUE_COLUMN = 26;

/** The text of a job report: the line that names the program, then labels and values as Bacula aligns them. */
export function reportText(directorName: string, lines: readonly ReportLine[]): string {
  const rows = lines.map(([label, value]) => `  ${label}:`.padEnd(VALUE_COLUMN) + value);
  const title = `Noctule ${directorName} ${versionShort()}:`;
  return [title, '  Build OS:'.padEnd(VALUE_COLUMN) + platform(), ...rows, ''].join('\n');
}

/** A resource and how the run came to it: "Job resource", "Run Pool override" ... */
export interface SourcedName {
  readonly name: string;
  readonly from: string;
}

/** `"Full-Pool" (From Job resource)` */
export function sourcedName({ name, from }: SourcedName): string {
  return `"${name}" (From ${from})`;
}

/** " (upgraded from Incremental)" behind the level of the report; empty when it is the one asked for. */
export function upgradeText(letter: string | undefined): string {
  return letter ? ` (upgraded from ${levelName(letter)})` : '';
}

/** "2,229,331 (2.229 MB)" */
export function bytesValue(bytes: number): string {
  return `${withCommas(bytes)} (${humanBytes(bytes)})`;
}

/** Seconds between two instants as the report counts them: on the clock's full seconds, at least one. */
export function elapsedSeconds(start: Date, end: Date): number {
  return Math.max(1, Math.floor(end.getTime() / 1000) - Math.floor(start.getTime() / 1000));
}
