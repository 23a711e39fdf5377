import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { RecordsContent } from '../proto/noctule/record/v1/volume_members.ts';
import type { CopyEnd, CopyPart, StreamStretch } from '../proto/noctule/storage/v1/storage_daemon.ts';
import { decodeBlockContentAsync, encodeBlock } from '../volume/block.ts';
import { encodeRecords, encodeSessionEnd, SessionEndStatus } from '../volume/control-member.ts';
import {
  BLOCK_CONTENT_BYTES_MAX,
  moveMember,
  parseMemberHeader,
  placeBehind,
  type MemberHeader,
  type SessionPlace,
} from '../volume/member.ts';
import { SessionCutShort } from './storage-errors.ts';

const deflate = promisify(deflateRaw);

/** The file daemon's default, also among zstd blocks: what is put together from cut blocks is little. */
const DEFLATE_LEVEL = 6;

/** A block of an old session. Its content is inflated when the first stretch is cut out of it. */
interface OldBlock {
  readonly member: Buffer;
  readonly header: MemberHeader;
  content?: Buffer;
}

/** File records that go behind the block with which the new stream is so long. */
interface WaitingRecords {
  readonly streamBytes: number;
  readonly content: Uint8Array;
}

/**
 * Makes the members of a new session out of blocks of old ones, by the parts of the new stream that the Director names.
 * Blocks that lie wholly in the new stream are moved there as they are; of the others the stretches are cut out and put
 * together to new blocks.
 *
 *     expect(part)* -> end(totals)         while         members(the blocks of these parts, in order)
 *
 * A part must be expected before its blocks come. Memory: two blocks, and the records of the parts under way.
 */
export class StreamRewriter {
  /** What is still to come; the first may be begun. Stretches that go on where the one before ended are one. */
  readonly #stretches: StreamStretch[] = [];
  readonly #records: WaitingRecords[] = [];
  readonly #cut = new CutPieces();
  #next: SessionPlace;
  #expectedBytes = 0;
  #endsAtEntry = true;
  #totals: CopyEnd | undefined;

  constructor(session: { readonly volSessionId: number; readonly volSessionTime: number }) {
    const { volSessionId, volSessionTime } = session;
    this.#next = { volSessionId, volSessionTime, blockNumber: 0, streamOffset: 0 };
  }

  expect({ stretches, records }: Pick<CopyPart, 'stretches' | 'records'>): void {
    for (const stretch of stretches) {
      this.#expectedBytes += stretch.streamBytes;
      const last = this.#stretches.at(-1);
      if (last !== undefined && goesOn(last, stretch)) last.streamBytes += stretch.streamBytes;
      else if (stretch.streamBytes > 0) this.#stretches.push({ ...stretch });
    }
    for (const content of records) this.#records.push({ streamBytes: this.#expectedBytes, content });
  }

  end(totals: CopyEnd): void {
    this.#totals = totals;
  }

  /** The members of the new session. @throws SessionCutShort when a block is missing, or the end was not said. */
  async *members(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let held: OldBlock | undefined;
    for await (const member of blocks) {
      // The part that this one came with is behind all stretches of the one before: they are known now.
      if (held !== undefined) yield* this.#use(held, { isAllKnown: true });
      held = oldBlock(member);
      yield* this.#use(held, { isAllKnown: false });
    }
    if (held !== undefined) yield* this.#use(held, { isAllKnown: true });
    yield* this.#finish();
  }

  async *#finish(): AsyncGenerator<Buffer> {
    const [missing] = this.#stretches;
    if (missing !== undefined) throw notThere(missing);
    const totals = this.#totals;
    if (totals === undefined)
      throw new SessionCutShort('The Director did not come to the end of what is copied');
    yield* this.#flush();
    yield* this.#dueRecords(); // those that no block was to come before
    yield encodeSessionEnd(this.#next, {
      ...totals,
      status: SessionEndStatus.COMPLETE,
      streamBytes: this.#next.streamOffset,
      errors: 0,
      endedAtMs: Date.now(),
    });
  }

  /** Takes out of a block what is known to be wanted. Called again when all that is wanted of it is known. */
  async *#use(block: OldBlock, { isAllKnown }: { isAllKnown: boolean }): AsyncGenerator<Buffer> {
    const { header } = block;
    const end = header.streamOffset + header.contentBytes;
    for (;;) {
      const [stretch, later] = this.#stretches;
      if (stretch === undefined || !isSameSession(stretch, header) || stretch.streamOffset >= end) return;
      if (stretch.streamOffset < header.streamOffset) throw notThere(stretch);
      const until = Math.min(end, endOf(stretch));
      if (until - stretch.streamOffset === header.contentBytes) {
        yield* this.#flush();
        yield* this.#move(block);
      } else {
        // The next part may go on where this one ends: then the block may be whole after all.
        if (until < end && later === undefined && !isAllKnown) return;
        yield* this.#cutOut(block, stretch.streamOffset, until);
      }
      stretch.streamBytes -= until - stretch.streamOffset;
      stretch.streamOffset = until;
      if (stretch.streamBytes === 0) this.#stretches.shift();
    }
  }

  async *#move({ member, header }: OldBlock): AsyncGenerator<Buffer> {
    moveMember(member, this.#next);
    this.#advance(header, header.endsAtEntry);
    yield member;
    yield* this.#dueRecords();
  }

  async *#cutOut(block: OldBlock, from: number, until: number): AsyncGenerator<Buffer> {
    const { header, member } = block;
    const { streamOffset, contentBytes, firstHeaderOffset } = header;
    if (this.#cut.bytes + until - from > BLOCK_CONTENT_BYTES_MAX) yield* this.#flush();
    block.content ??= await decodeBlockContentAsync(member);
    // Stretches begin and end between entries; a piece that does not begin with its stretch begins with the block.
    const startsAtEntry = this.#cut.bytes > 0 ? this.#cut.endsAtEntry : this.#endsAtEntry;
    const firstHeader = startsAtEntry ? 0 : firstHeaderOffset;
    const isBlockEnd = until === streamOffset + contentBytes;
    this.#cut.add({
      content: block.content.subarray(from - streamOffset, until - streamOffset),
      startsAtEntry,
      endsAtEntry: isBlockEnd ? header.endsAtEntry : true,
      firstHeaderOffset: firstHeader !== undefined && firstHeader < until - from ? firstHeader : undefined,
      isPacked: member.length < contentBytes,
    });
  }

  /** The pieces that were cut out, as a block. */
  async *#flush(): AsyncGenerator<Buffer> {
    const pieces = this.#cut.take();
    if (pieces === undefined) return;
    const { content, isPacked } = pieces;
    const data = isPacked ? await deflate(content, { level: DEFLATE_LEVEL }) : undefined;
    const member = encodeBlock({
      ...this.#next,
      ...pieces,
      ...(data && { packed: { codec: 'deflate', data } }),
    });
    this.#advance({ ...this.#next, contentBytes: content.length }, pieces.endsAtEntry);
    yield member;
    yield* this.#dueRecords();
  }

  #advance({ contentBytes }: { contentBytes: number }, endsAtEntry: boolean): void {
    this.#next = placeBehind({ ...this.#next, contentBytes });
    this.#endsAtEntry = endsAtEntry;
  }

  *#dueRecords(): Generator<Buffer> {
    for (let [first] = this.#records; first !== undefined; [first] = this.#records) {
      if (first.streamBytes > this.#next.streamOffset) return;
      this.#records.shift();
      yield encodeRecords(this.#next, RecordsContent.decode(first.content));
    }
  }
}

interface Piece {
  readonly content: Buffer;
  readonly startsAtEntry: boolean;
  readonly endsAtEntry: boolean;
  readonly firstHeaderOffset: number | undefined;
  /** Whether it came out of a block that is smaller than its content. */
  readonly isPacked: boolean;
}

/** Pieces that follow each other in the new stream, on their way into one block. */
class CutPieces {
  #pieces: Piece[] = [];
  bytes = 0;

  get endsAtEntry(): boolean {
    return this.#pieces.at(-1)?.endsAtEntry ?? true;
  }

  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.bytes += piece.content.length;
  }

  take(): Piece | undefined {
    const [first] = this.#pieces;
    if (first === undefined) return undefined;
    let before = 0;
    let firstHeaderOffset: number | undefined;
    for (const piece of this.#pieces) {
      if (piece.firstHeaderOffset !== undefined) firstHeaderOffset ??= before + piece.firstHeaderOffset;
      before += piece.content.length;
    }
    const taken = {
      content: Buffer.concat(this.#pieces.map(({ content }) => content)),
      startsAtEntry: first.startsAtEntry,
      endsAtEntry: this.endsAtEntry,
      firstHeaderOffset,
      isPacked: this.#pieces.some(({ isPacked }) => isPacked),
    };
    this.#pieces = [];
    this.bytes = 0;
    return taken;
  }
}

function oldBlock(member: Buffer): OldBlock {
  const header = parseMemberHeader(member);
  if (header === undefined) throw new SessionCutShort('What came as a block has no header of one');
  return { member, header };
}

function goesOn(stretch: StreamStretch, next: StreamStretch): boolean {
  return isSameSession(stretch, next) && endOf(stretch) === next.streamOffset;
}

function isSameSession(
  one: Pick<StreamStretch, 'volSessionId' | 'volSessionTime'>,
  other: Pick<StreamStretch, 'volSessionId' | 'volSessionTime'>,
): boolean {
  return one.volSessionId === other.volSessionId && one.volSessionTime === other.volSessionTime;
}

function endOf({ streamOffset, streamBytes }: StreamStretch): number {
  return streamOffset + streamBytes;
}

function notThere({ volSessionId, volSessionTime, streamOffset }: StreamStretch): SessionCutShort {
  return new SessionCutShort(
    `The blocks of session ${volSessionId}/${volSessionTime} from byte ${streamOffset} of its stream on were not read`,
  );
}
