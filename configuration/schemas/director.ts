import { notYet } from '../directive.ts';
import { resourceType, type ConfSchema } from '../resource-type.ts';
import { CLIENT } from '../tables/client.ts';
import { CONSOLE } from '../tables/console.ts';
import { CATALOG, COUNTER, DIRECTOR } from '../tables/director.ts';
import { FILE_SET } from '../tables/file-set.ts';
import { JOB } from '../tables/job.ts';
import { POOL } from '../tables/pool.ts';
import { SCHEDULE } from '../tables/schedule.ts';
import { TENANT } from '../tables/statistics.ts';
import { STORAGE } from '../tables/storage.ts';
import { MESSAGES_TYPE, STATISTICS_TYPE } from './shared-types.ts';

export const DIRECTOR_SCHEMA: ConfSchema = {
  program: 'noctule-dir',
  types: [
    resourceType('Director', DIRECTOR, 'The Director itself: exactly one.'),
    resourceType('Job', JOB, 'Something to do, again and again: back up a client, restore, verify.'),
    resourceType('JobDefs', JOB, 'Directives that several Jobs share; the same as those of a Job.', {
      use: 'template',
    }),
    resourceType('Schedule', SCHEDULE, 'When jobs start by themselves.'),
    resourceType('FileSet', FILE_SET, 'Which files a job saves.'),
    resourceType('Client', CLIENT, 'A machine that is backed up.'),
    resourceType('Storage', STORAGE, 'A storage daemon and a device of it.'),
    resourceType('Autochanger', STORAGE, 'A Storage whose device has several drives.', {
      referredAs: 'Storage',
      presets: { autochanger: true },
    }),
    resourceType('Pool', POOL, 'Volumes that are treated alike.'),
    resourceType('Catalog', CATALOG, 'The record of jobs and files.'),
    MESSAGES_TYPE,
    resourceType('Console', CONSOLE, 'A console with limited rights.'),
    resourceType(
      'Counter',
      COUNTER,
      'A number for the names of volumes: `${NAME+}` in a Label Format counts.',
    ),
    STATISTICS_TYPE,
    resourceType('Tenant', TENANT, 'Limits for a group of clients.', {
      status: notYet('there are no tenants'),
    }),
  ],
};
