import { directive, noEffect, notYet, refused } from '../directive.ts';
import { address, addresses } from '../values/addresses.ts';
import { connectLines } from '../values/connect-line.ts';
import { duration } from '../values/duration.ts';
import { oneOf } from '../values/enumeration.ts';
import { lines, stringList } from '../values/list.ts';
import { integer, niceness, port, positiveInteger, yesNo } from '../values/numbers.ts';
import { reference } from '../values/reference.ts';
import { size, speed } from '../values/size.ts';
import { directory, password, path, string } from '../values/text.ts';
import { NAMING } from './naming.ts';
import { DAEMON_DIRECTOR } from './storage-daemon.ts';
import { TLS } from './tls.ts';

const MINUTES = 60;
const ENCRYPTION = notYet('data is not encrypted by the client yet');
const CALLING = notYet('a connection to the Director is kept at all times');
const REMOTE = notYet('a client does not lead consoles to its Director');
const CLIENT_LIMITS = refused('this version would not enforce it');

/** The file daemon itself: exactly one. */
export const FILE_DAEMON = {
  ...NAMING,
  fdPort: directive('FD Port', port, { default: 9102, help: 'TCP port to listen on' }),
  fdAddress: directive('FD Address', address, { help: 'Address to listen on (default: all)' }),
  fdAddresses: directive('FD Addresses', addresses, { help: 'Several addresses and ports to listen on' }),
  fdSourceAddress: directive('FD Source Address', address, {
    status: notYet('outgoing connections use the address that the system chooses'),
    help: 'Source address of outgoing connections',
  }),
  workingDirectory: directive('Working Directory', directory, {
    required: true,
    help: 'State of the daemon',
  }),
  pidDirectory: directive('Pid Directory', directory, { required: true, help: 'Where the pid file lies' }),
  maximumConcurrentJobs: directive('Maximum Concurrent Jobs', positiveInteger, {
    default: 20,
    help: 'Jobs that run at once',
  }),
  nice: directive('Nice', niceness, {
    default: 10,
    help: 'CPU priority of the daemon, 0 as everybody to 19 only when nobody else wants to (not in Bacula)',
  }),
  ioClass: directive('IO Class', oneOf(['idle', 'best-effort', 'none']), {
    default: 'idle',
    help: 'How a backup reads from disk: only when nobody else does, behind others, or as everybody (not in Bacula)',
  }),
  maximumCompressionThreads: directive('Maximum Compression Threads', positiveInteger, {
    default: 4,
    help: 'Blocks that all jobs together compress at once; more than 4 need UV_THREADPOOL_SIZE (not in Bacula)',
  }),
  messages: directive('Messages', reference('Messages'), {
    help: 'Where messages of the daemon itself go (default: the first Messages resource)',
  }),
  pluginDirectory: directive('Plugin Directory', path, {
    status: noEffect('bpipe, the one plugin, is built in'),
    help: 'Plugins of the client',
  }),
  subsysDirectory: directive('Subsys Directory', path, {
    status: noEffect('nothing is kept there'),
    help: 'Lock directory of old init systems',
  }),
  scriptsDirectory: directive('Scripts Directory', path, {
    status: noEffect('scripts are named by their path'),
    help: 'Where scripts lie',
  }),
  snapshotCommand: directive('Snapshot Command', string, {
    status: notYet('file-system snapshots are not taken'),
    help: 'Program that takes snapshots',
  }),
  sdConnectTimeout: directive('SD Connect Timeout', duration, {
    default: 1 * MINUTES,
    help: 'How long a job tries to reach its storage daemon',
  }),
  heartbeatInterval: directive('Heartbeat Interval', duration, {
    default: 5 * MINUTES,
    status: noEffect('connections are kept alive by the transport'),
    help: 'Interval of keep-alive messages',
  }),
  maximumNetworkBufferSize: directive('Maximum Network Buffer Size', size, {
    default: 65_536,
    status: noEffect('the transport chooses its buffers'),
    help: 'Size of network messages',
  }),
  maximumBandwidthPerJob: directive('Maximum Bandwidth Per Job', speed, {
    help: 'Fastest a job may send, or take in a restore; the smallest such limit holds',
  }),
  commCompression: directive('Comm Compression', yesNo, {
    default: true,
    status: noEffect('file data is compressed before it is sent'),
    help: 'Compress what goes over the network',
  }),
  disableCommand: directive('Disable Command', stringList, {
    status: CLIENT_LIMITS,
    help: 'Commands refused from any Director',
  }),
  maximumJobErrorCount: directive('Maximum Job Error Count', integer, {
    default: 1000,
    status: notYet('the number of errors is not limited'),
    help: 'A job ends after so many files that could not be saved',
  }),
  sdPacketCheck: directive('SD Packet Check', integer, {
    default: 0,
    status: noEffect('every block has a checksum'),
    help: 'Check the connection after so many packets',
  }),
  pkiSignatures: directive('PKI Signatures', yesNo, {
    default: false,
    status: ENCRYPTION,
    help: 'Sign the data of each job',
  }),
  pkiEncryption: directive('PKI Encryption', yesNo, {
    default: false,
    status: refused('this version would save the data without encrypting it'),
    help: 'Encrypt the data on the client',
  }),
  pkiKeyPair: directive('PKI Key Pair', path, {
    status: ENCRYPTION,
    help: 'Certificate and private key of this client (PEM)',
  }),
  pkiMasterKey: directive('PKI Master Key', lines, {
    status: ENCRYPTION,
    help: 'Certificates whose owners can decrypt too',
  }),
  pkiSigner: directive('PKI Signer', lines, {
    status: ENCRYPTION,
    help: 'Certificates whose signatures are trusted',
  }),
  pkiCipher: directive('PKI Cipher', oneOf(['aes128', 'aes192', 'aes256', 'blowfish']), {
    default: 'aes128',
    status: ENCRYPTION,
    help: 'Cipher of the data',
  }),
  pkiDigest: directive('PKI Digest', oneOf(['md5', 'sha1', 'sha256', 'sha512']), {
    status: ENCRYPTION,
    help: 'Digest of the signature',
  }),
  verId: directive('Ver Id', string, {
    status: notYet('no command shows it yet'),
    help: 'Text that is shown with the version',
  }),
  fipsRequire: directive('FIPS Require', yesNo, {
    default: false,
    status: notYet('the cryptographic module is not checked'),
    help: 'Refuse to run without a FIPS-approved cryptographic module',
  }),
  pluginOptions: directive('Plugin Options', string, {
    status: noEffect('bpipe, the one plugin, has none'),
    help: 'Options for plugins',
  }),
  ...TLS,
};

/** A Director that may use this client. */
export const FILE_DAEMON_DIRECTOR = {
  ...DAEMON_DIRECTOR,
  address: directive('Address', address, { help: 'Where to connect to the Director' }),
  dirPort: directive('Dir Port', port, { default: 9101, help: 'At which port' }),
  connectToDirector: directive('Connect To Director', yesNo, {
    default: false,
    help: 'This client connects to the Director and is called over that connection (for clients behind NAT)',
  }),
  schedule: directive('Schedule', reference('Schedule'), { status: CALLING, help: 'When to do so' }),
  reconnectionTime: directive('Reconnection Time', duration, {
    default: 45 * MINUTES,
    help: 'How often to renew that connection while no job uses it',
  }),
  remote: directive('Remote', yesNo, {
    default: false,
    status: REMOTE,
    help: 'A console may reach the Director through this client',
  }),
  console: directive('Console', reference('Console'), { status: REMOTE, help: 'As which console' }),
  maximumBandwidthPerJob: directive('Maximum Bandwidth Per Job', speed, {
    help: 'Fastest a job of this Director may send or take; the smallest such limit holds',
  }),
  disableCommand: directive('Disable Command', stringList, {
    status: CLIENT_LIMITS,
    help: 'Commands refused from this Director',
  }),
  allowedBackupDirectories: directive('Allowed Backup Directories', stringList, {
    status: CLIENT_LIMITS,
    help: 'Only these may be backed up',
  }),
  excludedBackupDirectories: directive('Excluded Backup Directories', stringList, {
    status: CLIENT_LIMITS,
    help: 'These may not be backed up',
  }),
  allowedScriptDirectories: directive('Allowed Script Directories', stringList, {
    status: CLIENT_LIMITS,
    help: 'Only scripts from there are run',
  }),
  allowedRestoreDirectories: directive('Allowed Restore Directories', stringList, {
    status: CLIENT_LIMITS,
    help: 'Files are only restored there',
  }),
  backupJobUser: directive('Backup Job User', string, {
    status: CLIENT_LIMITS,
    help: 'Backups read as this user',
  }),
  restoreJobUser: directive('Restore Job User', string, {
    status: CLIENT_LIMITS,
    help: 'Restores write as this user',
  }),
};

/** When a client calls its Director. */
export const CONNECT_SCHEDULE = {
  ...NAMING,
  connect: directive('Connect', connectLines, {
    help: 'Days and time, as in Run lines of the Director; before them MaxConnectTime, how long to stay',
  }),
  enabled: directive('Enabled', yesNo, { default: true, help: 'No: it does nothing' }),
};

/** As which console a client connects to the Director. */
export const REMOTE_CONSOLE = {
  ...NAMING,
  password: directive('Password', password, {
    required: true,
    help: 'Password of that console',
  }),
  ...TLS,
};
