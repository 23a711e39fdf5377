import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { relay } from './relay.ts';

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
      relay(near, Number(target), line),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }),
);
process.stdout.write(`${ports.join(' ')}\n`);
