import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** Takes what is sent to its port and throws it away: the other end of a plain copy. */
export class PlainSink implements AsyncDisposable {
  readonly #server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    // The sender waits for the end of our side to know that all has arrived.
    socket.resume();
  });

  static async open(): Promise<PlainSink> {
    const sink = new PlainSink();
    sink.#server.listen(0, '127.0.0.1');
    await once(sink.#server, 'listening');
    return sink;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** Sends a file over one connection as `nc` does; seconds until the other end has all of it. */
export async function copyPlainly(file: string, port: number): Promise<number> {
  const startedAt = performance.now();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.resume();
  const ended = once(socket, 'close');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), socket);
  await ended;
  return (performance.now() - startedAt) / 1000;
}
