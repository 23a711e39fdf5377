import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../../errors/operator-error.ts';
import type { AppendRequest, AppendResponse } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { requireRole } from '../../../transport/peer.ts';
import { receiveAll, StreamWriter, unary } from '../../../transport/streams.ts';
import { connectTo, hello, rejection, startDaemon } from './test-daemon.ts';

class VolumeFull extends OperatorError {
  readonly code = 'SD_VOLUME_FULL';
  override readonly hint = 'Add a Volume to the Pool “Größe”,\nor prune one.';
  constructor() {
    super('Volume "Füll-0001 \ud800" is 100 % full');
  }
}

const request = (reason: string): AppendRequest => ({ command: { $case: 'abort', value: { reason } } });
const response = (problem: string): AppendResponse => ({
  event: { $case: 'volumeWanted', value: { problem, problemCode: '', problemVolume: '' } },
});
const reasonOf = (message: AppendRequest): string =>
  message.command?.$case === 'abort' ? message.command.value.reason : '';
const problemOf = (message: AppendResponse): string =>
  message.event?.$case === 'volumeWanted' ? message.event.value.problem : '';

const never = (): AbortSignal => new AbortController().signal;

describe('an error of a handler', () => {
  it('reaches the caller with its message, code and hint', async () => {
    await using daemon = await startDaemon({
      hello() {
        throw new VolumeFull();
      },
    });
    using connection = connectTo(daemon.port);
    const error = (await rejection(hello(connection))) as OperatorError;
    expect(error).toBeInstanceOf(OperatorError);
    expect(error).toMatchObject({
      message: 'Volume "Füll-0001 \ufffd" is 100 % full',
      code: 'SD_VOLUME_FULL',
      hint: new VolumeFull().hint,
      peer: `Storage daemon "File" at 127.0.0.1:${daemon.port}`,
    });
  });

  it('may be long, in any script', async () => {
    class Wordy extends OperatorError {
      readonly code = 'TEST_WORDY';
      override readonly hint = '試'.repeat(5000);
    }
    await using daemon = await startDaemon({
      hello() {
        throw new Wordy('語'.repeat(5000));
      },
    });
    using connection = connectTo(daemon.port);
    const error = (await rejection(hello(connection))) as OperatorError;
    expect(error).toMatchObject({
      code: 'TEST_WORDY',
      message: expect.stringMatching(/^語{1000,}$/) as string,
    });
    expect(error.hint).toMatch(/^試{1000,}$/);
  });

  it('that is a bug goes to the log there, and its details do not go to the caller', async () => {
    const faults: unknown[] = [];
    await using daemon = await startDaemon({
      onFault: (error, method) => faults.push([error, method]),
      hello() {
        throw new TypeError('cannot read the secret of undefined');
      },
    });
    using connection = connectTo(daemon.port);
    expect(await rejection(hello(connection))).toMatchObject({
      code: 'NET_PEER_FAULT',
      message: expect.not.stringContaining('secret') as string,
    });
    expect(faults).toEqual([[expect.any(TypeError), '/noctule.storage.v1.StorageDaemonService/Hello']]);
  });

  it('about the role of the caller says so', async () => {
    await using daemon = await startDaemon({
      async hello({ peer }) {
        requireRole(peer, 'ticket');
        throw new Error('not reached');
      },
    });
    using connection = connectTo(daemon.port);
    expect(await rejection(hello(connection))).toMatchObject({ code: 'NET_ROLE_REFUSED' });
  });

  it('in the middle of a stream comes after what was sent before it', async () => {
    await using daemon = await startDaemon({
      async append(_messages, writer) {
        await writer.write(response('one'));
        throw new VolumeFull();
      },
    });
    using connection = connectTo(daemon.port);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const message of receiveAll(connection.client.append(), never()))
        seen.push(problemOf(message));
    })();
    expect(await rejection(reading)).toMatchObject({ code: 'SD_VOLUME_FULL' });
    expect(seen).toEqual(['one']);
  });
});

describe('unary', () => {
  it('gives up after its time, and the handler learns of it', async () => {
    const cancelled = Promise.withResolvers<unknown>();
    await using daemon = await startDaemon({
      async hello({ signal }) {
        await once(signal, 'abort');
        cancelled.resolve(signal.reason);
        throw signal.reason;
      },
    });
    using connection = connectTo(daemon.port);
    await connection.ready(5000);
    const asked = unary((reply) => connection.client.hello({}, reply), { timeoutMs: 50 });
    expect(await rejection(asked)).toMatchObject({
      code: 'NET_CALL_TIMEOUT',
      message: `Storage daemon "File" at 127.0.0.1:${daemon.port} did not answer a question within 0.05 s`,
    });
    expect(await cancelled.promise).toMatchObject({ code: 'NET_CALL_CANCELLED' });
  });

  it('is cancelled by its signal, with the reason of that', async () => {
    const called = Promise.withResolvers<AbortSignal>();
    await using daemon = await startDaemon({
      async hello({ signal }) {
        called.resolve(signal);
        await once(signal, 'abort');
        throw signal.reason;
      },
    });
    using connection = connectTo(daemon.port);
    const abort = new AbortController();
    const asked = unary((reply) => connection.client.hello({}, reply), { signal: abort.signal });
    const signal = await called.promise;
    abort.abort(new Error('job cancelled'));
    expect(await rejection(asked)).toEqual(new Error('job cancelled'));
    if (!signal.aborted) await once(signal, 'abort');
  });
});

describe('a stream in both directions', () => {
  it('carries messages until both sides have ended', async () => {
    await using daemon = await startDaemon({
      async append(messages, writer) {
        for await (const message of messages) await writer.write(response(`${reasonOf(message)}!`));
        await writer.write(response('that was all'));
      },
    });
    using connection = connectTo(daemon.port);
    const call = connection.client.append();
    const writer = new StreamWriter<AppendRequest>(call);
    const received = receiveAll(call, never());
    for (const reason of ['a', 'b']) await writer.write(request(reason));
    writer.end();
    const seen: string[] = [];
    for await (const message of received) seen.push(problemOf(message));
    expect(seen).toEqual(['a!', 'b!', 'that was all']);
  });

  it('that the server ends early rejects further writes and ends the reading well', async () => {
    await using daemon = await startDaemon({
      async append(_messages, writer) {
        await writer.write(response('enough'));
      },
    });
    using connection = connectTo(daemon.port);
    const call = connection.client.append();
    const writer = new StreamWriter<AppendRequest>(call);
    const seen: string[] = [];
    for await (const message of receiveAll(call, never())) seen.push(problemOf(message));
    expect(seen).toEqual(['enough']);
    expect(await rejection(writer.write(request('more')))).toMatchObject({ code: 'NET_ENDED_EARLY' });
  });

  it('that the client cancels aborts the signal of the handler, and both of its halves', async () => {
    const outcome = Promise.withResolvers<unknown[]>();
    await using daemon = await startDaemon({
      async append(messages, writer, { signal }) {
        const iterator = messages[Symbol.asyncIterator]();
        await iterator.next();
        await writer.write(response('got it'));
        const reading = await rejection(iterator.next());
        outcome.resolve([reading, signal.reason, await rejection(writer.write(response('too late')))]);
      },
    });
    using connection = connectTo(daemon.port);
    const abort = new AbortController();
    const call = connection.client.append();
    const writer = new StreamWriter<AppendRequest>(call);
    const iterator = receiveAll(call, abort.signal)[Symbol.asyncIterator]();
    await writer.write(request('first'));
    await iterator.next();
    abort.abort(new Error('job cancelled'));
    expect(await rejection(iterator.next())).toEqual(new Error('job cancelled'));
    expect(await rejection(writer.write(request('second')))).toEqual(new Error('job cancelled'));
    const cancelled = expect.objectContaining({ code: 'NET_CALL_CANCELLED' }) as unknown;
    expect(await outcome.promise).toEqual([cancelled, cancelled, cancelled]);
  });

  it('that the client stops reading is cancelled', async () => {
    const over = Promise.withResolvers<unknown>();
    await using daemon = await startDaemon({
      async append(_messages, writer, { signal }) {
        await writer.write(response('one'));
        if (!signal.aborted) await once(signal, 'abort');
        over.resolve(signal.reason);
      },
    });
    using connection = connectTo(daemon.port);
    for await (const message of receiveAll(connection.client.append(), never())) {
      expect(problemOf(message)).toBe('one');
      break;
    }
    expect(await over.promise).toMatchObject({ code: 'NET_CALL_CANCELLED' });
  });

  it('whose connection breaks fails on both sides, and never looks complete', async () => {
    const outcome = Promise.withResolvers<unknown>();
    await using daemon = await startDaemon({
      async append(messages, writer) {
        await writer.write(response('ready'));
        const reading = (async () => {
          for await (const _message of messages);
        })();
        outcome.resolve(await rejection(reading));
      },
    });
    const connection = connectTo(daemon.port);
    const call = connection.client.append();
    const writer = new StreamWriter<AppendRequest>(call);
    const iterator = receiveAll(call, never())[Symbol.asyncIterator]();
    await iterator.next();
    await writer.write(request('half of it'));
    connection[Symbol.dispose]();
    expect(await outcome.promise).toMatchObject({ code: 'NET_CALL_CANCELLED' });
    expect(await rejection(iterator.next())).toMatchObject({ code: 'NET_PEER_LOST' });
    expect(await rejection(writer.write(request('rest')))).toMatchObject({ code: 'NET_PEER_LOST' });
  });

  it('cancelled at any moment never looks complete to the handler', async () => {
    const outcomes: Promise<unknown>[] = [];
    await using daemon = await startDaemon({
      async append(messages) {
        const reading = (async () => {
          for await (const _message of messages);
        })();
        outcomes.push(rejection(reading));
        await reading;
      },
    });
    using connection = connectTo(daemon.port);
    await connection.ready(5000);
    for (let i = 0; i < 60; i++) {
      const abort = new AbortController();
      const call = connection.client.append();
      const writer = new StreamWriter<AppendRequest>(call);
      const iterator = receiveAll(call, abort.signal)[Symbol.asyncIterator]();
      for (let n = 0; n < i % 4; n++) await writer.write(request('x'.repeat(i * 3000)));
      for (let tick = 0; tick < i % 7; tick++) await Promise.resolve();
      abort.abort(new Error('stop'));
      await rejection(iterator.next());
    }
    await hello(connection); // by now the server has seen all of them
    const codes = (await Promise.all(outcomes)).map((error) => (error as OperatorError).code);
    expect(codes.length).toBeGreaterThan(30);
    expect(new Set(codes)).toEqual(new Set(['NET_CALL_CANCELLED']));
  });
});
