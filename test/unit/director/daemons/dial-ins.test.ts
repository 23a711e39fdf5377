import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { Server } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import type { ClientResource } from '../../../../configuration/director-conf.ts';
import type { ClientDirectorResource } from '../../../../configuration/file-daemon-conf.ts';
import { createLog } from '../../../../daemon/log.ts';
import { DialIns } from '../../../../director/daemons/dial-ins.ts';
import { GrpcDaemons } from '../../../../director/daemons/grpc-daemons.ts';
import { reach } from '../../../../transport/reach.ts';
import { DirectorLine } from '../../../../file-daemon/service/director-line.ts';
import {
  FileDaemonServiceService,
  type HelloResponse,
} from '../../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { listen } from '../../../../transport/server.ts';
import { serveUnary } from '../../../../transport/streams.ts';

const SIGNAL = new AbortController().signal;
const CLIENT = { name: 'laptop-fd', password: 'of the pair', allowFdConnections: true } as ClientResource;

/** The Director's half, on a free port. */
async function directorSide(client: () => ClientResource | undefined = () => CLIENT, port = 0) {
  const dialIns = new DialIns({ directorName: 'main-dir', findClient: client });
  const listener = await listen({
    serverName: 'main-dir',
    addresses: [{ host: '127.0.0.1', port }],
    findSecret: () => client() && { password: client()!.password },
    takeOver(socket, { name }) {
      dialIns.accept(socket, name);
      return true;
    },
    register() {},
    onRefused() {},
  });
  return {
    dialIns,
    daemons: new GrpcDaemons('main-dir', dialIns),
    port: listener.addresses[0]!.port,
    async [Symbol.asyncDispose]() {
      dialIns[Symbol.dispose]();
      await listener.close(0);
    },
  };
}

/** The client's half: answers `hello`, and counts the connections it has opened. */
async function clientSide(port: number, reconnectionTime = 3600) {
  const sockets: TLSSocket[] = [];
  const logged: string[] = [];
  const unused = (): never => {
    throw new Error('not part of this test');
  };
  const listener = await listen({
    serverName: 'laptop-fd',
    addresses: [],
    findSecret: () => undefined,
    onRefused: (sentence) => void logged.push(sentence),
    register: (server: Server) =>
      server.addService(FileDaemonServiceService, {
        hello: serveUnary<unknown, HelloResponse>(async (_request, { peer }) => ({
          name: peer.name,
          version: '',
          platform: '',
          clockNs: 0n,
        })),
        ...{ status: unused, backup: unused, restore: unused },
        ...{ setBandwidth: unused, estimate: unused, runScript: unused },
      }),
  });
  const line = new DirectorLine({
    clientName: 'laptop-fd',
    director: {
      name: 'main-dir',
      password: 'of the pair',
      address: '127.0.0.1',
      dirPort: port,
      reconnectionTime,
    } as ClientDirectorResource,
    serve(socket, peer, onCall) {
      sockets.push(socket);
      listener.serve(socket, peer, onCall);
    },
    log: createLog('laptop-fd', 0, (text) => void logged.push(text)),
  });
  return {
    sockets,
    logged,
    async [Symbol.asyncDispose]() {
      line[Symbol.dispose]();
      await listener.close(0);
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(5);
}

describe('clients that connect by themselves', () => {
  it('are called over a connection of their own each time, and open the next when one is used', async () => {
    await using director = await directorSide();
    await using client = await clientSide(director.port);
    using one = director.daemons.client(CLIENT);
    using two = director.daemons.client(CLIENT);
    await Promise.all([
      (async () => {
        await one.ready(10_000, SIGNAL);
        expect((await one.hello(SIGNAL)).name).toBe('main-dir');
      })(),
      (async () => {
        await two.ready(10_000, SIGNAL);
        expect((await two.hello(SIGNAL)).name).toBe('main-dir');
      })(),
    ]);
    await until(() => director.dialIns.has(CLIENT));
    expect(client.sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
    expect(client.logged).toEqual([expect.stringMatching(/Connected to Director "main-dir" at 127/)]);
  });

  it('renew a spare after the Reconnection Time: the older one is ended', async () => {
    await using director = await directorSide();
    await using client = await clientSide(director.port, 0.2);
    await until(() => client.sockets.length >= 3 && client.sockets[0]!.destroyed);
    using link = director.daemons.client(CLIENT);
    await link.ready(10_000, SIGNAL);
    expect((await link.hello(SIGNAL)).name).toBe('main-dir');
  });

  it('that have not come in time are named in the error, with what their conf needs', async () => {
    await using director = await directorSide();
    const told: string[] = [];
    const reached = reach(() => director.daemons.client(CLIENT), {
      timeoutSeconds: 0.05,
      signal: SIGNAL,
      onRetry: async ({ message }) => void told.push(message),
    });
    await expect(reached).rejects.toMatchObject({
      code: 'NET_PEER_NOT_CONNECTED',
      message: expect.stringContaining('Client "laptop-fd" has not connected to the Director') as string,
      hint: expect.stringContaining('Connect To Director = yes') as string,
    });
  });

  it('come back by themselves when the Director was away', async () => {
    const first = await directorSide();
    await using client = await clientSide(first.port);
    await until(() => first.dialIns.has(CLIENT));
    await first[Symbol.asyncDispose]();
    await using director = await directorSide(() => CLIENT, first.port);
    using link = director.daemons.client(CLIENT);
    await link.ready(20_000, SIGNAL);
    expect((await link.hello(SIGNAL)).name).toBe('main-dir');
    expect(client.logged.join('\n')).toMatch(/ended the connection/);
  });

  it('are strangers once their password in the conf is another one', async () => {
    let current: ClientResource | undefined = CLIENT;
    await using director = await directorSide(() => current);
    await using _client = await clientSide(director.port);
    await until(() => director.dialIns.has(CLIENT));
    current = { ...CLIENT, password: 'changed' };
    expect(director.dialIns.has(current)).toBe(false);
    using link = director.daemons.client(current);
    await expect(link.ready(50, SIGNAL)).rejects.toMatchObject({ code: 'NET_PEER_NOT_CONNECTED' });
  });
});
