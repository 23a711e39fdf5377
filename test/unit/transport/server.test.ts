import { once } from 'node:events';
import { connect as http2Connect, type Settings } from 'node:http2';
import { createServer, type AddressInfo } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { relay } from '../../support/delayed-relay.ts';
import { LONG_LINE_WINDOW_BYTES, WINDOW_BYTES } from '../../../transport/limits.ts';
import { encodeIdentity, type Peer } from '../../../transport/peer.ts';
import { preSharedKey } from '../../../transport/pre-shared-key.ts';
import { listen } from '../../../transport/server.ts';
import { connectTo, DIRECTOR, hello, PASSWORD, rejection, startDaemon } from './test-daemon.ts';

const quiet = { serverName: 'x', findSecret: () => undefined, register() {}, onRefused() {} };

describe('a listener', () => {
  it('listens on every address it was given', async () => {
    const loopback = { host: '127.0.0.1', port: 0 };
    await using listener = await listen({ ...quiet, addresses: [loopback, loopback] });
    const [one, two] = listener.addresses;
    expect(one?.port).toBeGreaterThan(0);
    expect(two?.port).not.toBe(one?.port);
  });

  it('takes IPv4 connections on "::", also when both are listed', async () => {
    await using daemon = await startDaemon();
    const { port } = daemon;
    await daemon.listener.close(0);
    const both = [
      { host: '::', port },
      { host: '0.0.0.0', port },
    ];
    for (const addresses of [both.slice(0, 1), both, both.toReversed()]) {
      await using _listener = await listen({ ...quiet, addresses });
      using connection = connectTo(port);
      expect(await rejection(connection.ready(5000))).toMatchObject({ code: 'NET_NAME_REFUSED' });
    }
  });

  it('names port and directive when the port is taken, and lets go of what it had', async () => {
    await using daemon = await startDaemon();
    const taken = { host: '127.0.0.1', port: daemon.port };
    const listening = listen({
      ...quiet,
      addresses: [{ host: '127.0.0.1', port: 0 }, taken],
      portDirective: 'SDPort',
    });
    expect(await rejection(listening)).toMatchObject({
      code: 'NET_CANNOT_LISTEN',
      message: `Cannot listen on 127.0.0.1:${daemon.port}: another program already uses port ${daemon.port}`,
      hint: expect.stringContaining('SDPort') as string,
    });
  });

  it('says which address is not one of this machine', async () => {
    const listening = listen({ ...quiet, addresses: [{ host: '192.0.2.1', port: 0 }] });
    expect(await rejection(listening)).toMatchObject({
      code: 'NET_CANNOT_LISTEN',
      message: expect.stringContaining('192.0.2.1') as string,
    });
  });

  it('lets running calls finish when it closes, and takes no new ones', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const daemon = await startDaemon({
      async hello() {
        asked.resolve();
        await answer.promise;
        return { name: 'still here', version: '', platform: '' };
      },
    });
    using connection = connectTo(daemon.port);
    const running = hello(connection);
    await asked.promise;
    const closed = daemon.listener.close(60_000);
    using late = connectTo(daemon.port);
    expect(await rejection(late.ready(5000))).toMatchObject({ code: 'NET_PEER_UNREACHABLE' });
    answer.resolve();
    expect((await running).name).toBe('still here');
    await closed;
  });

  it('cuts off calls that run on after the grace', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const daemon = await startDaemon({
      async hello({ signal }) {
        asked.resolve(signal);
        await once(signal, 'abort');
        throw signal.reason;
      },
    });
    using connection = connectTo(daemon.port);
    const running = rejection(hello(connection));
    const signal = await asked.promise;
    await daemon.listener.close(20);
    expect(await running).toMatchObject({ code: 'NET_PEER_LOST' });
    expect(signal.reason).toMatchObject({ code: 'NET_CALL_CANCELLED' });
  });

  it('opens a window that a distant sender can fill to the holder of a ticket', async () => {
    expect(await windowsFor({ role: 'ticket', name: '7' })).toEqual({
      stream: WINDOW_BYTES,
      connection: WINDOW_BYTES,
    });
  });

  it('opens a larger window when the answers of the holder of a ticket come from far', async () => {
    expect(await windowsFor({ role: 'ticket', name: '7' }, { delayMs: 20 })).toEqual({
      stream: LONG_LINE_WINDOW_BYTES,
      connection: LONG_LINE_WINDOW_BYTES,
    });
  });

  it('lets no other caller have more under way than sockets hold: both sides would wait for ever', async () => {
    const stream = 65_535; // RFC 9113, section 6.9.2
    expect(await windowsFor(DIRECTOR)).toEqual({ stream, connection: stream });
  });
});

/** What such a caller may send without being asked for more, in bytes. */
async function windowsFor(
  peer: Peer,
  line?: { readonly delayMs: number },
): Promise<{ stream?: number; connection?: number }> {
  await using daemon = await startDaemon({ findSecret: () => PASSWORD });
  await using stack = new AsyncDisposableStack();
  const port = line ? await longLine(stack, daemon.port, line.delayMs) : daemon.port;
  const socket = tlsConnect({
    port,
    host: '127.0.0.1',
    ALPNProtocols: ['h2'],
    minVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_128_GCM_SHA256',
    pskCallback: () => ({ identity: encodeIdentity(peer), psk: preSharedKey(PASSWORD) }),
    checkServerIdentity: () => undefined,
  });
  const session = http2Connect('https://127.0.0.1', { createConnection: () => socket });
  let stream: number | undefined;
  session.on('remoteSettings', (settings: Settings) => (stream = settings.initialWindowSize));
  await once(session, 'remoteSettings');
  // Again, when the server knows how far away this is.
  while (line && stream !== LONG_LINE_WINDOW_BYTES) await once(session, 'remoteSettings');
  for (let i = 0; i < 2; i++) await new Promise((done) => session.ping(done)); // what the server set comes before
  const connection = session.state.remoteWindowSize;
  session.destroy();
  return { stream, connection };
}

/** A port that leads to the other one, each way later by the delay. */
async function longLine(stack: AsyncDisposableStack, target: number, delayMs: number): Promise<number> {
  const line = { delayMs, bytesPerSecond: Infinity };
  const server = createServer({ allowHalfOpen: true }, (near) => relay(near, target, line));
  stack.defer(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}
