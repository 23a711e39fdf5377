/** Which session's stream: `VolSessionId/VolSessionTime`. */
export type SessionKey = string;

export function sessionKey(session: { volSessionId: number; volSessionTime: number }): SessionKey {
  return `${session.volSessionId}/${session.volSessionTime}`;
}

/** A block of a job's stream, inflated and checked. */
export interface StreamBlock {
  readonly session: SessionKey;
  readonly streamOffset: number;
  readonly content: Buffer;
}

/**
 * The blocks as they come, gone through in one direction: sessions in the order of the entries, offsets upwards. Blocks
 * that did not come are noticed by those behind them.
 */
export class BlockSource {
  readonly #blocks: AsyncIterator<StreamBlock>;
  readonly #passed = new Set<SessionKey>();
  #session: SessionKey = '';
  /** Undefined before the first block and after the last. */
  #current: StreamBlock | undefined;
  #isStarted = false;

  constructor(blocks: AsyncIterable<StreamBlock>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** Entries of this session are wanted from now on, none of those before. */
  enterSession(session: SessionKey): 'new' | 'same' {
    if (session === this.#session) return 'same';
    this.#passed.add(this.#session);
    this.#session = session;
    return 'new';
  }

  /** The stream from `offset` to the end of its block, if that is the block at hand. */
  at(offset: number): Buffer | undefined {
    const block = this.#current;
    if (block === undefined || block.session !== this.#session) return undefined;
    const from = offset - block.streamOffset;
    return from >= 0 && from < block.content.length ? block.content.subarray(from) : undefined;
  }

  /** As `at`, going on to later blocks. Undefined when the block that holds `offset` has not come. */
  async seek(offset: number): Promise<Buffer | undefined> {
    if (!this.#isStarted) await this.#advance();
    while (this.#current !== undefined && this.#isBefore(this.#current, offset)) await this.#advance();
    return this.at(offset);
  }

  /** Goes through the rest, so that the sender comes to a good end. */
  async drain(): Promise<void> {
    while (!this.#isStarted || this.#current !== undefined) await this.#advance();
  }

  async #advance(): Promise<void> {
    this.#isStarted = true;
    const next = await this.#blocks.next();
    this.#current = next.done === true ? undefined : next.value;
  }

  #isBefore(block: StreamBlock, offset: number): boolean {
    if (block.session !== this.#session) return this.#passed.has(block.session);
    return block.streamOffset + block.content.length <= offset;
  }
}
