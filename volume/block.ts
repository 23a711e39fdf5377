import { promisify } from 'node:util';
import { crc32, inflateRaw, inflateRawSync, type InputType, type ZlibOptions } from 'node:zlib';
import { messageOf } from '../errors/operator-error.ts';
import {
  BLOCK_CONTENT_BYTES_MAX,
  BLOCK_CONTENT_UNIT,
  GZIP_TRAILER_BYTES,
  MEMBER_HEADER_BYTES,
  MemberKind,
  bodyIsSound,
  parseMemberHeader,
  writeMemberHeader,
  type MemberHeader,
  type SessionPlace,
} from './member.ts';
import { storedDeflateBytes, writeStoredDeflate } from './stored-deflate.ts';
import { MemberDamaged } from './volume-errors.ts';

export interface BlockInput extends SessionPlace {
  readonly startsAtEntry: boolean;
  readonly endsAtEntry: boolean;
  /** Offset in `content` of the first tar header that begins in it; undefined when none does. */
  readonly firstHeaderOffset: number | undefined;
  /** A piece of the job's stream: 512 to 1,048,576 bytes, a multiple of 512. */
  readonly content: Uint8Array;
  /** `content` as raw deflate data (RFC 1951). Absent, or longer than stored data would be: it is stored. */
  readonly deflated?: Uint8Array | undefined;
}

/** The block as a whole member, not yet placed on a volume. */
export function encodeBlock(input: BlockInput): Buffer {
  const { content, deflated } = input;
  if (
    content.length === 0 ||
    content.length > BLOCK_CONTENT_BYTES_MAX ||
    content.length % BLOCK_CONTENT_UNIT !== 0
  ) {
    throw new RangeError(`A block of ${content.length} bytes: must be a multiple of 512, at most 1 MiB`);
  }
  const storedBytes = storedDeflateBytes(content.length);
  const isStored = deflated === undefined || deflated.length > storedBytes;
  const dataBytes = isStored ? storedBytes : deflated.length;
  const member = Buffer.allocUnsafe(MEMBER_HEADER_BYTES + dataBytes + GZIP_TRAILER_BYTES);
  if (isStored) writeStoredDeflate(content, member, MEMBER_HEADER_BYTES);
  else member.set(deflated, MEMBER_HEADER_BYTES);
  member.writeUInt32LE(crc32(content), member.length - 8);
  member.writeUInt32LE(content.length, member.length - 4);
  writeMemberHeader(member, {
    kind: MemberKind.BLOCK,
    startsAtEntry: input.startsAtEntry,
    endsAtEntry: input.endsAtEntry,
    volSessionId: input.volSessionId,
    volSessionTime: input.volSessionTime,
    blockNumber: input.blockNumber,
    streamOffset: input.streamOffset,
    contentBytes: content.length,
    volumeOffset: 0,
    firstHeaderOffset: input.firstHeaderOffset,
  });
  return member;
}

/**
 * The content of a block, checked in this order: header, size, CRC-32C of the compressed bytes (so damaged bytes never
 * reach the inflater), then size and CRC-32 of what was inflated.
 * @throws MemberDamaged
 */
export function decodeBlockContent(member: Buffer): Buffer {
  const header = checkedBlockHeader(member);
  let inflated: Inflated;
  try {
    // The typings do not know what `info` does to the result.
    inflated = inflateRawSync(deflatedPart(member), inflateOptions(header)) as unknown as Inflated;
  } catch (cause) {
    throw damagedBlock(header, messageOf(cause), cause);
  }
  return checkedContent(member, header, inflated);
}

/** As decodeBlockContent, inflating on libuv's pool: several may be under way at once. */
export async function decodeBlockContentAsync(member: Buffer): Promise<Buffer> {
  const header = checkedBlockHeader(member);
  let inflated: Inflated;
  try {
    inflated = (await inflateRawAsync(deflatedPart(member), inflateOptions(header))) as unknown as Inflated;
  } catch (cause) {
    throw damagedBlock(header, messageOf(cause), cause);
  }
  return checkedContent(member, header, inflated);
}

/** What zlib gives with `info: true`. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

const inflateRawAsync = promisify<InputType, ZlibOptions, Buffer>(inflateRaw);

function checkedBlockHeader(member: Buffer): MemberHeader {
  const header = parseMemberHeader(member);
  if (header === undefined) throw new MemberDamaged('A block has a damaged header');
  if (header.kind !== MemberKind.BLOCK)
    throw new MemberDamaged(`A block was expected, found kind ${header.kind}`);
  if (header.memberBytes !== member.length) {
    throw damagedBlock(header, `it has ${member.length} bytes, its header says ${header.memberBytes}`);
  }
  if (!bodyIsSound(member, header)) throw damagedBlock(header, 'its CRC-32C does not fit');
  return header;
}

function deflatedPart(member: Buffer): Buffer {
  return member.subarray(MEMBER_HEADER_BYTES, member.length - GZIP_TRAILER_BYTES);
}

function inflateOptions(header: MemberHeader): ZlibOptions {
  return { info: true, maxOutputLength: header.contentBytes, chunkSize: Math.max(64, header.contentBytes) };
}

function checkedContent(member: Buffer, header: MemberHeader, { buffer, engine }: Inflated): Buffer {
  if (engine.bytesWritten !== deflatedPart(member).length)
    throw damagedBlock(header, 'its deflate data ends too early');
  if (buffer.length !== header.contentBytes || member.readUInt32LE(member.length - 4) !== buffer.length) {
    throw damagedBlock(
      header,
      `it inflates to ${buffer.length} bytes, its header says ${header.contentBytes}`,
    );
  }
  if (crc32(buffer) !== member.readUInt32LE(member.length - 8))
    throw damagedBlock(header, 'its CRC-32 does not fit');
  return buffer;
}

function damagedBlock(header: MemberHeader, problem: string, cause?: unknown): MemberDamaged {
  const { blockNumber, volSessionId, volSessionTime } = header;
  return new MemberDamaged(
    `Block ${blockNumber} of session ${volSessionId}/${volSessionTime} is damaged: ${problem}`,
    { cause },
  );
}
