import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Takes what is sent to its port and throws it away: the other end of a plain copy. */
export class PlainSink implements AsyncDisposable {
  readonly #server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    // The sender waits for the end of our side to know that all has arrived.
    socket.resume();
  });

  static async open(address: string): Promise<PlainSink> {
    const sink = new PlainSink();
    sink.#server.listen(0, address);
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
