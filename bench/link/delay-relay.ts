import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { DelayedBytes } from './delayed-bytes.ts';

/**
 * `node delay-relay.ts [--delay MS] [--rate BYTES_PER_SECOND] TARGET_PORT ...`: makes a long line out of ports of this machine. Prints a
 * port for each target: what comes in there goes to the target, and back, each way later by the delay.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { delay: { type: 'string', default: '20' }, rate: { type: 'string' } },
});
const line = { delayMs: Number(values.delay), bytesPerSecond: Number(values.rate ?? Infinity) };

const ports = await Promise.all(
  positionals.map(async (target) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) =>
      relay(near, Number(target)),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }),
);
process.stdout.write(`${ports.join(' ')}\n`);

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
