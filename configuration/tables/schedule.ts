import { directive } from '../directive.ts';
import { yesNo } from '../values/numbers.ts';
import { cronRuns, scheduledRuns } from '../values/scheduled-run.ts';
import { NAMING } from './naming.ts';

/** When jobs start by themselves. */
export const SCHEDULE = {
  ...NAMING,
  runs: directive('Run', scheduledRuns, {
    help: 'Level and other overrides, days, time; any number of lines',
  }),
  enabled: directive('Enabled', yesNo, { default: true, help: 'No: it starts nothing' }),
  cron: directive('Cron', cronRuns, {
    into: 'runs',
    help:
      'The same with the times in the form of cron: minute, hour, day of the month, month, day of the week. ' +
      '6#1 is the first Saturday, 5L the last Friday, L the last day of the month; @daily and the like are names. ' +
      'Stands in quotes, behind the overrides (not in Bacula)',
  }),
  catchUp: directive('Catch Up', yesNo, {
    default: false,
    help:
      'When runs were missed while the Director was down, each Job is run once at the next start, ' +
      'at the highest level that it missed (not in Bacula)',
  }),
};
