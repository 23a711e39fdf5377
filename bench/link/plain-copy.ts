import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';

/**
 * `node plain-copy.ts FILE ADDRESS PORT`: sends a file over one connection as `nc` does. Prints the seconds until the other end has
 * all of it.
 */
const [file = '', host = '', port] = process.argv.slice(2);
const startedAt = performance.now();
const socket = connect({ port: Number(port), host, noDelay: true });
socket.resume();
const ended = once(socket, 'close');
await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), socket);
await ended;
process.stdout.write(`${(performance.now() - startedAt) / 1000}\n`);
