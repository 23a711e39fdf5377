import { notYet } from '../directive.ts';
import { resourceType, type ConfSchema } from '../resource-type.ts';
import {
  CONNECT_SCHEDULE,
  FILE_DAEMON,
  FILE_DAEMON_DIRECTOR,
  REMOTE_CONSOLE,
} from '../tables/file-daemon.ts';
import { MESSAGES_TYPE, STATISTICS_TYPE } from './shared-types.ts';

const CALLING = notYet('the Director always calls the client');

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
