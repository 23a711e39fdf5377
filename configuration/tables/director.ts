import { directive, noEffect, notYet } from '../directive.ts';
import { address, addresses } from '../values/addresses.ts';
import { duration } from '../values/duration.ts';
import { integer, port, positiveInteger, yesNo } from '../values/numbers.ts';
import { reference } from '../values/reference.ts';
import { directory, password, path, string } from '../values/text.ts';
import { NAMING } from './naming.ts';
import { TLS } from './tls.ts';

const MINUTES = 60;
const DAYS = 86_400;

/** The Director itself: exactly one. */
export const DIRECTOR = {
  ...NAMING,
  password: directive('Password', password, {
    required: true,
    help: 'Password of the default console, which may do everything',
  }),
  messages: directive('Messages', reference('Messages'), {
    help: 'Where messages of the Director itself go (default: the first Messages resource)',
  }),
  dirPort: directive('Dir Port', port, { default: 9101, help: 'TCP port for consoles' }),
  dirAddress: directive('Dir Address', address, { help: 'Address to listen on (default: all)' }),
  dirAddresses: directive('Dir Addresses', addresses, { help: 'Several addresses and ports to listen on' }),
  dirSourceAddress: directive('Dir Source Address', address, {
    status: notYet('outgoing connections use the address that the system chooses'),
    help: 'Source address of outgoing connections',
  }),
  queryFile: directive('Query File', path, {
    required: true,
    help: 'SQL menu of the console command query',
  }),
  workingDirectory: directive('Working Directory', directory, {
    required: true,
    help: 'State of the daemon: catalog, waiting messages, log',
  }),
  pidDirectory: directive('Pid Directory', directory, { required: true, help: 'Where the pid file lies' }),
  subsysDirectory: directive('Subsys Directory', path, {
    status: noEffect('nothing is kept there'),
    help: 'Lock directory of old init systems',
  }),
  pluginDirectory: directive('Plugin Directory', path, {
    status: noEffect('the Director has no plugins'),
    help: 'Plugins of the Director',
  }),
  scriptsDirectory: directive('Scripts Directory', path, {
    status: noEffect('scripts are named by their path'),
    help: 'Where scripts lie',
  }),
  maximumConcurrentJobs: directive('Maximum Concurrent Jobs', positiveInteger, {
    default: 20,
    help: 'Jobs that run at once',
  }),
  maximumConsoleConnections: directive('Maximum Console Connections', positiveInteger, {
    default: 20,
    help: 'Consoles that may be connected at once',
  }),
  maximumReloadRequests: directive('Maximum Reload Requests', positiveInteger, {
    default: 32,
    status: noEffect('old confs are kept as long as a job uses them'),
    help: 'Old confs that are kept while jobs use them',
  }),
  fdConnectTimeout: directive('FD Connect Timeout', duration, {
    default: 3 * MINUTES,
    help: 'How long to try to reach a client',
  }),
  sdConnectTimeout: directive('SD Connect Timeout', duration, {
    default: 30 * MINUTES,
    help: 'How long to try to reach a storage daemon',
  }),
  heartbeatInterval: directive('Heartbeat Interval', duration, {
    default: 5 * MINUTES,
    status: noEffect('connections are kept alive by the transport'),
    help: 'Interval of keep-alive messages',
  }),
  statisticsRetention: directive('Statistics Retention', duration, {
    default: 5 * 12 * 31 * DAYS,
    status: notYet('job statistics are not kept yet'),
    help: 'How long rows of the job statistics are kept',
  }),
  eventsRetention: directive('Events Retention', duration, {
    default: 30 * DAYS,
    status: notYet('events are not kept yet'),
    help: 'How long events are kept in the catalog',
  }),
  autoPrune: directive('Auto Prune', yesNo, {
    default: true,
    help: 'Master switch for pruning by itself',
  }),
  catalog: directive('Catalog', reference('Catalog'), {
    status: noEffect('there is one catalog'),
    help: 'Catalog for events of the Director',
  }),
  verId: directive('Ver Id', string, {
    status: notYet('the version command does not show it yet'),
    help: 'Text that the command version shows',
  }),
  commCompression: directive('Comm Compression', yesNo, {
    default: true,
    status: noEffect('file data is compressed before it is sent'),
    help: 'Compress what goes over the network',
  }),
  malwareDatabaseCommand: directive('Malware Database Command', string, {
    status: notYet('backups are not scanned for malware'),
    help: 'Fetches a list of known malware',
  }),
  customerId: directive('Customer Id', string, {
    status: noEffect('there are no subscriptions'),
    help: 'Identity of a subscription',
  }),
  fipsRequire: directive('FIPS Require', yesNo, {
    default: false,
    status: notYet('the cryptographic module is not checked'),
    help: 'Refuse to run without a FIPS-approved cryptographic module',
  }),
  ...TLS,
};

/** Where the catalog lies. The product keeps its own database; only the name matters. */
const OWN_DATABASE = noEffect('the catalog is a database of its own in the Working Directory');

export const CATALOG = {
  ...NAMING,
  dbName: directive('DB Name', string, {
    required: true,
    status: OWN_DATABASE,
    help: 'Name of the database',
  }),
  dbUser: directive('DB User', string, {
    aliases: ['User'],
    status: OWN_DATABASE,
    help: 'User of the database',
  }),
  dbPassword: directive('DB Password', string, {
    aliases: ['Password'],
    status: OWN_DATABASE,
    help: 'Password of that user',
  }),
  dbAddress: directive('DB Address', string, {
    aliases: ['Address'],
    status: OWN_DATABASE,
    help: 'Host of the database server',
  }),
  dbPort: directive('DB Port', integer, { status: OWN_DATABASE, help: 'Port of the database server' }),
  dbSocket: directive('DB Socket', string, { status: OWN_DATABASE, help: 'Socket of the database server' }),
  dbDriver: directive('DB Driver', string, { status: OWN_DATABASE, help: 'Kind of database' }),
  dbSslMode: directive('DB SSL Mode', string, { status: OWN_DATABASE, help: 'TLS to the database server' }),
  dbSslKey: directive('DB SSL Key', string, { status: OWN_DATABASE, help: 'Key for it' }),
  dbSslCert: directive('DB SSL Cert', string, { status: OWN_DATABASE, help: 'Certificate for it' }),
  dbSslCa: directive('DB SSL CA', string, { status: OWN_DATABASE, help: 'Authority for it' }),
  dbSslCaPath: directive('DB SSL CA Path', string, {
    status: OWN_DATABASE,
    help: 'Directory of authorities',
  }),
  multipleConnections: directive('Multiple Connections', yesNo, {
    status: OWN_DATABASE,
    help: 'Several connections to the database server',
  }),
  disableBatchInsert: directive('Disable Batch Insert', yesNo, {
    default: false,
    status: OWN_DATABASE,
    help: 'Insert file records one by one',
  }),
};

/** A number that Label Format can use and count up. */
export const COUNTER = {
  ...NAMING,
  minimum: directive('Minimum', integer, { default: 0, help: 'First value' }),
  maximum: directive('Maximum', integer, {
    default: 2_147_483_647,
    help: 'Last value before it wraps',
  }),
  wrapCounter: directive('Wrap Counter', reference('Counter'), {
    help: 'Counter that is counted up when this one wraps',
  }),
  catalog: directive('Catalog', reference('Catalog'), {
    status: noEffect('every Counter is kept in the catalog'),
    help: 'Keep the value in the catalog',
  }),
};
