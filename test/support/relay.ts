import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';

/** Between two daemons, and lets a test break or hold the line at a known number of bytes. */
export class Relay implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #passedBytes = 0;
  #isHeld = false;
  #isClosed = false;
  readonly #waiting = new Set<{ atBytes: number; act: () => void }>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens at `host` and goes on to 127.0.0.1, by the same port. */
  static async open(host: string, port: number): Promise<Relay> {
    const server = createServer({ allowHalfOpen: true });
    const relay = new Relay(server);
    server.on('connection', (near) => {
      if (relay.#isClosed) near.once('data', () => near.resetAndDestroy());
      else relay.#join(near, connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
    });
    server.listen(port, host);
    await once(server, 'listening');
    return relay;
  }

  get passedBytes(): number {
    return this.#passedBytes;
  }

  /** Breaks all connections when so many more bytes have gone through; resolves then. */
  cutAfter(bytes: number): Promise<void> {
    return this.#after(bytes, () => this.cut());
  }

  /** Lets nothing more through after so many more bytes, until `release`; resolves then. */
  holdAfter(bytes: number): Promise<void> {
    return this.#after(bytes, () => this.freeze());
  }

  /** Lets nothing more through, until `release`, of new connections neither; both ends think that all is well. */
  freeze(): void {
    this.#isHeld = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Resolves when so many more bytes have gone through. */
  passed(bytes: number): Promise<void> {
    return this.#after(bytes, () => undefined);
  }

  /** Resets each new connection at its first byte, until `release`: as a relay does whose daemon is not there yet. */
  closeDoor(): void {
    this.#isClosed = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#isClosed = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** As if a cable was torn and a router said so. New connections are good. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #after(bytes: number, act: () => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const atBytes = this.#passedBytes + bytes;
    this.#waiting.add({
      atBytes,
      act() {
        act();
        resolve();
      },
    });
    return promise;
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause();
        this.#count(bytes.length);
      });
      if (this.#isHeld) from.pause();
      to.on('drain', () => {
        if (!this.#isHeld) from.resume();
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  #count(bytes: number): void {
    this.#passedBytes += bytes;
    for (const waiting of this.#waiting) {
      if (waiting.atBytes > this.#passedBytes) continue;
      this.#waiting.delete(waiting);
      waiting.act();
    }
  }
}
