import { notYet } from './directive.ts';
import { resourceType, type ConfSchema } from './resource-type.ts';
import { CLIENT } from './tables/client.ts';
import { CONSOLE } from './tables/console.ts';
import { CONSOLE_DIRECTOR, NAMED_CONSOLE } from './tables/console-program.ts';
import { CATALOG, COUNTER, DIRECTOR } from './tables/director.ts';
import { CONNECT_SCHEDULE, FILE_DAEMON, FILE_DAEMON_DIRECTOR, REMOTE_CONSOLE } from './tables/file-daemon.ts';
import { FILE_SET } from './tables/file-set.ts';
import { JOB } from './tables/job.ts';
import { MESSAGES } from './tables/messages.ts';
import { POOL } from './tables/pool.ts';
import { SCHEDULE } from './tables/schedule.ts';
import { STATISTICS, TENANT } from './tables/statistics.ts';
import { CLOUD_STORAGE } from './tables/cloud.ts';
import { DEVICE } from './tables/device.ts';
import { AUTOCHANGER, DAEMON_DIRECTOR, STORAGE_DAEMON } from './tables/storage-daemon.ts';
import { STORAGE } from './tables/storage.ts';

const MESSAGES_TYPE = resourceType('Messages', MESSAGES, 'Where messages go, by their type.');
const STATISTICS_TYPE = resourceType(
  'Statistics',
  STATISTICS,
  'Numbers about the daemon, sent away regularly.',
  {
    status: notYet('metrics are not collected yet'),
  },
);
const CALLING = notYet('the Director always calls the client');

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

export const STORAGE_SCHEMA: ConfSchema = {
  program: 'noctule-sd',
  types: [
    resourceType('Storage', STORAGE_DAEMON, 'The storage daemon itself: exactly one.'),
    resourceType('Director', DAEMON_DIRECTOR, 'A Director that may use this daemon.'),
    resourceType('Device', DEVICE, 'A directory that holds volumes.'),
    resourceType('Autochanger', AUTOCHANGER, 'Several devices under one name.'),
    resourceType('Cloud', CLOUD_STORAGE, 'Object storage.', {
      status: notYet('volumes lie in directories only'),
    }),
    MESSAGES_TYPE,
    STATISTICS_TYPE,
  ],
};

export const FILE_DAEMON_SCHEMA: ConfSchema = {
  program: 'noctule-fd',
  types: [
    resourceType('FileDaemon', FILE_DAEMON, 'The file daemon itself: exactly one.', { aliases: ['Client'] }),
    resourceType('Director', FILE_DAEMON_DIRECTOR, 'A Director that may use this client.'),
    resourceType('Schedule', CONNECT_SCHEDULE, 'When this client calls its Director.', { status: CALLING }),
    resourceType('Console', REMOTE_CONSOLE, 'As which console this client connects to its Director.', {
      status: CALLING,
    }),
    MESSAGES_TYPE,
    STATISTICS_TYPE,
  ],
};

export const CONSOLE_SCHEMA: ConfSchema = {
  program: 'nconsole',
  types: [
    resourceType('Director', CONSOLE_DIRECTOR, 'A Director to connect to; with several, the console asks.'),
    resourceType(
      'Console',
      NAMED_CONSOLE,
      'A name to log in under; without it, the default console is used.',
    ),
  ],
};
