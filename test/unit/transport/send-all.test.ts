import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client, ClientWritableStream } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { StoreResponse } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import type { Connection } from '../../../transport/channel.ts';
import { sendAll, type Reply } from '../../../transport/streams.ts';
import { connectTo, rejection, startDaemon } from './test-daemon.ts';

const never = (): AbortSignal => new AbortController().signal;
const chunk = Buffer.alloc(500_000);

/** Store, by its bare gRPC method. */
function open(connection: Connection<Client>): (reply: Reply<StoreResponse>) => ClientWritableStream<Buffer> {
  return (reply) =>
    connection.client.makeClientStreamRequest(
      '/noctule.storage.v1.StorageDaemonService/Store',
      (bytes: Buffer) => bytes,
      (bytes) => StoreResponse.decode(bytes),
      reply,
    );
}

async function* chunks(count: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < count; i++) {
    yield chunk;
    await nextTurn();
  }
}

describe('sendAll', () => {
  it('sends every message and resolves with the reply', async () => {
    await using daemon = await startDaemon({
      bulk: {
        async store(members) {
          let count = 0;
          for await (const _member of members) count++;
          return { complete: true, reason: String(count) };
        },
      },
    });
    using connection = connectTo(daemon.port);
    expect(await sendAll(open(connection), chunks(30), never())).toEqual({ complete: true, reason: '30' });
  });

  it('does not hang when the peer ends the call early, well or badly', async () => {
    let calls = 0;
    await using daemon = await startDaemon({
      bulk: {
        async store(members) {
          for await (const _member of members) break;
          if (++calls === 1) return { complete: false, reason: 'enough' };
          throw new TypeError('a bug');
        },
      },
    });
    using connection = connectTo(daemon.port);
    expect(await sendAll(open(connection), chunks(1e9), never())).toEqual({
      complete: false,
      reason: 'enough',
    });
    expect(await rejection(sendAll(open(connection), chunks(1e9), never()))).toMatchObject({
      code: 'NET_PEER_FAULT',
    });
  });

  it('cancels the call when the messages fail, or its signal aborts', async () => {
    const seen: unknown[] = [];
    await using daemon = await startDaemon({
      bulk: {
        async store(members) {
          const reading = (async () => {
            for await (const _member of members);
          })();
          seen.push(await rejection(reading));
          return { complete: false, reason: '' };
        },
      },
    });
    using connection = connectTo(daemon.port);
    await connection.ready(5000); // a call that is cancelled before that is never sent
    async function* failing(): AsyncGenerator<Buffer> {
      yield* chunks(3);
      throw new Error('the file vanished');
    }
    expect(await rejection(sendAll(open(connection), failing(), never()))).toEqual(
      new Error('the file vanished'),
    );
    const abort = new AbortController();
    async function* cancelled(): AsyncGenerator<Buffer> {
      yield* chunks(3);
      abort.abort(new Error('job cancelled'));
      yield* chunks(1e9);
    }
    expect(await rejection(sendAll(open(connection), cancelled(), abort.signal))).toEqual(
      new Error('job cancelled'),
    );
    while (seen.length < 2) await nextTurn();
    const code = expect.objectContaining({ code: 'NET_CALL_CANCELLED' }) as unknown;
    expect(seen).toEqual([code, code]);
  });
});
