import { once } from 'node:events';
import { connect, createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import {
  createServer as createTcpServer,
  connect as tcpConnect,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { describe, expect, it } from 'vitest';
import { endWhenSilent, sendHeartbeats } from '../../../transport/heartbeat.ts';

const TICK_MS = 20;

async function portOf(server: Http2Server | Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a connection without calls', () => {
  it('stays while the server pings, on both sides', async () => {
    const server = createServer();
    const port = await portOf(server);
    const socket = tcpConnect(port, '127.0.0.1');
    const client = connect(`http://127.0.0.1:${port}`, { createConnection: () => socket });
    const sides = [socket];
    server.on('connection', (accepted: Socket) => sides.push(accepted));
    const [session] = (await once(server, 'session')) as [ServerHttp2Session];
    sendHeartbeats(session, TICK_MS);
    for (const side of sides) endWhenSilent(side, TICK_MS);
    for (let pings = 0; pings < 15; pings++) await once(client, 'ping');
    expect(sides.map((side) => side.destroyed)).toEqual([false, false]);
    client.destroy();
    server.close();
  });

  it('is given up when nothing comes from the peer any more', async () => {
    const server = createTcpServer((socket) => socket.write('hello')); // and then never again
    const socket = tcpConnect(await portOf(server), '127.0.0.1');
    socket.resume();
    endWhenSilent(socket, TICK_MS);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('nothing came from the peer');
    server.close();
  });
});
