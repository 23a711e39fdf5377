import { directive, noEffect } from '../directive.ts';
import { duration } from '../values/duration.ts';
import { lines } from '../values/list.ts';
import { integer, positiveInteger, yesNo } from '../values/numbers.ts';

/** When a Job runs and when it does not: priority, limits, duplicates, repetition. */
export const JOB_TIMES = {
  priority: directive('Priority', positiveInteger, {
    default: 10,
    help: '1 is most urgent; jobs of one priority run at a time',
  }),
  allowMixedPriority: directive('Allow Mixed Priority', yesNo, {
    default: false,
    help: 'May run beside jobs of another priority that allow it too',
  }),
  maximumConcurrentJobs: directive('Maximum Concurrent Jobs', positiveInteger, {
    default: 1,
    help: 'Runs of this Job at once',
  }),
  maxStartDelay: directive('Max Start Delay', duration, {
    default: 0,
    help: 'Cancel it when it has not started so long after its scheduled time',
  }),
  maxRunTime: directive('Max Run Time', duration, {
    default: 0,
    help: 'Cancel it when it runs longer',
  }),
  fullMaxRunTime: directive('Full Max Run Time', duration, {
    aliases: ['Full Max Wait Time'],
    default: 0,
    help: 'The same for Full',
  }),
  incrementalMaxRunTime: directive('Incremental Max Run Time', duration, {
    aliases: ['Incremental Max Wait Time'],
    default: 0,
    help: 'The same for Incremental',
  }),
  differentialMaxRunTime: directive('Differential Max Run Time', duration, {
    aliases: ['Differential Max Wait Time'],
    default: 0,
    help: 'The same for Differential',
  }),
  maxRunSchedTime: directive('Max Run Sched Time', duration, {
    default: 0,
    help: 'Cancel it so long after its scheduled time, waiting included',
  }),
  maxWaitTime: directive('Max Wait Time', duration, {
    default: 0,
    help: 'Cancel it after waiting so long for resources',
  }),
  maxFullInterval: directive('Max Full Interval', duration, {
    default: 0,
    help: 'Raise the level to Full when the last Full is older',
  }),
  maxVirtualFullInterval: directive('Max Virtual Full Interval', duration, {
    default: 0,
    help: 'Raise Incremental and Differential to VirtualFull when the last Full is older; not with Max Full Interval',
  }),
  maxDiffInterval: directive('Max Diff Interval', duration, {
    default: 0,
    help: 'Raise Incremental to Differential when the last one is older',
  }),
  rescheduleOnError: directive('Reschedule On Error', yesNo, {
    default: false,
    help: 'Queue it again when it failed',
  }),
  rescheduleInterval: directive('Reschedule Interval', duration, {
    default: 30 * 60,
    help: 'How long after',
  }),
  rescheduleTimes: directive('Reschedule Times', integer, {
    default: 0,
    help: 'How often; 0 = no limit',
  }),
  rescheduleIncompleteJobs: directive('Reschedule Incomplete Jobs', yesNo, {
    default: true,
    help: 'Queue an incomplete job again; it goes on where it was',
  }),
  allowIncompleteJobs: directive('Allow Incomplete Jobs', yesNo, {
    default: true,
    help: 'Keep what a broken job wrote, so that it can go on',
  }),
  reRunFailedLevels: directive('ReRun Failed Levels', yesNo, {
    default: false,
    help: 'After a failed Full run Full again instead of Incremental',
  }),
  allowDuplicateJobs: directive('Allow Duplicate Jobs', yesNo, {
    default: true,
    help: 'It may be queued while it is queued or runs already',
  }),
  cancelLowerLevelDuplicates: directive('Cancel Lower Level Duplicates', yesNo, {
    default: false,
    help: 'Of two, cancel the one of the lower level',
  }),
  cancelQueuedDuplicates: directive('Cancel Queued Duplicates', yesNo, {
    default: false,
    help: 'Cancel the other one if it is still waiting',
  }),
  cancelRunningDuplicates: directive('Cancel Running Duplicates', yesNo, {
    default: false,
    help: 'Cancel the other one even if it runs',
  }),
  allowHigherDuplicates: directive('Allow Higher Duplicates', yesNo, {
    default: true,
    status: noEffect('it has none in Bacula either'),
    help: 'Obsolete',
  }),
  run: directive('Run', lines, {
    help: 'Job to start together with this one, as the command run takes it: "OtherJob level=%l since=\\"%s\\" storage=Other"',
  }),
  catchUp: directive('Catch Up', yesNo, {
    default: false,
    help:
      'When runs of it were missed while the Director was down, it is run once at the next start, ' +
      'at the highest level that was missed; also in a Schedule, for all its Jobs (not in Bacula)',
  }),
  maxBackupAge: directive('Max Backup Age', duration, {
    default: 0,
    help:
      'When the last good backup ended longer ago, or there is none, the daemon messages say so once a day, ' +
      'and status director shows it; 0 = never (not in Bacula)',
  }),
};
