import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { getCACertificates } from 'node:tls';
import { createTransport, type SendMailOptions } from 'nodemailer';
import addressparser from 'nodemailer/lib/addressparser';
import type { HostAndPort } from '../../configuration/values/host-and-port.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { MailNotSent } from '../director-errors.ts';

/** A server that says nothing for so long is given up. */
const SILENCE_MS = 30_000;

/** SMTP with TLS from the first byte (RFC 8314). */
const SUBMISSIONS_PORT = 465;

/** Who sends, where the server wants to know that. */
export interface Login {
  readonly user: string;
  readonly password: string;
  /** File with certificates (PEM) that may vouch for the server, beside the system's own. */
  readonly caFile?: string | undefined;
}

export interface Mail {
  readonly server: HostAndPort;
  readonly login?: Login | undefined;
  /** "Name <user@host>", "(Name) <user@host>" or an address. */
  readonly from: string;
  readonly subject: string;
  /** Addresses; also names of local users, without a host. */
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** A text, or an open file from its beginning. */
  readonly body: string | { readonly fd: number };
}

/**
 * Hands a mail to a mail server by SMTP: encrypted where the server offers that, whatever its certificate. A login is
 * given only to a server whose certificate is good, and over TLS.
 * @throws MailNotSent
 */
export async function sendBySmtp(mail: Mail, signal: AbortSignal): Promise<void> {
  const { host, port } = mail.server;
  const server = `the mail server ${host.includes(':') ? `[${host}]` : host}:${port}`;
  const security = await securityFor(mail);
  const socket = await connectTo(mail.server, server, signal);
  // A signal that has aborted must also end what nodemailer waits for.
  const abort = () => socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  const transport = createTransport({
    host,
    port,
    secure: port === SUBMISSIONS_PORT,
    ...security,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    getSocket: (_options, callback) => callback(null, { connection: socket }),
  });
  try {
    const { rejected } = await transport.sendMail(envelopeOf(mail));
    if (rejected.length > 0) throw new MailNotSent(`${server} takes no mail for ${rejected.join(', ')}`);
  } catch (cause) {
    if (cause instanceof MailNotSent) throw cause;
    const reason = reasonOf(signal.aborted ? signal.reason : cause);
    throw new MailNotSent(`${server} did not take it: ${reason}`, { cause });
  } finally {
    signal.removeEventListener('abort', abort);
    transport.close();
    socket.destroy();
  }
}

/** How nodemailer is to guard the connection. @throws MailNotSent when the file with certificates cannot be read */
async function securityFor({ login }: Mail) {
  if (!login) return { opportunisticTLS: true, tls: { rejectUnauthorized: false } };
  const { user, password, caFile } = login;
  const own = caFile === undefined ? [] : [await readCertificates(caFile)];
  const ca = [...getCACertificates('default'), ...getCACertificates('system'), ...own];
  return { requireTLS: true, tls: { ca }, auth: { user, pass: password } };
}

async function readCertificates(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new MailNotSent(`the Mail CA Certificate File cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** By the system's resolver, and to any address of the host. */
async function connectTo(at: HostAndPort, server: string, signal: AbortSignal): Promise<Socket> {
  const socket = connect(at);
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (cause) {
    socket.destroy();
    throw new MailNotSent(
      `${server} cannot be reached: ${reasonOf(signal.aborted ? signal.reason : cause)}`,
      {
        cause,
        hint: 'Start a mail server there, or name another one as Mail Server in the Messages resource.',
      },
    );
  }
}

function envelopeOf({ from, subject, to, cc, body }: Mail): SendMailOptions {
  const sender = addressOf(from);
  const recipients = to.map(addressOf);
  const copies = cc.map(addressOf);
  return {
    from: sender,
    to: recipients,
    cc: copies,
    envelope: { from: sender.address, to: [...recipients, ...copies].map(({ address }) => address) },
    subject,
    text: typeof body === 'string' ? body : createReadStream('', { fd: body.fd, start: 0, autoClose: false }),
    // Lines of a report may be longer than a mail may have them.
    encoding: 'quoted-printable',
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** A word without a host is a user of the server's own machine. */
function addressOf(text: string): { name: string; address: string } {
  const [parsed] = addressparser(text, { flatten: true });
  return parsed?.address
    ? { name: parsed.name, address: parsed.address }
    : { name: '', address: text.trim() };
}

/** A host that has several addresses fails with an error for each, and no text of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return messageOf(error);
}
