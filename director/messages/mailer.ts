import { commandWords } from '../../commands/command-words.ts';
import { runCommand } from '../../commands/run-command.ts';
import { substituteCodes, substituteWords, type CodeValues } from '../../commands/substitution.ts';
import type { MessagesResource } from '../../configuration/director-conf.ts';
import type { Destination } from '../../configuration/values/destination.ts';
import { readHostAndPort } from '../../configuration/values/host-and-port.ts';
import { printablePath } from '../../text/printable.ts';
import { MailNotSent } from '../director-errors.ts';
import { readBsmtpCall, type BsmtpCall } from './bsmtp-call.ts';
import type { Login } from './smtp.ts';

/** A mail program, or a mail server, that takes longer is given up. */
const MAILER_TIMEOUT_MS = 60_000;
const SMTP_PORT = 25;

/** What a mail to a destination needs besides its text. */
export interface Letter {
  readonly destination: Destination;
  readonly resource: MessagesResource;
  /** Values of the `%` codes, but `%r`. */
  readonly codes: CodeValues;
  /** A text, or an open file from its beginning. */
  readonly body: string | { readonly fd: number };
}

/**
 * Sends a mail: by the Mail Command (of an operator: the Operator Command) above the destination's line; without one, and
 * when it calls `bsmtp`, to the mail server.
 * @throws MailNotSent, CommandFailed; Error when the command is wrong or ends with another status than 0.
 */
export async function sendLetter(letter: Letter, signal: AbortSignal): Promise<void> {
  const { kind, mailCommand, operatorCommand } = letter.destination;
  const command = kind === 'operator' ? operatorCommand : mailCommand;
  const words = command === undefined ? undefined : commandWords(command);
  const call = words === undefined ? ordinaryCall(letter) : readBsmtpCall(words);
  if (call) await sendToServer(letter, call, signal);
  else await runMailer(letter, words ?? [], signal);
}

/** What a mail looks like that no command describes. */
function ordinaryCall({ destination, resource }: Letter): BsmtpCall {
  const subject =
    destination.kind === 'operator' ? 'Noctule: Intervention needed for %j' : 'Noctule: %t %e of %c %l';
  return { from: resource.mailFrom, subject, cc: [], to: ['%r'] };
}

async function sendToServer(letter: Letter, call: BsmtpCall, signal: AbortSignal): Promise<void> {
  const { destination, resource, body } = letter;
  const codes = { ...letter.codes, r: [...destination.where] };
  const fill = (text: string, values: CodeValues = codes) => substituteCodes(text, values).trim();
  const server = fill(call.server ?? resource.mailServer);
  const at = readHostAndPort(server, SMTP_PORT);
  if (!at) throw new MailNotSent(`"${server}" is not the name of a mail server`);
  // With the mail library, which takes a fifth of a Director's start and is seldom needed.
  const { sendBySmtp } = await import('./smtp.ts');
  await sendBySmtp(
    {
      server: at,
      login: loginFor(call, resource),
      // A mail has one sender: with several recipients, the first.
      from: fill(call.from ?? resource.mailFrom, { ...codes, r: destination.where[0] ?? '' }),
      subject: fill(call.subject ?? ''),
      to: substituteWords(call.to, codes),
      cc: substituteWords(call.cc, codes),
      body,
    },
    AbortSignal.any([signal, AbortSignal.timeout(MAILER_TIMEOUT_MS)]),
  );
}

/** Known to the Mail Server only, and not to one that a command names. */
function loginFor(call: BsmtpCall, resource: MessagesResource): Login | undefined {
  const { mailUser, mailPassword, mailCaCertificateFile } = resource;
  if (call.server !== undefined || mailUser === undefined || mailPassword === undefined) return undefined;
  return { user: mailUser, password: mailPassword, caFile: mailCaCertificateFile };
}

async function runMailer(
  { destination, codes, body }: Letter,
  template: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const words = substituteWords(template, { ...codes, r: [...destination.where] });
  let lastLine = '';
  const status = await runCommand({
    words,
    input: body,
    signal,
    timeoutMs: MAILER_TIMEOUT_MS,
    onLine: (line) => {
      lastLine = printablePath(line);
    },
  });
  if (status !== 0)
    throw new Error(`"${words[0]}" ended with status ${status}${lastLine && `: ${lastLine}`}`);
}
