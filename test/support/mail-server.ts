import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PYTHON = '/usr/bin/python3';

/** Debian's python3-aiosmtpd. */
export const HAS_MAIL_SERVER = spawnSync(PYTHON, ['-c', 'import aiosmtpd']).status === 0;

/** A mail server that keeps what it is given, but for recipients of the host "refused.example". */
const PROGRAM = `
import asyncio, logging, ssl, sys, warnings
logging.disable()
warnings.simplefilter('ignore')
from aiosmtpd.smtp import SMTP, AuthResult
count = 0
class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.endswith('@refused.example'):
            return '550 no such user'
        envelope.rcpt_tos.append(address)
        return '250 OK'
    async def handle_DATA(self, server, session, envelope):
        global count
        count += 1
        with open(f'{sys.argv[1]}/{count:04}.part', 'wb') as f:
            f.write(f'{envelope.mail_from}\\n{",".join(envelope.rcpt_tos)}\\n'.encode() + envelope.content)
        import os
        os.rename(f'{sys.argv[1]}/{count:04}.part', f'{sys.argv[1]}/{count:04}.mail')
        return '250 OK'
def login(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b'backup', b'let me in'), handled=False)
def serve():
    if sys.argv[3] == '-':
        return SMTP(Keep())
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(sys.argv[3], sys.argv[4])
    others = [name for name in ('PLAIN', 'LOGIN') if name != sys.argv[5]]
    return SMTP(Keep(), tls_context=tls, require_starttls=True, auth_required=True, authenticator=login, auth_exclude_mechanism=others)
async def main():
    server = await asyncio.get_running_loop().create_server(serve, '127.0.0.1', int(sys.argv[2]))
    print('ready', flush=True)
    await server.serve_forever()
asyncio.run(main())
`;

export interface KeptMail {
  /** Of the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  /** By lower-case name, unfolded. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decoded. */
  readonly text: string;
}

export interface MailServer extends AsyncDisposable {
  /** "127.0.0.1:PORT". */
  readonly address: string;
  /** What has come, in order. */
  mails(): KeptMail[];
}

/** What a mail server wants before it takes a mail: STARTTLS, and a login as "backup" with "let me in". */
export interface MailLogin {
  readonly mechanism: 'PLAIN' | 'LOGIN';
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Starts a real mail server on a free port; it keeps its mails in `directory`. */
export async function startMailServer(directory: string, login?: MailLogin): Promise<MailServer> {
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const wanted = login ? [login.certificateFile, login.keyFile, login.mechanism] : ['-', '-', '-'];
  const server = spawn(PYTHON, ['-c', PROGRAM, directory, String(port), ...wanted], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  await Promise.race([
    new Promise((resolve) => server.stdout.once('data', resolve)),
    ended.then(() => Promise.reject(new Error('The mail server does not start'))),
  ]);
  return {
    address: `127.0.0.1:${port}`,
    mails: () =>
      readdirSync(directory)
        .filter((name) => name.endsWith('.mail'))
        .sort()
        .map((name) => readMail(readFileSync(join(directory, name), 'latin1'))),
    [Symbol.asyncDispose]: async () => {
      server.kill();
      await ended;
    },
  };
}

/** Resolves with the mails when there are so many. */
export async function mailsArrived(server: MailServer, count: number): Promise<KeptMail[]> {
  for (;;) {
    const mails = server.mails();
    if (mails.length >= count) return mails;
    await delay(50);
  }
}

function readMail(text: string): KeptMail {
  const [from = '', to = '', ...rest] = text.replaceAll('\r\n', '\n').split('\n');
  const mail = rest.join('\n');
  const split = mail.indexOf('\n\n');
  const headers = new Map(
    mail
      .slice(0, split)
      .replace(/\n[ \t]+/g, ' ')
      .split('\n')
      .map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
  );
  return { from, to: to.split(','), headers, text: unquoted(mail.slice(split + 2)) };
}

/** Quoted-printable, in UTF-8. */
function unquoted(text: string): string {
  const bytes = text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
