import { describe, expect, it } from 'vitest';
import { JobWorker, workerModule } from '../../../file-daemon/worker/job-worker.ts';

type Event = { kind: string };

function worker(source: string, signal = new AbortController().signal): JobWorker<Event> {
  const module = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  return new JobWorker({ module, job: 'Backup.1', data: {}, cancel: () => undefined, signal });
}

async function eventsOf(held: JobWorker<Event>): Promise<{ events: Event[]; error: unknown }> {
  const events: Event[] = [];
  let failure: unknown;
  try {
    for await (const event of held.events()) events.push(event);
  } catch (error) {
    failure = error;
  }
  return { events, error: failure };
}

const POST = `import { parentPort } from 'node:worker_threads'; const post = (event) => parentPort.postMessage(event);`;

describe('the worker of a job', () => {
  it('that throws is named with its job and reason', async () => {
    await using held = worker(`throw new Error('a bug');`);
    const { error } = await eventsOf(held);
    expect(error).toMatchObject({
      code: 'FD_WORKER_DIED',
      message: 'The worker of job "Backup.1" died: a bug',
    });
  });

  it('that ends without a result is an error', async () => {
    await using held = worker(`${POST} post({ kind: 'a' });`);
    const { events, error } = await eventsOf(held);
    expect(events).toHaveLength(1);
    expect(error).toMatchObject({ code: 'FD_WORKER_DIED' });
  });

  it('passes on an error for the operator with its code and hint', async () => {
    await using held = worker(
      `${POST} post({ kind: 'failed', code: 'FD_X', message: 'sentence', hint: 'do this' });`,
    );
    expect((await eventsOf(held)).error).toMatchObject({
      code: 'FD_X',
      message: 'sentence',
      hint: 'do this',
    });
  });

  it('is not waited for when the job is aborted', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled');
    await using held = worker(
      `${POST} post({ kind: 'a' }); setInterval(() => undefined, 1000);`,
      abort.signal,
    );
    const running = eventsOf(held);
    abort.abort(reason);
    expect((await running).error).toBe(reason);
  });

  it('is found beside the module that starts it, as source and as built file', () => {
    expect(workerModule('walk-worker', 'file:///x/y/job.ts').href).toBe('file:///x/y/walk-worker.ts');
    expect(workerModule('walk-worker', 'file:///x/dist/job.js').href).toBe('file:///x/dist/walk-worker.js');
  });
});
