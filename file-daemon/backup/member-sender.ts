import type { MemberSource } from '../../transport/bulk.ts';
import { ownsMemory, releaseMemory } from '../../transport/release-memory.ts';

/** Where members go: the Store stream of transport/. */
export interface MemberSink {
  /** Resolves when more may be sent. The member's memory is given back then. */
  write(member: MemberSource): Promise<void>;
}

/** Sends members in the order in which they were pushed, however long each takes to be made. */
export class MemberSender {
  readonly #sink: MemberSink;
  readonly #onFailure: (error: unknown) => void;
  #tail: Promise<void> = Promise.resolve();

  /** `onFailure` hears of the first member that could not be made or sent; none is sent after it. */
  constructor(sink: MemberSink, onFailure: (error: unknown) => void) {
    this.#sink = sink;
    this.#onFailure = onFailure;
  }

  /** Queues the member; `afterSent` is called with its size. The caller bounds how many wait. */
  push(
    member: Promise<MemberSource> | MemberSource,
    afterSent: (memberBytes: number) => void = () => undefined,
  ): void {
    const tail = this.#tail;
    this.#tail = (async () => {
      // Both are awaited together, so that a failure of the later one does not stay unheard behind the earlier.
      const [ready] = await Promise.all([member, tail]);
      const memberBytes = ready.length;
      await this.#sink.write(ready);
      if (ready instanceof Buffer && ownsMemory(ready)) releaseMemory(ready.buffer);
      afterSent(memberBytes);
    })();
    this.#tail.catch(this.#onFailure);
  }

  /** Resolves when all pushed members have been sent; rejects when one has not. */
  async drained(): Promise<void> {
    await this.#tail;
  }
}
