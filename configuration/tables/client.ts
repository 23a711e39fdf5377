import { directive, noEffect, notYet, refused } from '../directive.ts';
import { address } from '../values/addresses.ts';
import { duration } from '../values/duration.ts';
import { port, positiveInteger, yesNo } from '../values/numbers.ts';
import { reference } from '../values/reference.ts';
import { speed } from '../values/size.ts';
import { password } from '../values/text.ts';
import { NAMING } from './naming.ts';
import { TLS } from './tls.ts';

/** A machine that is backed up: the Director's view of a file daemon. */
export const CLIENT = {
  ...NAMING,
  address: directive('Address', address, {
    aliases: ['FD Address'],
    help: 'Host name or address of the file daemon; needed unless Allow FD Connections',
  }),
  password: directive('Password', password, {
    aliases: ['FD Password'],
    required: true,
    help: "Equal to the password in the client's Director resource",
  }),
  catalog: directive('Catalog', reference('Catalog'), {
    required: true,
    help: 'Where its jobs are recorded',
  }),
  fdPort: directive('FD Port', port, { default: 9102, help: 'TCP port of the file daemon' }),
  fileRetention: directive('File Retention', duration, {
    help: 'How long the catalog keeps the files of its jobs; without it, good backups keep them as long as their volumes',
  }),
  jobRetention: directive('Job Retention', duration, {
    help: 'How long the catalog keeps its jobs; without it, good backups stay as long as their volumes',
  }),
  autoPrune: directive('Auto Prune', yesNo, {
    default: true,
    help: 'Prune files and jobs of this client after each of its jobs',
  }),
  maximumConcurrentJobs: directive('Maximum Concurrent Jobs', positiveInteger, {
    default: 1,
    help: 'Jobs that run at once on this client',
  }),
  enabled: directive('Enabled', yesNo, { default: true, help: 'No: its jobs are not started by schedules' }),
  maximumBandwidthPerJob: directive('Maximum Bandwidth Per Job', speed, {
    help: 'Fastest a job of this client may send, or take in a restore; the smallest such limit holds',
  }),
  heartbeatInterval: directive('Heartbeat Interval', duration, {
    default: 300,
    status: noEffect('connections are kept alive by the transport'),
    help: 'Interval of keep-alive messages',
  }),
  fdStorageAddress: directive('FD Storage Address', address, {
    help: 'Address of the storage daemon as this client must see it; beats that of the Storage',
  }),
  sdCallsClient: directive('SD Calls Client', yesNo, {
    default: false,
    status: refused(
      'the client always opens the connection to the storage daemon; for a client that cannot be reached, let it connect ' +
        'by itself (Allow FD Connections) and reach the storage daemon at FD Storage Address',
    ),
    help: 'The storage daemon opens the connection to the client',
  }),
  allowFdConnections: directive('Allow FD Connections', yesNo, {
    default: false,
    help: 'The client may connect to the Director by itself; its jobs run over that connection when it is there',
  }),
  snapshotRetention: directive('Snapshot Retention', duration, {
    default: 0,
    status: notYet('file-system snapshots are not taken'),
    help: 'How long snapshots are kept',
  }),
  ...TLS,
};
