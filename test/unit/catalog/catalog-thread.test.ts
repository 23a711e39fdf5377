import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { rolesOf, type OperationName } from '../../../catalog/operations.ts';
import { CatalogThread } from '../../../catalog/threads/catalog-thread.ts';
import { packError, type Reply, type Request } from '../../../catalog/threads/protocol.ts';
import { CatalogError } from '../../../catalog/catalog-error.ts';

/** Stands for a worker thread: does only what the test tells it. */
class FakeWorker extends EventEmitter {
  readonly requests: Request[] = [];

  postMessage(request: Request): void {
    this.requests.push(request);
    if ('close' in request) this.emit('exit', 0);
  }

  get ids(): (number | 'close')[] {
    return this.requests.map((request) => ('id' in request ? request.id : 'close'));
  }

  reply(reply: Reply): void {
    this.emit('message', reply);
  }

  die(cause: Error): void {
    this.emit('error', cause);
    this.emit('exit', 1);
  }
}

const workers: FakeWorker[] = vi.hoisted(() => []);

vi.mock('node:worker_threads', () => ({
  Worker: function () {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  },
}));

beforeEach(() => {
  workers.length = 0;
});

const ROLES = rolesOf();

const newThread = () => new CatalogThread({ file: '/c.db', role: 'reader' });
const call = (thread: CatalogThread, name: OperationName = 'jobTotals') =>
  thread.call(name, []).catch((error: unknown) => error);

describe('a thread of the catalog', () => {
  test('starts with the first call, and is given no more than four at once, in order', async () => {
    const thread = newThread();
    expect(workers).toHaveLength(0);
    const calls = Array.from({ length: 6 }, () => call(thread));
    const [worker] = workers;
    expect(workers).toHaveLength(1);
    expect(worker!.ids).toEqual([]);
    worker!.reply({ opened: ROLES });
    expect(worker!.ids).toEqual([1, 2, 3, 4]);
    worker!.reply({ id: 1, result: 'one' });
    expect(worker!.ids).toEqual([1, 2, 3, 4, 5]);
    expect(await calls[0]).toBe('one');
  });

  test('that cannot open its database fails all that wait, and tries again with the next call', async () => {
    const thread = newThread();
    const calls = [call(thread), call(thread)];
    const error = new CatalogError('CAT_CANNOT_OPEN', 'no permission', { hint: 'Give it.' });
    workers[0]!.reply({ openError: packError(error) });
    workers[0]!.emit('exit', 0);
    expect(await Promise.all(calls)).toMatchObject([error, error]);
    const again = call(thread);
    workers[1]!.reply({ opened: ROLES });
    workers[1]!.reply({ id: 1, result: 7 });
    expect(await again).toBe(7);
  });

  test('that is lost fails what it had at hand, and what waits goes to a new one', async () => {
    const thread = newThread();
    const calls = Array.from({ length: 5 }, () => call(thread));
    workers[0]!.reply({ opened: ROLES });
    workers[0]!.die(new Error('out of memory'));
    for (const lost of calls.slice(0, 4)) {
      expect(await lost).toMatchObject({
        code: 'CAT_THREAD_LOST',
        message: "The catalog's reader thread ended during jobTotals",
        cause: { message: 'out of memory' },
      });
    }
    expect(workers).toHaveLength(2);
    workers[1]!.reply({ opened: ROLES });
    workers[1]!.reply({ id: 5, result: 'five' });
    expect(await calls[4]).toBe('five');
  });

  test('that is lost before it opened is not started over and over', async () => {
    const thread = newThread();
    const calls = [call(thread), call(thread)];
    workers[0]!.die(new Error('no such module'));
    expect(await Promise.all(calls)).toMatchObject([
      { code: 'CAT_THREAD_LOST' },
      { code: 'CAT_THREAD_LOST' },
    ]);
    expect(workers).toHaveLength(1);
  });

  test('is told to close when all calls are answered', async () => {
    const thread = newThread();
    const calls = Array.from({ length: 5 }, () => call(thread));
    const closed = thread.close();
    const [worker] = workers;
    worker!.reply({ opened: ROLES });
    for (const id of [1, 2, 3, 4]) worker!.reply({ id, result: id });
    expect(worker!.ids).toEqual([1, 2, 3, 4, 5]);
    worker!.reply({ id: 5, error: packError(new Error('five failed')) });
    expect(worker!.ids).toEqual([1, 2, 3, 4, 5, 'close']);
    await closed;
    expect(await calls[4]).toMatchObject({ message: 'five failed' });
    expect(await call(thread)).toMatchObject({ code: 'CAT_CLOSED' });
  });

  test('that was never used closes at once', async () => {
    await newThread().close();
    expect(workers).toHaveLength(0);
  });

  test('opens when it is asked to, or says why it cannot', async () => {
    const opened = newThread().open();
    workers[0]!.reply({ opened: ROLES });
    await opened;
    const refused = newThread().open();
    workers[1]!.reply({ openError: packError(new CatalogError('CAT_NEWER_SCHEMA', 'version 99')) });
    await expect(refused).rejects.toMatchObject({ code: 'CAT_NEWER_SCHEMA', message: 'version 99' });
  });
});
