import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { LongLine } from '../../../bench/link/long-line.ts';
import { canMakeNetworks } from '../../support/client-behind-nat.ts';

/** Connects, sends what is asked for and waits for the end; prints the milliseconds that connecting took. */
const CALLER = `
  const [host, port, bytes] = process.argv.slice(1);
  const startedAt = performance.now();
  const socket = require('node:net').connect(Number(port), host, () => {
    console.log(performance.now() - startedAt);
    socket.end(Buffer.alloc(Number(bytes), 'x'));
  });
  socket.resume();
`;

// It needs root and a kernel with TUN: elsewhere it is skipped.
const canMakeLines = canMakeNetworks() && existsSync('/dev/net/tun');

test.skipIf(!canMakeLines)('a line carries all bytes, none of them before the delay', async () => {
  await using line = await LongLine.open({ delayMs: 30, bytesPerSecond: Infinity });
  let received = 0;
  await using server = createServer((socket: Socket) => {
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
  });
  server.listen(0, line.addresses.here);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const printed = await line.run(process.execPath, [
    '-e',
    CALLER,
    line.addresses.here,
    String(port),
    '5000000',
  ]);
  expect(received).toBe(5_000_000);
  expect(Number(printed)).toBeGreaterThanOrEqual(59); // timers may fire a part of a millisecond early
});
