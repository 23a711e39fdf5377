import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QUIET_MS, ReadyThread } from '../../../file-daemon/worker/ready-thread.ts';

/** Two kinds of threads, which tell of their task and end. */
const [saves, restores] = ['saves', 'restores'].map(
  (kind) =>
    new URL(
      `data:text/javascript,import { parentPort, threadId } from 'node:worker_threads';
      parentPort.once('message', (task) => parentPort.postMessage({ kind: '${kind}', task, threadId }));`,
    ),
) as [URL, URL];

/** Every thread that is started, by anybody. */
const started: Worker[] = [];
const note = (worker: Worker) => void started.push(worker);

beforeEach(() => {
  started.length = 0;
  process.on('worker', note);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  process.off('worker', note);
  vi.useRealTimers();
});

/** No job has run for so long. Resolves when whoever starts a thread has been noted. */
async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  await new Promise(setImmediate);
}

async function runJob(threads: ReadyThread, module: URL, task: string): Promise<unknown> {
  const worker = threads.take(module);
  const exited = once(worker, 'exit');
  worker.postMessage(task);
  const [answer] = (await once(worker, 'message')) as unknown[];
  await exited;
  return answer;
}

describe('the thread that is kept for the next job', () => {
  it('is started when none has run for a while, and the next job of the kind is given it', async () => {
    const threads = new ReadyThread();
    expect(await runJob(threads, saves, 'one')).toMatchObject({ kind: 'saves', task: 'one' });
    await pass(QUIET_MS - 1);
    expect(started).toHaveLength(1);
    await pass(1);
    expect(started).toHaveLength(2);
    const { threadId } = started[1]!;
    expect(await runJob(threads, saves, 'two')).toEqual({ kind: 'saves', task: 'two', threadId });
    expect(started).toHaveLength(2);
  });

  it('is not started beside a job, however long that runs', async () => {
    const threads = new ReadyThread();
    const long = threads.take(saves);
    await runJob(threads, saves, 'short');
    await pass(10 * QUIET_MS);
    expect(started).toHaveLength(2);
    const ended = once(long, 'exit');
    long.postMessage('the end');
    await ended;
    await pass(QUIET_MS);
    expect(started).toHaveLength(3);
    await started[2]!.terminate();
  });

  it('ends when a job of another kind begins', async () => {
    const threads = new ReadyThread();
    await runJob(threads, saves, 'one');
    await pass(QUIET_MS);
    const ended = once(started[1]!, 'exit');
    expect(await runJob(threads, restores, 'two')).toMatchObject({ kind: 'restores', task: 'two' });
    await ended;
  });

  it('that ends by itself is not given to a job', async () => {
    const threads = new ReadyThread();
    await runJob(threads, saves, 'one');
    await pass(QUIET_MS);
    await started[1]!.terminate();
    expect(await runJob(threads, saves, 'two')).toMatchObject({ task: 'two' });
    expect(started).toHaveLength(3);
  });
});
