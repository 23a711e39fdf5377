import { directive, notYet } from '../directive.ts';
import { lines } from '../values/list.ts';
import { yesNo } from '../values/numbers.ts';
import { scheduledRuns } from '../values/scheduled-run.ts';
import { NAMING } from './naming.ts';

/** When jobs start by themselves. */
export const SCHEDULE = {
  ...NAMING,
  runs: directive('Run', scheduledRuns, {
    help: 'Level and other overrides, days, time; any number of lines',
  }),
  enabled: directive('Enabled', yesNo, { default: true, help: 'No: it starts nothing' }),
  cron: directive('Cron', lines, {
    status: notYet('only Run lines are followed'),
    help: 'A time in the form of cron, "5 23 * * 6#1" (not in Bacula)',
  }),
  catchUp: directive('Catch Up', yesNo, {
    default: false,
    status: notYet('missed runs are not caught up'),
    help: 'Start a run that was missed while the Director was down (not in Bacula)',
  }),
};
