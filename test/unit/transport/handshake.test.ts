import { once } from 'node:events';
import { connect as netConnect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as tlsConnect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { OperatorError } from '../../../errors/operator-error.ts';
import { encodeIdentity } from '../../../transport/peer.ts';
import { preSharedKey } from '../../../transport/pre-shared-key.ts';
import { connectTo, DIRECTOR, hello, PASSWORD, rejection, startDaemon } from './test-daemon.ts';
import { IMPOSTOR_CERTIFICATE, IMPOSTOR_KEY } from './impostor-certificate.ts';

const PSK = {
  ciphers: 'TLS_AES_128_GCM_SHA256',
  minVersion: 'TLSv1.3',
  pskCallback: () => ({ identity: encodeIdentity(DIRECTOR), psk: preSharedKey(PASSWORD) }),
  checkServerIdentity: () => undefined,
} as const;

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function readyError(
  port: number,
  overrides: Parameters<typeof connectTo>[1] = {},
): Promise<OperatorError> {
  using connection = connectTo(port, overrides);
  return (await rejection(connection.ready(2000))) as OperatorError;
}

/** Resolves with the error a TLS client meets, or 'closed'. */
async function fateOf(socket: TLSSocket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  socket.on('close', () => resolve('closed'));
  socket.resume();
  return promise;
}

describe('two sides with the same password', () => {
  it('talk, and the server knows who calls', async () => {
    await using daemon = await startDaemon();
    using connection = connectTo(daemon.port);
    await connection.ready(5000);
    expect(JSON.parse((await hello(connection)).name)).toEqual(DIRECTOR);
    expect(daemon.refusals).toEqual([]);
  });

  it('tell calls of two peers apart, also when they come at the same time', async () => {
    await using daemon = await startDaemon({ findSecret: (peer) => ({ password: `of ${peer.name}` }) });
    const names = ['one', 'two', 'three'];
    const answers = await Promise.all(
      names.map(async (name) => {
        using connection = connectTo(daemon.port, {
          self: { role: 'director', name },
          secret: { password: `of ${name}` },
        });
        return await Promise.all([hello(connection), hello(connection)]);
      }),
    );
    expect(answers.flat().map(({ name }) => (JSON.parse(name) as { name: string }).name)).toEqual(
      names.flatMap((name) => [name, name]),
    );
  });

  it('use TLS 1.3 with a fresh key exchange, so that a password found out later opens no old recording', async () => {
    await using daemon = await startDaemon();
    const socket = tlsConnect({ ...PSK, port: daemon.port, host: '127.0.0.1', ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    expect(socket.getProtocol()).toBe('TLSv1.3');
    expect(socket.getEphemeralKeyInfo()).not.toEqual({});
    socket.destroy();
  });

  it('need only a new password on the server for the next connection to be refused', async () => {
    let password = 'old';
    await using daemon = await startDaemon({ findSecret: () => ({ password }) });
    using before = connectTo(daemon.port, { secret: { password: 'old' } });
    await before.ready(5000);
    password = 'new';
    expect(await readyError(daemon.port, { secret: { password: 'old' } })).toMatchObject({
      code: 'NET_PASSWORD_REFUSED',
    });
  });
});

describe('a peer is told why it is not let in, and so is the log of the server', () => {
  it('wrong password', async () => {
    await using daemon = await startDaemon();
    const error = await readyError(daemon.port, { secret: { password: 'wrong' } });
    expect(error.code).toBe('NET_PASSWORD_REFUSED');
    expect(error.message).toBe(
      `Storage daemon "File" at 127.0.0.1:${daemon.port} refused the password of Director "main-dir"`,
    );
    expect(error.hint).toMatch(
      /Password .*Storage "File" .*Director "main-dir" of the Storage daemon's configuration/,
    );
    expect(daemon.refusals).toEqual([
      expect.stringMatching(
        /^Director "main-dir" at 127\.0\.0\.1 gave a wrong password\. Compare Password in Director/,
      ),
    ]);
  });

  it('unknown name', async () => {
    await using daemon = await startDaemon();
    const error = await readyError(daemon.port, { self: { role: 'director', name: 'other-dir' } });
    expect(error.code).toBe('NET_NAME_REFUSED');
    expect(error.message).toContain('does not know Director "other-dir"');
    expect(daemon.refusals).toEqual([
      expect.stringMatching(
        /^Director "other-dir" at 127\.0\.0\.1 is not known here\. Add a Director resource/,
      ),
    ]);
  });

  it('the same for a console', async () => {
    await using daemon = await startDaemon({
      findSecret: (peer) => (peer.name === 'bart' ? PASSWORD : undefined),
    });
    const asConsole = (name: string) => ({
      self: { role: 'console', name } as const,
      peerKind: 'Director' as const,
    });
    expect((await readyError(daemon.port, asConsole('lisa'))).hint).toContain('Console "lisa"');
    const error = await readyError(daemon.port, { ...asConsole('bart'), secret: { password: 'x' } });
    expect(error.hint).toContain(`Director "File" of the console's configuration`);
    expect(daemon.refusals).toEqual([
      expect.stringContaining('Console "lisa" at 127.0.0.1 is not known here'),
      expect.stringContaining('Console "bart" at 127.0.0.1 gave a wrong password'),
    ]);
  });

  it('the same when a call is made without asking first', async () => {
    await using daemon = await startDaemon();
    using connection = connectTo(daemon.port, { secret: { password: 'wrong' } });
    expect(await rejection(hello(connection))).toMatchObject({ code: 'NET_PASSWORD_REFUSED' });
  });
});

describe('a peer that is not there', () => {
  it('is unreachable when nothing listens, and the hint names the directives', async () => {
    const server = createServer();
    const port = await portOf(server);
    server.close();
    const error = await readyError(port);
    expect(error.code).toBe('NET_PEER_UNREACHABLE');
    expect(error.message).toBe(
      `Storage daemon "File" at 127.0.0.1:${port} cannot be reached: connection refused`,
    );
    expect(error.hint).toContain('Address and SDPort in Storage "File"');
  });

  it('is unreachable when its name does not resolve', async () => {
    const error = await readyError(1, { host: 'no-such-host.invalid' });
    expect(error.code).toBe('NET_PEER_UNREACHABLE');
    expect(error.message).toContain('no-such-host.invalid');
    expect(error.hint).toContain('resolve');
  });

  it('times out when it accepts and says nothing', async () => {
    const server = createServer();
    const port = await portOf(server);
    using connection = connectTo(port);
    expect(await rejection(connection.ready(200))).toMatchObject({ code: 'NET_PEER_TIMEOUT' });
    server.close();
  });

  it('is given up at once when the caller cancels', async () => {
    const server = createServer();
    const port = await portOf(server);
    using connection = connectTo(port);
    const cancelled = new AbortController();
    server.on('connection', () => cancelled.abort(new Error('never mind')));
    expect(await rejection(connection.ready(60_000, cancelled.signal))).toEqual(new Error('never mind'));
    server.close();
  });

  it.each<[string, (socket: Socket) => void]>([
    ['resets', (socket) => socket.resetAndDestroy()],
    ['ends', (socket) => socket.end()],
  ])(
    'is unreachable when it %s the connection in the TLS handshake: it may only just be starting',
    async (_how, end) => {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => end(socket));
      });
      const port = await portOf(server);
      expect(await readyError(port)).toMatchObject({
        code: 'NET_PEER_UNREACHABLE',
        message: `Storage daemon "File" at 127.0.0.1:${port} cannot be reached: the connection was closed during the TLS handshake`,
      });
      server.close();
    },
  );

  it('speaks another protocol when it is another server', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await readyError(await portOf(server))).toMatchObject({ code: 'NET_PROTOCOL' });
    server.close();
  });

  it('is not believed with a certificate in place of the password', async () => {
    const impostor = createTlsServer({
      key: IMPOSTOR_KEY,
      cert: IMPOSTOR_CERTIFICATE,
      ALPNProtocols: ['h2'],
      ciphers: 'TLS_AES_128_GCM_SHA256',
    });
    let reached = false;
    impostor.on('secureConnection', (socket) => {
      socket.on('data', () => (reached = true));
      socket.on('error', () => {});
    });
    impostor.on('tlsClientError', () => {});
    expect(await readyError(await portOf(impostor))).toMatchObject({ code: 'NET_PROTOCOL' });
    expect(reached).toBe(false);
    impostor.close();
  });
});

describe('a server that is met with something else', () => {
  it('survives garbage, half a connection and a port scan, says so, and goes on serving', async () => {
    await using daemon = await startDaemon();
    const strangers = [
      'GET / HTTP/1.1\r\n\r\n',
      'Hello Director bacula-dir calling\n',
      Buffer.alloc(5000, 0x16),
      Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]),
    ];
    for (const bytes of strangers) {
      const socket = netConnect(daemon.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.end(bytes);
      await once(socket, 'close');
    }
    const scan = netConnect(daemon.port, '127.0.0.1');
    await once(scan, 'connect');
    scan.resetAndDestroy();
    using connection = connectTo(daemon.port);
    await hello(connection);
    expect(daemon.refusals).toContainEqual(expect.stringContaining("does not speak Noctule's protocol"));
    expect(daemon.refusals).toContainEqual(expect.stringContaining('was closed before it said who it is'));
    expect(
      daemon.refusals.every((sentence) => sentence.includes('127.0.0.1') || sentence.includes('unknown')),
    ).toBe(true);
  });

  it('lets in nobody without a key, with TLS 1.2, or without HTTP/2', async () => {
    await using daemon = await startDaemon();
    const target = { port: daemon.port, host: '127.0.0.1', ALPNProtocols: ['h2'] };
    const { pskCallback } = PSK;
    const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'PSK', pskCallback } as const;
    const fates = await Promise.all([
      fateOf(tlsConnect({ ...target, rejectUnauthorized: false })),
      fateOf(tlsConnect({ ...target, ...tls12 })),
      fateOf(tlsConnect({ ...target, ...PSK, ALPNProtocols: ['http/1.1'] })),
      fateOf(tlsConnect({ ...target, ...PSK, ALPNProtocols: [] })),
    ]);
    expect(fates).toEqual([
      expect.stringContaining('ALERT_HANDSHAKE_FAILURE'),
      expect.stringContaining('ALERT_PROTOCOL_VERSION'),
      expect.stringContaining('ALERT_NO_APPLICATION_PROTOCOL'),
      'closed',
    ]);
  });

  it('does not take a session from before for a proof: it says nothing about who resumes it', async () => {
    await using daemon = await startDaemon();
    const target = { ...PSK, port: daemon.port, host: '127.0.0.1', ALPNProtocols: ['h2'] };
    const first = tlsConnect(target);
    const tickets: Buffer[] = [];
    first.on('session', (ticket) => tickets.push(ticket));
    first.resume();
    using connection = connectTo(daemon.port); // by the time it is served, `first` has been sent its tickets
    await hello(connection);
    first.destroy();
    expect(tickets).not.toEqual([]);
    const { pskCallback: _, ...withoutKey } = target;
    for (const session of tickets) {
      const socket = tlsConnect({ ...withoutKey, session, rejectUnauthorized: false });
      expect(await fateOf(socket)).toContain('ALERT_HANDSHAKE_FAILURE');
    }
  });
});
