import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { FetchRequest } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { openFetch, openStore, releaseMember, type MemberWriter } from '../../../transport/bulk.ts';
import { MESSAGE_BYTES_MAX, WINDOW_BYTES } from '../../../transport/limits.ts';
import type { CallContext } from '../../../transport/streams.ts';
import { connectTo, hello, rejection, startDaemon } from './test-daemon.ts';

const MIB = 1024 * 1024;
const never = (): AbortSignal => new AbortController().signal;

/** What may be under way to a receiver that does not read: the window, grpc-js's 16 messages, and some in buffers. */
const UNDER_WAY_MAX = WINDOW_BYTES + 16 * MIB + 8 * MIB;

/** Calls `step` until one call takes longer than a stall would need, or `limit` is reached; returns how often. */
async function untilStalled(
  step: () => Promise<unknown>,
  limit: number,
): Promise<{ done: number; last: Promise<unknown> }> {
  for (let done = 0; done < limit; done++) {
    const last = step();
    if ((await Promise.race([last.then(() => 'went on'), delay(400, 'stalled')])) === 'stalled')
      return { done, last };
  }
  throw new Error('never held back');
}

describe('Store', () => {
  it('carries members of any size unchanged and brings back the reply', async () => {
    const sizes = [1, 17, 65_536, MIB + 5, 2 * MIB];
    const received: Buffer[] = [];
    await using daemon = await startDaemon({
      bulk: {
        async store(members) {
          for await (const member of members) received.push(Buffer.from(member));
          return { complete: true, reason: 'all here' };
        },
      },
    });
    using connection = connectTo(daemon.port);
    const store = openStore(connection, never());
    const sent = sizes.map((size, i) => Buffer.alloc(size, `member ${i}`));
    const reused = Buffer.alloc(2 * MIB);
    for (const member of sent) {
      member.copy(reused);
      await store.write(reused.subarray(0, member.length));
      reused.fill(0); // a write that has resolved gives the buffer back
    }
    expect(await store.finish()).toEqual({ complete: true, reason: 'all here' });
    expect(received.map((member) => member.length)).toEqual(sizes);
    expect(received.every((member, i) => member.equals(sent[i] as Buffer))).toBe(true);
  });

  it('holds a sender back while the receiver does not read, in flat memory, and goes on afterwards', async () => {
    const gate = Promise.withResolvers<void>();
    await using daemon = await startDaemon({
      bulk: {
        async store(members) {
          let bytes = 0;
          for await (const member of members) {
            await gate.promise;
            bytes += member.length;
          }
          return { complete: true, reason: String(bytes) };
        },
      },
    });
    using connection = connectTo(daemon.port);
    const store = openStore(connection, never());
    const member = Buffer.alloc(MIB);
    const before = process.memoryUsage().arrayBuffers;
    const { done, last } = await untilStalled(() => store.write(member), 200);
    expect(done * MIB).toBeLessThan(UNDER_WAY_MAX);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * UNDER_WAY_MAX);
    gate.resolve();
    await last;
    expect(await store.finish()).toEqual({ complete: true, reason: String((done + 1) * MIB) });
  });

  it('that the receiver ends early stops the sender and keeps the reply', async () => {
    await using daemon = await startDaemon({
      bulk: {
        async store(members) {
          for await (const _member of members) break;
          return { complete: false, reason: 'the disk is full' };
        },
      },
    });
    using connection = connectTo(daemon.port);
    const store = openStore(connection, never());
    const sending = (async () => {
      for (;;) await store.write(Buffer.alloc(MIB));
    })();
    expect(await rejection(sending)).toMatchObject({ code: 'NET_ENDED_EARLY' });
    const failed = await rejection(store.failed);
    expect(failed).toMatchObject({
      code: 'NET_ENDED_EARLY',
      message: expect.stringContaining('the disk is full') as string,
    });
    expect(await store.finish()).toEqual({ complete: false, reason: 'the disk is full' });
  });

  it('that was ended or cancelled early leaves the connection good for the next one', async () => {
    await using daemon = await startDaemon({
      bulk: {
        async store(members) {
          let count = 0;
          for await (const member of members) {
            if (member[0] === 1) break;
            count++;
          }
          return { complete: true, reason: String(count) };
        },
      },
    });
    using connection = connectTo(daemon.port);
    for (let i = 0; i < 4; i++) {
      const abort = new AbortController();
      const store = openStore(connection, abort.signal);
      const sending = (async () => {
        for (;;) await store.write(Buffer.alloc(MIB, 1));
      })();
      if (i % 2 === 1) abort.abort(new Error('stop'));
      await rejection(sending);
    }
    const store = openStore(connection, never());
    const count = (2 * WINDOW_BYTES) / MIB; // more than would pass through a window that had lost something
    for (let i = 0; i < count; i++) await store.write(Buffer.alloc(MIB));
    expect(await store.finish()).toEqual({ complete: true, reason: String(count) });
  });

  it('whose receiver dies rejects the write that waits', async () => {
    const daemon = await startDaemon({
      bulk: {
        async store(_members, { signal }) {
          await once(signal, 'abort');
          throw signal.reason;
        },
      },
    });
    using connection = connectTo(daemon.port);
    const store = openStore(connection, never());
    const { last } = await untilStalled(() => store.write(Buffer.alloc(MIB)), 200);
    await daemon.listener.close(0);
    expect(await rejection(last)).toMatchObject({ code: 'NET_PEER_LOST' });
    expect(await rejection(store.failed)).toMatchObject({ code: 'NET_PEER_LOST' });
    expect(await rejection(store.finish())).toMatchObject({ code: 'NET_PEER_LOST' });
  });

  it('is cancelled by its signal, while a write waits', async () => {
    const receiver = Promise.withResolvers<unknown>();
    await using daemon = await startDaemon({
      bulk: {
        async store(_members, { signal }) {
          await once(signal, 'abort');
          receiver.resolve(signal.reason);
          throw signal.reason;
        },
      },
    });
    using connection = connectTo(daemon.port);
    const abort = new AbortController();
    const store = openStore(connection, abort.signal);
    const { last } = await untilStalled(() => store.write(Buffer.alloc(MIB)), 200);
    abort.abort(new Error('job cancelled'));
    expect(await rejection(last)).toEqual(new Error('job cancelled'));
    expect(await rejection(store.finish())).toEqual(new Error('job cancelled'));
    expect(await receiver.promise).toMatchObject({ code: 'NET_CALL_CANCELLED' });
  });

  it('refuses what is larger than any member, and says so', async () => {
    await using daemon = await startDaemon();
    using connection = connectTo(daemon.port);
    const store = openStore(connection, never());
    expect(await rejection(store.write(Buffer.alloc(MESSAGE_BYTES_MAX + 1)))).toMatchObject({
      code: 'NET_PROTOCOL',
      message: expect.stringContaining('larger than') as string,
    });
  });

  it('gives the memory of frames back as soon as they were sent', async () => {
    const allocations = vi.spyOn(Buffer, 'allocUnsafe');
    const sent = Buffer.alloc(MIB / 2, 7); // less than grpc-js would keep for itself
    await using daemon = await startDaemon({
      bulk: {
        async store(members) {
          for await (const member of members) {
            expect(member.equals(sent)).toBe(true);
            releaseMember(member);
          }
          return { complete: true, reason: '' };
        },
      },
    });
    using connection = connectTo(daemon.port);
    const call = openStore(connection, never());
    for (let i = 0; i < 3; i++) await call.write(sent);
    expect(await call.finish()).toMatchObject({ complete: true });
    const frames = allocations.mock.results.filter(
      (_, i) => allocations.mock.calls[i]![0] === sent.length + 5,
    );
    allocations.mockRestore();
    // Those that were sent, and those that came.
    expect(frames.map(({ value }) => (value as Buffer).length)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('Fetch', () => {
  const fetchOf =
    (send: (writer: MemberWriter, context: CallContext) => Promise<void>) =>
    (_request: FetchRequest, writer: MemberWriter, context: CallContext) =>
      send(writer, context);

  it('holds the sender back while the receiver does not read', async () => {
    const stalled = Promise.withResolvers<number>();
    await using daemon = await startDaemon({
      bulk: {
        fetch: fetchOf(async (writer) => {
          const { done, last } = await untilStalled(() => writer.write(Buffer.alloc(MIB)), 200);
          stalled.resolve(done);
          await last;
        }),
      },
    });
    using connection = connectTo(daemon.port);
    const iterator = openFetch(connection, never())[Symbol.asyncIterator]();
    await iterator.next();
    const done = await stalled.promise;
    expect(done * MIB).toBeLessThan(UNDER_WAY_MAX);
    let rest = 0;
    while (!(await iterator.next()).done) rest++;
    expect(rest).toBe(done);
  });

  it('gives the memory of what was sent back at once, and of what was received when it is told to', async () => {
    const allocations = vi.spyOn(Buffer, 'allocUnsafe');
    const joins = vi.spyOn(Buffer, 'concat'); // how the decoder of grpc-js makes a message of its pieces
    const sent = Buffer.alloc(MIB, 7);
    await using daemon = await startDaemon({
      bulk: {
        fetch: fetchOf(async (writer) => {
          for (let i = 0; i < 3; i++) await writer.write(sent);
        }),
      },
    });
    using connection = connectTo(daemon.port);
    for await (const member of openFetch(connection, never())) {
      expect(member.equals(sent)).toBe(true);
      releaseMember(member);
      expect(member).toHaveLength(0);
    }
    const memories = allocations.mock.results.map(({ value }) => (value as Buffer).buffer.byteLength);
    const joinedBytes = joins.mock.results.map(({ value }) => (value as Buffer).length);
    allocations.mockRestore();
    joins.mockRestore();
    expect(memories.length).toBeGreaterThanOrEqual(3);
    expect(memories.filter((bytes) => bytes > Buffer.poolSize)).toEqual([]);
    expect(joinedBytes.filter((bytes) => bytes >= MIB)).toEqual([]);
    expect(sent).toHaveLength(MIB);
  });

  it('leaves memory that a member shares with others', () => {
    const member = Buffer.alloc(MIB).subarray(0, 1000);
    releaseMember(member);
    expect(member).toHaveLength(1000);
  });

  it('that the receiver leaves aborts the sender, also one that waits', async () => {
    const sender = Promise.withResolvers<unknown>();
    await using daemon = await startDaemon({
      bulk: {
        fetch: fetchOf(async (writer) => {
          const sending = (async () => {
            for (;;) await writer.write(Buffer.alloc(MIB));
          })();
          sender.resolve(await rejection(sending));
        }),
      },
    });
    using connection = connectTo(daemon.port);
    for await (const _member of openFetch(connection, never())) {
      await hello(connection); // control calls go on beside bulk data that waits
      break;
    }
    expect(await sender.promise).toMatchObject({ code: 'NET_CALL_CANCELLED' });
  });
});
