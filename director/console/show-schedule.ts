import type { RunTimes } from '../../calendar/run-times.ts';
import type { ScheduledRunLine } from '../../configuration/director-conf.ts';

/**
 * A Run line as the sets it stands for. The numbers are Bacula's: days of the month, months and weeks of the month
 * are counted from 0 here, and only here.
 */
export function showRun({ line }: ScheduledRunLine): string[] {
  const { times, overrides } = line;
  return [
    `  --> Run Level=${overrides.level ?? ''}`.trimEnd(),
    ...masks(times).map(
      ([name, numbers]) => `      ${name}=${numbers.map((number) => `${number} `).join('')}`,
    ),
    `      mins=${times.minute}`,
    `      run=${line.text}`,
  ];
}

function masks(times: RunTimes): [name: string, numbers: number[]][] {
  return [
    ['hour', sorted(times.hours)],
    ['mday', [...sorted(times.daysOfMonth).map(fromZero), ...(times.lastDay ? [31] : [])]],
    ['month', sorted(times.months).map(fromZero)],
    ['wday', sorted(times.weekdays)],
    ['wom', sorted(times.weeksOfMonth).map(fromZero)],
    ['woy', sorted(times.weeksOfYear)],
  ];
}

function fromZero(number: number): number {
  return number - 1;
}

function sorted(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}
