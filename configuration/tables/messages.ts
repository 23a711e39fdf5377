import { directive } from '../directive.ts';
import {
  commandForLinesBelow,
  destination,
  destinationLines,
  type Destination,
} from '../values/destination.ts';
import type { BlockType } from '../value-type.ts';
import { hostAndPort } from '../values/host-and-port.ts';
import { password, path, string } from '../values/text.ts';
import { NAMING } from './naming.ts';

/** Prints what the destination lines have added up to, each below the command that holds for it. */
const allDestinations: BlockType<readonly Destination[]> = {
  form: 'block',
  title: 'destination lines',
  example: '',
  repeated: 'adds',
  equals: 'unwanted',
  read: () => undefined,
  print: (_name, value) => destinationLines(value),
};

/** Where messages go. A message goes to every destination that lists its type. */
export const MESSAGES = {
  ...NAMING,
  mailServer: directive('Mail Server', hostAndPort, {
    default: 'localhost',
    help: 'Where mails go that no command sends, by SMTP: port 25 when none is named, TLS from the first byte at 465',
  }),
  mailUser: directive('Mail User', string, {
    help: 'Login at the Mail Server, with Mail Password; then only over TLS, and the certificate has to be good',
  }),
  mailPassword: directive('Mail Password', password, { help: 'Password of Mail User' }),
  mailCaCertificateFile: directive('Mail CA Certificate File', path, {
    help: "Certificates (PEM) that may vouch for the Mail Server, beside the system's own; for a login only",
  }),
  mailFrom: directive('Mail From', string, {
    default: 'Noctule <%r>',
    help: 'Sender of these mails; % codes as in a command, %r being the first recipient',
  }),
  mailCommand: directive('Mail Command', commandForLinesBelow('mailCommand'), {
    into: 'destinations',
    help: 'Program that sends a mail; holds for the mail lines below it. Without it, and instead of bsmtp, Noctule sends the mail itself',
  }),
  operatorCommand: directive('Operator Command', commandForLinesBelow('operatorCommand'), {
    into: 'destinations',
    help: 'The same for operator lines below it',
  }),
  stdout: directive('stdout', destination('stdout'), {
    into: 'destinations',
    help: 'Standard output of the daemon',
  }),
  stderr: directive('stderr', destination('stderr'), {
    into: 'destinations',
    help: 'Standard error of the daemon',
  }),
  console: directive('console', destination('console'), {
    into: 'destinations',
    help: 'Kept for the console command messages',
  }),
  syslog: directive('syslog', destination('syslog'), {
    into: 'destinations',
    help: 'System log, facility daemon when none is named',
  }),
  catalog: directive('catalog', destination('catalog'), {
    into: 'destinations',
    help: 'Log table of the catalog: list joblog',
  }),
  director: directive('director', destination('director'), {
    into: 'destinations',
    help: 'To the Director of that name (from the other daemons)',
  }),
  file: directive('file', destination('file'), {
    into: 'destinations',
    help: 'Into a file, which is begun anew',
  }),
  append: directive('append', destination('append'), { into: 'destinations', help: 'To the end of a file' }),
  mail: directive('mail', destination('mail'), {
    into: 'destinations',
    help: 'By mail at the end of the job',
  }),
  mailOnError: directive('mailonerror', destination('mailonerror'), {
    into: 'destinations',
    help: 'By mail, only when the job did not end well',
  }),
  mailOnSuccess: directive('mailonsuccess', destination('mailonsuccess'), {
    into: 'destinations',
    help: 'By mail, only when the job ended well',
  }),
  operator: directive('operator', destination('operator'), {
    into: 'destinations',
    help: 'One mail for each message, at once',
  }),
  destinations: directive('destinations', allDestinations, {
    isInternal: true,
    help: 'All of them in order',
  }),
};
