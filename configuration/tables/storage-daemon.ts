import { directive, noEffect, notYet } from '../directive.ts';
import { address, addresses } from '../values/addresses.ts';
import { duration } from '../values/duration.ts';
import { port, positiveInteger, yesNo } from '../values/numbers.ts';
import { reference, references } from '../values/reference.ts';
import { directory, password, path, string } from '../values/text.ts';
import { NAMING } from './naming.ts';
import { TLS } from './tls.ts';

const MINUTES = 60;
const TAPE = noEffect('it is for tapes');

/** The storage daemon itself: exactly one. */
export const STORAGE_DAEMON = {
  ...NAMING,
  sdPort: directive('SD Port', port, { default: 9103, help: 'TCP port to listen on' }),
  sdAddress: directive('SD Address', address, { help: 'Address to listen on (default: all)' }),
  sdAddresses: directive('SD Addresses', addresses, { help: 'Several addresses and ports to listen on' }),
  workingDirectory: directive('Working Directory', directory, {
    required: true,
    help: 'State of the daemon',
  }),
  pidDirectory: directive('Pid Directory', directory, { required: true, help: 'Where the pid file lies' }),
  maximumConcurrentJobs: directive('Maximum Concurrent Jobs', positiveInteger, {
    default: 20,
    help: 'Jobs that run at once',
  }),
  messages: directive('Messages', reference('Messages'), {
    help: 'Where messages of the daemon itself go (default: the first Messages resource)',
  }),
  heartbeatInterval: directive('Heartbeat Interval', duration, {
    default: 5 * MINUTES,
    status: noEffect('connections are kept alive by the transport'),
    help: 'Interval of keep-alive messages',
  }),
  clientConnectTimeout: directive('Client Connect Timeout', duration, {
    default: 30 * MINUTES,
    help: 'How long to wait for the client after the Director announced a job; another storage daemon is tried for a minute of it',
  }),
  clientConnectWait: directive('Client Connect Wait', duration, {
    default: 30 * MINUTES,
    status: noEffect('Client Connect Timeout is what counts'),
    help: 'The same, older',
  }),
  subsysDirectory: directive('Subsys Directory', path, {
    status: noEffect('nothing is kept there'),
    help: 'Lock directory of old init systems',
  }),
  pluginDirectory: directive('Plugin Directory', path, {
    status: noEffect('the storage daemon has no plugins'),
    help: 'Plugins of the storage daemon',
  }),
  scriptsDirectory: directive('Scripts Directory', path, {
    status: noEffect('scripts are named by their path'),
    help: 'Where scripts lie',
  }),
  verId: directive('Ver Id', string, {
    status: notYet('no command shows it yet'),
    help: 'Text that is shown with the version',
  }),
  commCompression: directive('Comm Compression', yesNo, {
    default: true,
    status: noEffect('file data is compressed before it is sent'),
    help: 'Compress what goes over the network',
  }),
  fipsRequire: directive('FIPS Require', yesNo, {
    default: false,
    status: notYet('the cryptographic module is not checked'),
    help: 'Refuse to run without a FIPS-approved cryptographic module',
  }),
  encryptionCommand: directive('Encryption Command', string, {
    status: notYet('volumes are not encrypted by the storage daemon'),
    help: 'Gives the key of a volume',
  }),
  ...TLS,
};

/** A Director that may use this daemon. */
export const DAEMON_DIRECTOR = {
  ...NAMING,
  password: directive('Password', password, {
    required: true,
    help: "Equal to the password for this daemon in the Director's conf",
  }),
  monitor: directive('Monitor', yesNo, { default: false, help: 'Yes: it may only ask for the status' }),
  ...TLS,
};

/** Several devices under one name: each is a drive, so that jobs can write different volumes at once. */
export const AUTOCHANGER = {
  ...NAMING,
  devices: directive('Device', references('Device'), { required: true, help: 'Its drives' }),
  changerDevice: directive('Changer Device', string, {
    required: true,
    status: noEffect('the drives are directories; /dev/null is usual'),
    help: 'Device of the changer',
  }),
  changerCommand: directive('Changer Command', string, {
    required: true,
    status: noEffect('the drives are directories; "" is usual'),
    help: 'Program that moves tapes',
  }),
  lockCommand: directive('Lock Command', string, {
    status: TAPE,
    help: 'Program that locks a shared changer',
  }),
};
