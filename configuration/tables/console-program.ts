import { directive, noEffect, notYet } from '../directive.ts';
import { address } from '../values/addresses.ts';
import { duration } from '../values/duration.ts';
import { integer, port, yesNo } from '../values/numbers.ts';
import { reference } from '../values/reference.ts';
import { password, path } from '../values/text.ts';
import { NAMING } from './naming.ts';
import { TLS } from './tls.ts';

const KEPT_ALIVE = noEffect('connections are kept alive by the transport');

/** A Director that the console can connect to. */
export const CONSOLE_DIRECTOR = {
  ...NAMING,
  address: directive('Address', address, { required: true, help: 'Host name or address of the Director' }),
  dirPort: directive('Dir Port', port, { default: 9101, help: 'TCP port of the Director' }),
  password: directive('Password', password, {
    required: true,
    help: "Equal to the password in the Director's own resource",
  }),
  heartbeatInterval: directive('Heartbeat Interval', duration, {
    status: KEPT_ALIVE,
    help: 'Keep-alive messages',
  }),
  historyFile: directive('History File', path, { help: 'Where the lines typed are kept' }),
  historyFileSize: directive('History File Size', integer, { default: 100, help: 'How many lines' }),
  ...TLS,
};

/** As which named console to log in; without it, as the default console. */
export const NAMED_CONSOLE = {
  ...NAMING,
  password: directive('Password', password, {
    required: true,
    help: "Equal to the password in the Console resource of the Director's conf",
  }),
  director: directive('Director', reference('Director'), { help: 'Only for this Director' }),
  rcFile: directive('RC File', path, {
    status: notYet('no commands are read at the start'),
    help: 'Commands that are given at the start',
  }),
  heartbeatInterval: directive('Heartbeat Interval', duration, {
    status: KEPT_ALIVE,
    help: 'Keep-alive messages',
  }),
  commCompression: directive('Comm Compression', yesNo, {
    default: true,
    status: noEffect('a console sends little'),
    help: 'Compress what goes over the network',
  }),
  ...TLS,
};
