import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { DelayedBytes, type Line } from '../../support/delayed-bytes.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** Both ends of a connection on this machine. */
async function connection(): Promise<[near: Socket, far: Socket]> {
  const server = createServer({ allowHalfOpen: true });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
  const [far] = (await once(server, 'connection')) as [Socket];
  return [near, far];
}

async function sentOver(line: Line, bytes: Buffer): Promise<{ received: Buffer; milliseconds: number }> {
  const [sender, atRelay] = await connection();
  const [fromRelay, receiver] = await connection();
  new DelayedBytes(atRelay, fromRelay, line);
  const startedAt = performance.now();
  sender.end(bytes);
  const received = await buffer(receiver);
  const milliseconds = performance.now() - startedAt;
  for (const socket of [sender, atRelay, fromRelay, receiver]) socket.destroy();
  return { received, milliseconds };
}

test('all bytes come out in order and then the end, none of them before the delay', async () => {
  const bytes = randomBytes(5_000_000);
  const { received, milliseconds } = await sentOver({ delayMs: 60, bytesPerSecond: Infinity }, bytes);
  expect(received.equals(bytes)).toBe(true);
  expect(milliseconds).toBeGreaterThanOrEqual(59); // timers may fire a part of a millisecond early
});

test('a line with a rate carries no more than that, and holds the sender back meanwhile', async () => {
  const bytes = randomBytes(4_000_000);
  const { received, milliseconds } = await sentOver({ delayMs: 5, bytesPerSecond: 20e6 }, bytes);
  expect(received.equals(bytes)).toBe(true);
  expect(milliseconds).toBeGreaterThanOrEqual(199);
});
