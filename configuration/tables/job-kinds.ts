import { directive, noEffect } from '../directive.ts';
import { oneOf } from '../values/enumeration.ts';
import { integer, yesNo } from '../values/numbers.ts';
import { reference } from '../values/reference.ts';
import { path, string } from '../values/text.ts';

/** Directives of Verify, Copy, Migrate and VirtualFull jobs. */
export const JOB_KINDS = {
  jobToVerify: directive('Job To Verify', reference('Job'), {
    aliases: ['Verify Job'],
    help: 'Verify: the job whose backups are checked',
  }),
  writeVerifyList: directive('Write Verify List', path, {
    status: noEffect('what was found is in the messages of the job: one place to look'),
    help: 'Verify: list of what was found',
  }),
  selectionType: directive(
    'Selection Type',
    oneOf([
      'SmallestVolume',
      'OldestVolume',
      'Client',
      'Volume',
      'Job',
      'SQLQuery',
      'PoolOccupancy',
      'PoolTime',
      'PoolUncopiedJobs',
    ]),
    { help: 'Copy, Migrate: how jobs are chosen' },
  ),
  selectionPattern: directive('Selection Pattern', string, {
    help: 'Copy, Migrate: pattern or query for the choice',
  }),
  purgeMigrationJob: directive('Purge Migration Job', yesNo, {
    default: false,
    help: 'Migrate: forget the original at once',
  }),
  maximumSpawnedJobs: directive('Maximum Spawned Jobs', integer, {
    default: 600,
    help: 'Copy, Migrate: jobs to start at most',
  }),
  backupsToKeep: directive('Backups To Keep', integer, {
    default: 0,
    help: 'VirtualFull: newest backups that are left as they are',
  }),
  deleteConsolidatedJobs: directive('Delete Consolidated Jobs', yesNo, {
    default: false,
    help: 'VirtualFull: delete the jobs that went into it',
  }),
};
