import { connect, createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { DelayedBytes } from './delayed-bytes.ts';

/**
 * `node delay-relay.ts [--delay MS] [--rate BYTES_PER_SECOND] LISTEN:TARGET ...`: makes a long line out of ports of this machine. What
 * comes in at a LISTEN port goes to the TARGET port, and back, each way later by the delay. Prints `ready` when it listens.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { delay: { type: 'string', default: '20' }, rate: { type: 'string' } },
});
const line = { delayMs: Number(values.delay), bytesPerSecond: Number(values.rate ?? Infinity) };

await Promise.all(
  positionals.map(async (pair) => {
    const [listen, target] = pair.split(':').map(Number);
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => relay(near, target!));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(listen, '127.0.0.1', resolve);
    });
  }),
);
process.stdout.write('ready\n');

function relay(near: Socket, target: number): void {
  const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    const bytes = new DelayedBytes(from, to, line);
    from.on('error', () => bytes.break());
    from.on('close', () => bytes.break());
  }
}
