import { spawnSync } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MailNotSent } from '../../../../director/director-errors.ts';
import { readBsmtpCall } from '../../../../director/messages/bsmtp-call.ts';
import { sendLetter, type Letter } from '../../../../director/messages/mailer.ts';
import {
  HAS_MAIL_SERVER,
  startMailServer,
  type KeptMail,
  type MailServer,
} from '../../../support/mail-server.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;
const directory = scratchDirectory();
const never = new AbortController().signal;

/** A mail for the first destination of a Messages resource with these lines. */
function letter(lines: string, body: Letter['body'] = 'text\n'): Letter {
  const conf = siteConf(directory, { extra: `Messages {\n Name = Test\n${lines}\n}` });
  const resource = named(conf.messages, 'Test');
  const codes = {
    e: 'OK',
    n: 'Gzip',
    j: 'Gzip.2026-11-21_03.42.16_31',
    c: 'büro-fd',
    l: 'Incremental',
    t: 'Backup',
  };
  return { resource, destination: resource.destinations[0]!, codes, body };
}

describe.skipIf(!HAS_MAIL_SERVER)("mail (skipped without Debian's python3-aiosmtpd)", () => {
  let server: MailServer;
  beforeAll(async () => {
    server = await startMailServer(path.join(directory, 'mails'));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function sent(lines: string, body?: Letter['body']): Promise<KeptMail> {
    const before = server.mails().length;
    await sendLetter(letter(`Mail Server = "${server.address}"\n${lines}`, body), never);
    const mails = server.mails();
    expect(mails).toHaveLength(before + 1);
    return mails.at(-1)!;
  }

  test("without a Mail Command goes to the Mail Server, with the subject that Bacula's has", async () => {
    const mail = await sent('mail = root@localhost, ops@example.org = all');
    expect(mail.from).toBe('root@localhost');
    expect(mail.to).toEqual(['root@localhost', 'ops@example.org']);
    expect(mail.headers.get('from')).toBe('Noctule <root@localhost>');
    expect(mail.headers.get('to')).toBe('root@localhost, ops@example.org');
    expect(decodedHeader(mail.headers.get('subject')!)).toBe('Noctule: Backup OK of büro-fd Incremental');
    expect(mail.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(mail.headers.get('date')).toMatch(/\d{4} \d\d:\d\d:\d\d/);
    expect(mail.headers.has('message-id')).toBe(true);
    expect(mail.text.trimEnd()).toBe('text');
  });

  test('to an operator says for which job', async () => {
    const mail = await sent('operator = op = mount', 'Please mount\n');
    expect(mail.headers.get('subject')).toBe('Noctule: Intervention needed for Gzip.2026-11-21_03.42.16_31');
  });

  test("goes to users of the server's own machine, too", async () => {
    const mail = await sent('mail = root = all');
    expect(mail.to).toEqual(['root']);
    expect(mail.from).toBe('root');
  });

  test('has the sender that Mail From names', async () => {
    const mail = await sent('Mail From = "Backups of %c <backup@example.org>"\nmail = root@localhost = all');
    expect(mail.from).toBe('backup@example.org');
    expect(decodedHeader(mail.headers.get('from')!)).toContain('Backups of büro-fd');
  });

  test('keeps what is in the file: UTF-8, a period alone on its line, a line of 5,000 characters', async () => {
    const text = `Größe: 5 µs 🦇\n.\n..\nFrom here\n${'x'.repeat(5_000)}\n\nend = 100%\n`;
    const file = path.join(directory, 'spool');
    await writeFile(file, text);
    await using body = await open(file);
    expect((await sent('mail = root@localhost = all', body)).text.trimEnd()).toBe(text.trimEnd());
  });

  test('that a Mail Command gives to bsmtp goes where its words say, though bsmtp is not there', async () => {
    const bsmtp = `/usr/sbin/bsmtp -h ${server.address} -f \\"\\(Bacula\\) \\<%r\\>\\" -s \\"Bacula: %t %e of %c %l\\" -c boss@example.org %r`;
    const mail = await sent(`mailcommand = "${bsmtp}"\nmail = root@localhost, ops@localhost = all`);
    expect(mail.from).toBe('root@localhost');
    expect(mail.to).toEqual(['root@localhost', 'ops@localhost', 'boss@example.org']);
    expect(mail.headers.get('cc')).toBe('boss@example.org');
    expect(decodedHeader(mail.headers.get('subject')!)).toBe('Bacula: Backup OK of büro-fd Incremental');
  });

  test('has no header of its own making out of a name with line ends', async () => {
    const evil = letter(`Mail Server = "${server.address}"\nmail = root@localhost = all`);
    await sendLetter(
      { ...evil, codes: { ...evil.codes, c: 'x\r\nBcc: thief@example.org\r\n\r\nbody' } },
      never,
    );
    const mail = server.mails().at(-1)!;
    expect(mail.to).toEqual(['root@localhost']);
    expect(mail.headers.has('bcc')).toBe(false);
    expect(mail.text.trimEnd()).toBe('text');
  });

  test('that the server does not take for one of the recipients is said, by name', async () => {
    const some = letter(`Mail Server = "${server.address}"\nmail = root@localhost, no@refused.example = all`);
    await expect(sendLetter(some, never)).rejects.toThrow(
      `the mail server ${server.address} takes no mail for no@refused.example`,
    );
    expect(server.mails().at(-1)!.to).toEqual(['root@localhost']);
    const none = letter(`Mail Server = "${server.address}"\nmail = no@refused.example = all`);
    await expect(sendLetter(none, never)).rejects.toThrow('550 no such user');
  });
});

describe.skipIf(!HAS_MAIL_SERVER || !HAS_OPENSSL)('a mail server that wants a login', () => {
  const [certificateFile, keyFile] = ['server.pem', 'server.key'].map((name) => path.join(directory, name));
  const files = { certificateFile: certificateFile!, keyFile: keyFile! };
  const LOGIN = 'Mail User = backup\nMail Password = "let me in"';
  let plain: MailServer;
  beforeAll(async () => {
    const names = ['-subj', '/CN=mail.test', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile!];
    const made = spawnSync('openssl', [
      'req',
      '-x509',
      '-days',
      '2',
      '-out',
      certificateFile!,
      ...key,
      ...names,
    ]);
    expect(made.status, String(made.stderr)).toBe(0);
    plain = await startMailServer(path.join(directory, 'plain'), { mechanism: 'PLAIN', ...files });
  });
  afterAll(() => plain[Symbol.asyncDispose]());

  const send = (server: MailServer, lines: string) =>
    sendLetter(letter(`Mail Server = "${server.address}"\n${lines}\nmail = root@localhost = all`), never);
  const TRUSTED = `Mail CA Certificate File = "${certificateFile}"`;

  test('gets it after STARTTLS, by PLAIN', async () => {
    await send(plain, `${LOGIN}\n${TRUSTED}`);
    expect(plain.mails()).toHaveLength(1);
  });

  test('gets it by LOGIN where it offers nothing else', async () => {
    await using server = await startMailServer(path.join(directory, 'login'), {
      mechanism: 'LOGIN',
      ...files,
    });
    await send(server, `${LOGIN}\n${TRUSTED}`);
    expect(server.mails()).toHaveLength(1);
  });

  test('and does not like it is said, without the password', async () => {
    const wrong = send(plain, `Mail User = backup\nMail Password = "guessed"\n${TRUSTED}`);
    await expect(wrong).rejects.toThrow(/did not take it: .*535/);
    await expect(wrong).rejects.toMatchObject({ message: expect.not.stringContaining('guessed') as string });
    await expect(send(plain, '')).rejects.toThrow(/did not take it: .*530/);
  });

  test('does not get it when its certificate is not good', async () => {
    await expect(send(plain, LOGIN)).rejects.toThrow(/did not take it: .*self-signed certificate/);
  });

  test('does not get it without TLS', async () => {
    await using open = await startMailServer(path.join(directory, 'open'));
    await expect(send(open, LOGIN)).rejects.toThrow(/did not take it: .*STARTTLS/);
    expect(open.mails()).toEqual([]);
  });

  test('is left with a sentence when the file with certificates is not there', async () => {
    const missing = send(plain, `${LOGIN}\nMail CA Certificate File = "/none.pem"`);
    await expect(missing).rejects.toThrow('the Mail CA Certificate File cannot be read: ENOENT');
  });
});

describe('a mail server', () => {
  test('that is not there is an error that says what to do', async () => {
    const sending = sendLetter(letter('Mail Server = "127.0.0.1:1"\nmail = root@localhost = all'), never);
    await expect(sending).rejects.toThrow(MailNotSent);
    await expect(sending).rejects.toMatchObject({
      message: 'the mail server 127.0.0.1:1 cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
      hint: 'Start a mail server there, or name another one as Mail Server in the Messages resource.',
    });
  });

  test('that falls silent is left when the daemon ends', async () => {
    const stop = new AbortController();
    const silent = createServer((socket) => {
      socket.write('220 here\r\n');
      socket.once('data', () => stop.abort(new Error('The Director is being stopped')));
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const sending = sendLetter(letter(`Mail Server = "127.0.0.1:${port}"\nmail = x = all`), stop.signal);
    await expect(sending).rejects.toThrow('did not take it: The Director is being stopped');
    silent.close();
  });
});

describe('a call of bsmtp', () => {
  test('is read with its codes', () => {
    expect(
      readBsmtpCall(['/usr/sbin/bsmtp', '-h', 'mail:2525', '-f', '(Bacula) <%r>', '-s', 'About %c', '%r']),
    ).toEqual({
      server: 'mail:2525',
      from: '(Bacula) <%r>',
      subject: 'About %c',
      cc: [],
      to: ['%r'],
    });
  });

  test.each([
    ['another program', ['/usr/sbin/sendmail', '-t', '%r']],
    ['an option that is not known here', ['bsmtp', '--unknown', '%r']],
    ['nobody to send to', ['bsmtp', '-s', 'x']],
  ])('is left to the program: %s', (_why, words) => {
    expect(readBsmtpCall(words)).toBeUndefined();
  });
});

/** RFC 2047, as far as it is used here. */
function decodedHeader(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?Q\?(.*?)\?=/gi, (_, quoted: string) =>
      Buffer.from(
        quoted
          .replaceAll('_', ' ')
          .replace(/=([0-9A-F]{2})/g, (__, hex: string) => String.fromCharCode(parseInt(hex, 16))),
        'latin1',
      ).toString('latin1'),
    )
    .replace(/[\u0080-\u00ff]+/g, (bytes) => Buffer.from(bytes, 'latin1').toString('utf8'));
}
