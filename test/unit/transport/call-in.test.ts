import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  StorageDaemonServiceClient,
  type AppendRequest,
  type AppendResponse,
} from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { callIn, type Target } from '../../../transport/call-in.ts';
import { connectOver, type Connection } from '../../../transport/channel.ts';
import { receiveAll, StreamWriter } from '../../../transport/streams.ts';
import { DIRECTOR, hello, rejection, startDaemon, type Behaviour } from './test-daemon.ts';

const SECRET = { password: 'of the pair' };
const SIGNAL = new AbortController().signal;

function targetAt(port: number): Target {
  return {
    host: '127.0.0.1',
    port,
    self: { role: 'client', name: 'laptop-fd' },
    peerKind: 'Director',
    peerName: 'main-dir',
    secret: SECRET,
  };
}

/** A daemon that is connected to, and calls the one that did. */
async function startCaller() {
  const { promise: taken, resolve } = Promise.withResolvers<TLSSocket>();
  const daemon = await startDaemon({
    findSecret: ({ role, name }) => (role === 'client' && name === 'laptop-fd' ? SECRET : undefined),
    takeOver(socket, peer) {
      expect(peer).toEqual({ role: 'client', name: 'laptop-fd' });
      resolve(socket);
      return true;
    },
  });
  return { daemon, taken };
}

async function connectedPair(behaviour: Behaviour = {}, onCall?: () => void) {
  const parts = new AsyncDisposableStack();
  const { daemon, taken } = await startCaller();
  parts.use(daemon);
  const served = parts.use(await startDaemon(behaviour));
  const socket = await callIn(targetAt(daemon.port), SIGNAL);
  served.listener.serve(socket, DIRECTOR, onCall);
  const connection: Connection<StorageDaemonServiceClient> = parts.use(
    connectOver(StorageDaemonServiceClient, await taken, {
      host: '127.0.0.1',
      port: socket.localPort ?? 0,
      connectedByItself: true,
      self: DIRECTOR,
      peerKind: 'File daemon',
      peerName: 'laptop-fd',
    }),
  );
  return { connection, socket, served, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

describe('a peer that connects by itself', () => {
  it('is called on its own connection, and knows who calls', async () => {
    let calls = 0;
    await using pair = await connectedPair({}, () => void (calls += 1));
    await pair.connection.ready(5000);
    expect(calls).toBe(0);
    expect(JSON.parse((await hello(pair.connection)).name)).toEqual(DIRECTOR);
    expect(JSON.parse((await hello(pair.connection)).name)).toEqual(DIRECTOR);
    expect(calls).toBe(2);
  });

  it('takes streams both ways, longer than any window', async () => {
    const reason = 'x'.repeat(1 << 20);
    await using pair = await connectedPair({
      async append(messages, writer) {
        for await (const { command } of messages) {
          if (command?.$case !== 'abort') continue;
          const counts = { files: 0, memberBytes: 0, errors: 0 };
          const value = { status: 'E', reason: command.value.reason, ...counts };
          await writer.write({ event: { $case: 'finished', value } });
        }
      },
    });
    await pair.connection.ready(5000);
    const call = pair.connection.client.append();
    const events = receiveAll<AppendResponse>(call, SIGNAL);
    const writer = new StreamWriter<AppendRequest>(call);
    const sent = (async () => {
      for (let i = 0; i < 40; i++) await writer.write({ command: { $case: 'abort', value: { reason } } });
      writer.end();
    })();
    let received = 0;
    for await (const { event } of events) {
      if (event?.$case === 'finished') received += event.value.reason.length;
    }
    await sent;
    expect(received).toBe(40 << 20);
  });

  it('is lost with its connection: nothing is connected anew, and the error names it', async () => {
    await using pair = await connectedPair();
    await pair.connection.ready(5000);
    pair.socket.destroy();
    expect(await rejection(hello(pair.connection))).toMatchObject({
      message: expect.stringContaining('File daemon "laptop-fd" (connected from 127.0.0.1)') as string,
    });
    expect(await rejection(hello(pair.connection))).toMatchObject({
      code: expect.stringMatching(/^NET_PEER_/) as string,
    });
  });

  it('with a wrong password is refused, with a sentence on both sides', async () => {
    const { daemon } = await startCaller();
    await using _daemon = daemon;
    const target = { ...targetAt(daemon.port), secret: { password: 'wrong' } };
    const error = await rejection(callIn(target, SIGNAL));
    expect(error).toMatchObject({
      code: 'NET_PASSWORD_REFUSED',
      message: `Director "main-dir" at 127.0.0.1:${daemon.port} refused the password of Client "laptop-fd"`,
      hint: expect.stringMatching(
        /Director "main-dir" of the client's configuration .*Client "laptop-fd"/,
      ) as string,
    });
    expect(daemon.refusals).toEqual([
      expect.stringMatching(/^Client "laptop-fd" at 127\.0\.0\.1 gave a wrong password\. Compare Password/),
    ]);
  });

  it('that the Director does not expect is refused, with the directive that is missing', async () => {
    const { daemon } = await startCaller();
    await using _daemon = daemon;
    const target = { ...targetAt(daemon.port), self: { role: 'client', name: 'stranger' } } as const;
    expect(await rejection(callIn(target, SIGNAL))).toMatchObject({ code: 'NET_NAME_REFUSED' });
    expect(daemon.refusals[0]).toMatch(
      /Client "stranger" at .* may not connect here.*Allow FD Connections = yes/,
    );
  });

  it('says so when nobody listens, and ends at once when it is told to', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stop = new AbortController();
    const waiting = rejection(callIn(targetAt(port), stop.signal)); // nobody answers its handshake
    await once(server, 'connection');
    stop.abort(new Error('stopped'));
    expect(await waiting).toMatchObject({ message: 'stopped' });
    await new Promise((resolve) => server.close(resolve));
    expect(await rejection(callIn(targetAt(port), SIGNAL))).toMatchObject({ code: 'NET_PEER_UNREACHABLE' });
  });
});
