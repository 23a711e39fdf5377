import { connect, type Socket } from 'node:net';
import { DelayedBytes, type Line } from './delayed-bytes.ts';

/** Leads a connection to a port of this machine over such a line. */
export function relay(near: Socket, target: number, line: Line): void {
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
