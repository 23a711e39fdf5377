import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { PriorState as PriorStateMessage } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import { Window } from '../worker/window.ts';
import type { JobControl } from '../worker/job-control.ts';
import type { PriorBatch } from './prior-state.ts';

/** Batches that wait in the worker; a batch is what the Director sends at once. */
const BATCHES_AHEAD = 3;

/** Without the rest of it, files that are still there would be taken for new ones, and none for deleted. */
export class PriorStateIncomplete extends OperatorError {
  readonly code = 'FD_PRIOR_STATE_INCOMPLETE';
  override readonly hint = 'See the messages of the Director; run the job again.';
}

/** Brings the prior state of an accurate job to its worker, no further ahead of it than the window. */
export class PriorFeed implements Disposable {
  /** For the worker, which asks there for each batch. */
  readonly workerPort: MessagePort;
  readonly #port: MessagePort;
  readonly #control: JobControl;
  readonly #window: Window;

  constructor(control: JobControl, signal: AbortSignal) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.workerPort = port2;
    this.#control = control;
    this.#window = new Window(BATCHES_AHEAD, signal);
  }

  /** Resolves when the last batch is on its way. @throws PriorStateIncomplete */
  async send(state: AsyncIterable<PriorStateMessage>): Promise<void> {
    for await (const { batch, last } of state) {
      await this.#window.enter();
      const message: PriorBatch = { batch: new Uint8Array(batch), isLast: last };
      this.#control.postTo(this.#port, message, [message.batch.buffer]);
      if (last) return;
    }
    throw new PriorStateIncomplete('The Director ended the list of known files before its end');
  }

  /** The worker has taken one. */
  taken(): void {
    this.#window.leave();
  }

  [Symbol.dispose](): void {
    this.#port.close();
  }
}
