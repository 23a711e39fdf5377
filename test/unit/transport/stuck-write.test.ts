import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { callIn } from '../../../transport/call-in.ts';
import { endWhenStuck } from '../../../transport/stuck-write.ts';
import { DIRECTOR, PASSWORD, startDaemon } from './test-daemon.ts';

const TICK_MS = 20;

interface RealSocket {
  readonly _handle: {
    readonly writeQueueSize: number;
    readonly _parent: { readonly writeQueueSize: number; readonly bytesWritten: number };
  };
}

/** A TLS socket as Node leaves it, or one that something still goes through. */
class FakeSocket extends EventEmitter {
  readonly _handle: object;
  constructor(tls: number, tcp: number, sent: () => number) {
    super();
    const _parent = {
      writeQueueSize: tcp,
      get bytesWritten(): number {
        return sent();
      },
    };
    this._handle = { writeQueueSize: tls, _parent };
  }
  destroy(error: Error): void {
    this.emit('error', error);
    this.emit('close');
  }
}

it('a write that TLS holds and TCP knows nothing of ends the connection', async () => {
  const socket = new FakeSocket(1_052_410, 0, () => 18_902_775);
  endWhenStuck(socket as unknown as Socket, TICK_MS);
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('the connection broke');
});

it.each<[string, number, number, () => number]>([
  ['on a connection where nothing waits', 0, 0, () => 1],
  ['on a slow line', 1_000_000, 300_000, () => 1],
  ['when it moves between two looks', 1_000_000, 0, () => performance.now()],
])('no write is taken for stuck %s', async (_, tls, tcp, sent) => {
  const socket = new FakeSocket(tls, tcp, sent);
  let failed = false;
  socket.on('error', () => (failed = true));
  endWhenStuck(socket as unknown as Socket, TICK_MS);
  await delay(TICK_MS * 10);
  expect(failed).toBe(false);
  socket.emit('close');
});

it('a real connection whose peer does not read has its bytes in TCP, and stays', async () => {
  const { promise: taken, resolve } = Promise.withResolvers<TLSSocket>();
  await using daemon = await startDaemon({
    takeOver(socket) {
      resolve(socket);
      return true;
    },
  });
  const target = { host: '127.0.0.1', port: daemon.port, secret: PASSWORD, self: DIRECTOR };
  const socket = await callIn(
    { ...target, peerKind: 'Storage daemon', peerName: 'nas-sd' },
    new AbortController().signal,
  );
  const far = await taken;
  far.pause();
  socket.on('error', () => undefined);
  while (socket.writableLength < 1 << 20) {
    socket.write(Buffer.alloc(1 << 20));
    await delay(1);
  }
  endWhenStuck(socket, TICK_MS);
  await delay(TICK_MS * 10);
  const { _handle } = socket as unknown as RealSocket;
  const { writeQueueSize, _parent } = _handle;
  expect(writeQueueSize).toBeGreaterThan(0);
  expect(_parent.writeQueueSize).toBeGreaterThan(0);
  expect(_parent.bytesWritten).toBeGreaterThan(0);
  expect(socket.destroyed).toBe(false);
  socket.destroy();
  far.destroy();
});
