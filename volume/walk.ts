import {
  MEMBER_HEADER_BYTES,
  MemberKind,
  bodyIsSound,
  findMemberStart,
  parseMemberHeader,
  type MemberHeader,
} from './member.ts';
import { ReadWindow, type PositionedReader } from './positioned-reader.ts';

export interface WalkOptions {
  /** Where to begin; members are looked for from here on. Default 0. */
  readonly from?: number;
  /** Where to stop: members that begin here or later are left out. Default the size of the volume. */
  readonly to?: number;
  /**
   * Blocks at or behind this offset are read whole and their CRC-32C is checked; those before it are stepped over.
   * 0 checks all, Infinity none. Members of the other kinds are always read and checked.
   */
  readonly checkBlocksFrom: number;
  /** How much to read at once where blocks are read whole. Default 4 MiB. */
  readonly chunkBytes?: number;
  /** A member is good only until the next step: what is checked and not kept is read much faster. Default no. */
  readonly reuse?: boolean;
}

export type WalkStep = FoundMember | DamagedStretch;

/** A whole member. */
export interface FoundMember {
  readonly type: 'member';
  readonly volumeOffset: number;
  readonly header: MemberHeader;
  /** All its bytes; undefined for a block that was stepped over. */
  readonly member: Buffer | undefined;
}

/** Bytes that are no whole member: damaged, or torn off by the end of the volume. */
export interface DamagedStretch {
  readonly type: 'damage';
  readonly volumeOffset: number;
  readonly bytes: number;
  /** The header of the member that stands here, when that much can still be read. */
  readonly header: MemberHeader | undefined;
}

const HEADERS_CHUNK_BYTES = 8 * 1024;
const BODIES_CHUNK_BYTES = 4 * 1024 * 1024;
const SEARCH_CHUNK_BYTES = 1024 * 1024;

/**
 * Walks the members of a volume in order. Behind a damaged stretch it goes on at the next member: where a sound header
 * says, or else at the next header that is sound and names the place where it stands.
 */
export async function* walkMembers(reader: PositionedReader, options: WalkOptions): AsyncGenerator<WalkStep> {
  const to = Math.min(options.to ?? reader.sizeBytes, reader.sizeBytes);
  const headers = new ReadWindow(reader, HEADERS_CHUNK_BYTES);
  const bodies = new ReadWindow(reader, options.chunkBytes ?? BODIES_CHUNK_BYTES, { reuse: options.reuse });
  let offset = options.from ?? 0;
  while (offset < to) {
    const isChecked = offset >= options.checkBlocksFrom;
    const window = isChecked ? bodies : headers;
    const header = parseMemberHeader(await window.read(offset, MEMBER_HEADER_BYTES));
    if (header === undefined || header.volumeOffset !== offset) {
      const next = await findNextMember(reader, offset + 1, to);
      yield { type: 'damage', volumeOffset: offset, bytes: next - offset, header: undefined };
      offset = next;
      continue;
    }
    const end = offset + header.memberBytes;
    const isRead = isChecked || header.kind !== MemberKind.BLOCK;
    const member = isRead ? await window.read(offset, header.memberBytes) : undefined;
    if (end > reader.sizeBytes || (member !== undefined && !isSound(member, header))) {
      yield { type: 'damage', volumeOffset: offset, bytes: Math.min(end, reader.sizeBytes) - offset, header };
    } else {
      yield { type: 'member', volumeOffset: offset, header, member };
    }
    offset = end;
  }
}

/** Offset of the first header at or after `from` that is sound and names its place; `to` when there is none. */
export async function findNextMember(reader: PositionedReader, from: number, to: number): Promise<number> {
  const window = new ReadWindow(reader, SEARCH_CHUNK_BYTES);
  // Chunks overlap by a header less one byte, so that one that lies across their border is seen whole.
  for (let base = from; base < to; base += SEARCH_CHUNK_BYTES - MEMBER_HEADER_BYTES + 1) {
    const chunk = await window.read(base, SEARCH_CHUNK_BYTES);
    for (let at = findMemberStart(chunk, 0); at >= 0; at = findMemberStart(chunk, at + 1)) {
      if (base + at >= to) return to;
      if (parseMemberHeader(chunk.subarray(at))?.volumeOffset === base + at) return base + at;
    }
  }
  return to;
}

function isSound(member: Buffer, header: MemberHeader): boolean {
  return member.length === header.memberBytes && bodyIsSound(member, header);
}
