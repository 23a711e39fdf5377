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

/** Stands behind the blocks of a storage, when another follows: what begins here or further on comes from there. */
export interface StorageBoundary {
  readonly session: SessionKey;
  readonly streamOffset: number;
}

/**
 * The blocks as they come, gone through in one direction: sessions in the order of the entries, offsets upwards. Blocks
 * that did not come are noticed by those behind them, or by the end of the storage on which they lie.
 */
export class BlockSource {
  readonly #blocks: AsyncIterator<StreamBlock | StorageBoundary>;
  readonly #passed = new Set<SessionKey>();
  #session: SessionKey = '';
  /** Undefined before the first block, after the last, and at a boundary. */
  #current: StreamBlock | undefined;
  /** At which we stand. */
  #boundary: StorageBoundary | undefined;
  #boundaries = 0;
  #storagesEnded = 0;
  #place: 'before' | 'among' | 'behind' = 'before';

  constructor(blocks: AsyncIterable<StreamBlock | StorageBoundary>) {
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

  /** So much of the stream from `offset` on, if the block at hand has all of it. */
  piece(offset: number, bytes: number): Buffer | undefined {
    const block = this.#current;
    if (block === undefined || block.session !== this.#session) return undefined;
    const from = offset - block.streamOffset;
    return from >= 0 && from + bytes <= block.content.length
      ? block.content.subarray(from, from + bytes)
      : undefined;
  }

  /** As `at`, going on to later blocks. Undefined when the block that holds `offset` has not come. */
  async seek(offset: number): Promise<Buffer | undefined> {
    while (this.#isBefore(offset)) await this.#advance();
    return this.at(offset);
  }

  /** Goes through the rest, so that the sender comes to a good end. */
  async drain(): Promise<void> {
    while (this.#place !== 'behind') await this.#advance();
  }

  /** Likewise the rest of a storage of which no more entries are wanted. */
  async endStorage(): Promise<void> {
    this.#storagesEnded += 1;
    while (this.#boundaries < this.#storagesEnded && this.#place !== 'behind') await this.#advance();
  }

  async #advance(): Promise<void> {
    const next = await this.#blocks.next();
    const come = next.done === true ? undefined : next.value;
    this.#place = come === undefined ? 'behind' : 'among';
    this.#current = come !== undefined && isBlock(come) ? come : undefined;
    this.#boundary = come !== undefined && !isBlock(come) ? come : undefined;
    if (this.#boundary !== undefined) this.#boundaries += 1;
  }

  /** Whether what is at `offset` of the session may still come. */
  #isBefore(offset: number): boolean {
    const block = this.#current;
    if (block !== undefined)
      return this.#isReached(block.session, block.streamOffset + block.content.length, offset);
    const boundary = this.#boundary;
    if (boundary !== undefined) return this.#isReached(boundary.session, boundary.streamOffset, offset);
    return this.#place === 'before';
  }

  /** Whether `offset` of the session lies at this place or behind it. */
  #isReached(session: SessionKey, streamOffset: number, offset: number): boolean {
    return session === this.#session ? streamOffset <= offset : this.#passed.has(session);
  }
}

function isBlock(come: StreamBlock | StorageBoundary): come is StreamBlock {
  return 'content' in come;
}
