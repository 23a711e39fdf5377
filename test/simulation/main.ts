import { formatDateTime } from '../../text/civil-time.ts';
import { humanBytes } from '../../text/numbers.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { liveOn, type DayReport } from './nas-two-years.ts';

const DAYS = 731;

/** Prints what the NAS sample can restore in the course of two years, as the table of docs/retention.md: a line for each month. */
using directory = temporaryDirectory();
print(['day', 'A', 'oldest A', 'B', 'oldest B', 'C', 'oldest C', 'volumes', 'on disk']);
print(Array.from({ length: 9 }, () => '---'));
let month = -1;
for await (const report of liveOn(directory.path, DAYS)) {
  if (report.day.getMonth() === month) continue;
  month = report.day.getMonth();
  print(cellsOf(report));
}

function cellsOf({ day, grades, volumes, bytes }: DayReport): string[] {
  const ofGrades = grades.flatMap(({ promised, beyond, oldest }) => [
    `${promised} + ${beyond}`,
    oldest ? dateOf(oldest) : '-',
  ]);
  return [dateOf(day), ...ofGrades, String(volumes), humanBytes(bytes)];
}

function dateOf(date: Date): string {
  return formatDateTime(date).slice(0, 10);
}

function print(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
