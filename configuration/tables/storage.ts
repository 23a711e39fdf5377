import { directive, noEffect } from '../directive.ts';
import { address } from '../values/addresses.ts';
import { autochangerName } from '../values/autochanger.ts';
import { duration } from '../values/duration.ts';
import { integer, port, positiveInteger, yesNo } from '../values/numbers.ts';
import { reference } from '../values/reference.ts';
import { stringList } from '../values/list.ts';
import { password, string } from '../values/text.ts';
import { NAMING } from './naming.ts';
import { TLS } from './tls.ts';

const { tlsAllowedCn: _tlsAllowedCn, tlsDhFile: _tlsDhFile, ...STORAGE_TLS } = TLS;

/** A place for volumes: the Director's view of a storage daemon. `Autochanger` is the same with that switch set. */
export const STORAGE = {
  ...NAMING,
  address: directive('Address', address, {
    aliases: ['SD Address'],
    required: true,
    help: 'Used by the Director and handed to the clients: localhost breaks those on other machines',
  }),
  sdPort: directive('SD Port', port, { default: 9103, help: 'TCP port of the storage daemon' }),
  password: directive('Password', password, {
    aliases: ['SD Password'],
    required: true,
    help: "Equal to the password in the storage daemon's Director resource",
  }),
  device: directive('Device', stringList, {
    required: true,
    help: 'Device or Autochanger resources of the storage daemon',
  }),
  mediaType: directive('Media Type', string, {
    required: true,
    help: "A word of one's own: volumes are only looked for on storages with the same one",
  }),
  autochanger: directive('Autochanger', autochangerName, {
    default: false,
    help: 'The device is an Autochanger resource of the storage daemon: several drives',
  }),
  sharedStorage: directive('Shared Storage', reference('Storage'), {
    status: noEffect('it is for tape libraries that several storage daemons share'),
    help: 'Storage that uses the same tapes',
  }),
  maximumConcurrentJobs: directive('Maximum Concurrent Jobs', positiveInteger, {
    default: 1,
    help: 'Jobs that run at once on this storage, each on a volume of its own',
  }),
  maximumConcurrentReadJobs: directive('Maximum Concurrent Read Jobs', integer, {
    default: 0,
    help: 'Of these, jobs that read; 0 = no limit',
  }),
  fdStorageAddress: directive('FD Storage Address', address, {
    help: 'Address given to clients instead of Address',
  }),
  allowCompression: directive('Allow Compression', yesNo, {
    default: true,
    help: 'No: jobs that go here are not compressed, whatever the FileSet says',
  }),
  enabled: directive('Enabled', yesNo, { default: true, help: 'No: jobs do not use it' }),
  heartbeatInterval: directive('Heartbeat Interval', duration, {
    default: 300,
    status: noEffect('connections are kept alive by the transport'),
    help: 'Interval of keep-alive messages',
  }),
  sddPort: directive('SDD Port', integer, {
    status: noEffect('it never had one'),
    help: 'Second port of the storage daemon',
  }),
  ...STORAGE_TLS,
};
