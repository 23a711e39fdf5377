import { describeTimes } from '../../calendar/describe-times.ts';
import type { ScheduledRunLine } from '../../configuration/director-conf.ts';

/** A Run line as the sets it stands for, and as it was written; a Cron line only so. */
export function showRun({ line }: ScheduledRunLine): string[] {
  const sets = line.notation === 'Run' ? describeTimes(line.times) : [];
  return [
    `  --> ${line.notation} Level=${line.overrides.level ?? ''}`.trimEnd(),
    ...[...sets, `${line.notation.toLowerCase()}=${line.text}`].map((text) => `      ${text}`),
  ];
}
