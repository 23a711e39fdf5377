import { parseArgs } from 'node:util';
import { openTun } from './tun.ts';
import { PacketLine } from './packet-line.ts';

/**
 * `node line-process.ts [--delay MS] [--rate BYTES_PER_SECOND] INTERFACE INTERFACE`: makes two network interfaces and is the line
 * between them, each way. Prints a line when they are there.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { delay: { type: 'string', default: '20' }, rate: { type: 'string' } },
});
const options = { delayMs: Number(values.delay), bytesPerSecond: Number(values.rate ?? Infinity) };
const [near, far] = positionals.map(openTun) as [number, number];
new PacketLine(near, far, options);
new PacketLine(far, near, options);
process.stdout.write('ready\n');
