import { directive, notYet } from '../directive.ts';
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
    status: notYet('missed runs are not caught up'),
    help: 'Start a run that was missed while the Director was down (not in Bacula)',
  }),
};
