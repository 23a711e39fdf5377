import type { MessageType } from '../../configuration/values/destination.ts';
import type { JobMessages } from '../messages/job-messages.ts';

const FIRST_REPEAT_MS = 3_600_000;
const REPEAT_MS_MAX = 86_400_000;

/** Says why a job waits: at once, again after an hour, and then in growing intervals of a day at most. */
export class OperatorRequest {
  readonly #messages: Pick<JobMessages, 'add'>;
  readonly #now: () => Date;
  #lastText = '';
  #nextAtMs = 0;
  #intervalMs = FIRST_REPEAT_MS;

  constructor(messages: Pick<JobMessages, 'add'>, now: () => Date) {
    this.#messages = messages;
    this.#now = now;
  }

  async say(type: MessageType, text: string): Promise<void> {
    const nowMs = this.#now().getTime();
    if (text !== this.#lastText) this.#intervalMs = FIRST_REPEAT_MS;
    else if (nowMs < this.#nextAtMs) return;
    else this.#intervalMs = Math.min(REPEAT_MS_MAX, this.#intervalMs * 2);
    this.#lastText = text;
    this.#nextAtMs = nowMs + this.#intervalMs;
    await this.#messages.add(type, text);
  }
}
