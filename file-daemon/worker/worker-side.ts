import { parentPort } from 'node:worker_threads';
import { OperatorError } from '../../errors/operator-error.ts';
import { JobCancelled } from './job-control.ts';
import type { FailedEvent } from './job-worker.ts';

/**
 * The task of this thread, once there is one: the first message of the main thread. It may have been loaded long before.
 * @param listener gets the messages behind it, until it is taken `off` the port; without one nothing keeps the thread.
 */
export function receiveTask<T, M = never>(listener?: (message: M) => void): Promise<T> {
  return new Promise((resolve) => {
    parentPort?.once('message', (task: T) => {
      if (listener) parentPort?.on('message', listener);
      resolve(task);
    });
  });
}

/** Posts an event to the main thread. */
export function postEvent(event: { readonly kind: string }): void {
  parentPort?.postMessage(event);
}

/**
 * Runs the work of a worker. What an operator can act on goes to the main thread as an event; being cancelled ends
 * the thread without a word; anything else is a bug and ends it with that error.
 */
export async function runAsWorker(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof JobCancelled) return;
    if (!(error instanceof OperatorError)) throw error;
    const failed: FailedEvent = {
      kind: 'failed',
      code: error.code,
      message: error.message,
      hint: error.hint,
    };
    postEvent(failed);
  }
}
