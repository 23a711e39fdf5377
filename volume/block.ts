import { promisify } from 'node:util';
import {
  constants,
  inflateRaw,
  inflateRawSync,
  zstdDecompress,
  zstdDecompressSync,
  type InputType,
  type ZlibOptions,
  type ZstdOptions,
} from 'node:zlib';
import { messageOf } from '../errors/operator-error.ts';
import { crc32 } from '../native/byte-work.ts';
import {
  BLOCK_CONTENT_BYTES_MAX,
  BLOCK_CONTENT_UNIT,
  GZIP_TRAILER_BYTES,
  MEMBER_HEADER_BYTES,
  MemberKind,
  bodyIsSound,
  parseMemberHeader,
  writeMemberHeader,
  type MemberCodec,
  type MemberHeader,
  type SessionPlace,
} from './member.ts';
import { storedDeflateBytes, writeStoredDeflate } from './stored-deflate.ts';
import { MemberDamaged } from './volume-errors.ts';

/** Of the frame header descriptor (RFC 8878, 3.1.1.1.1). */
const ZSTD_CHECKSUM_FLAG = 4;

export interface BlockInput extends SessionPlace {
  readonly startsAtEntry: boolean;
  readonly endsAtEntry: boolean;
  /** Offset in `content` of the first tar header that begins in it; undefined when none does. */
  readonly firstHeaderOffset: number | undefined;
  /** A piece of the job's stream: 512 to 1,048,576 bytes, a multiple of 512. */
  readonly content: Uint8Array;
  /** Absent, or longer than stored data would be: the block is stored. */
  readonly packed?: PackedContent | undefined;
}

/** The content of a block, compressed: raw deflate data (RFC 1951), or one zstd frame with a checksum (RFC 8878). */
export interface PackedContent {
  readonly codec: MemberCodec;
  readonly data: Uint8Array;
}

/**
 * A block on its way to be a whole member, not yet placed on a volume: `copy` makes the member where it is wanted, so that
 * what is not compressed is copied once. Until then the content must stay as it is.
 */
export class Block {
  /** Bytes of the member. */
  readonly length: number;
  readonly #input: BlockInput;
  /** Undefined when the block is stored. */
  readonly #packed: PackedContent | undefined;
  readonly #codec: MemberCodec;

  constructor(input: BlockInput) {
    const { content } = input;
    if (
      content.length === 0 ||
      content.length > BLOCK_CONTENT_BYTES_MAX ||
      content.length % BLOCK_CONTENT_UNIT !== 0
    ) {
      throw new RangeError(`A block of ${content.length} bytes: must be a multiple of 512, at most 1 MiB`);
    }
    this.#input = input;
    const storedBytes = storedDeflateBytes(content.length);
    this.#packed = input.packed && input.packed.data.length <= storedBytes ? input.packed : undefined;
    this.#codec = this.#packed?.codec ?? 'deflate';
    const dataBytes = this.#packed?.data.length ?? storedBytes;
    this.length = MEMBER_HEADER_BYTES + dataBytes + trailerBytes(this.#codec);
  }

  /** Writes the member into `target`, `length` bytes from `at` on. */
  copy(target: Buffer, at: number): void {
    const { content, ...header } = this.#input;
    const codec = this.#codec;
    const member = target.subarray(at, at + this.length);
    if (this.#packed === undefined) writeStoredDeflate(content, member, MEMBER_HEADER_BYTES);
    else member.set(this.#packed.data, MEMBER_HEADER_BYTES);
    if (codec === 'deflate') {
      member.writeUInt32LE(crc32(content), member.length - 8);
      member.writeUInt32LE(content.length, member.length - 4);
    }
    writeMemberHeader(member, {
      ...header,
      kind: MemberKind.BLOCK,
      codec,
      contentBytes: content.length,
      volumeOffset: 0,
    });
  }
}

/** The whole member of a block. */
export function encodeBlock(input: BlockInput): Buffer {
  const block = new Block(input);
  const member = Buffer.allocUnsafe(block.length);
  block.copy(member, 0);
  return member;
}

/**
 * The content of a block, checked in this order: header, size, CRC-32C of the compressed bytes (so damaged bytes never
 * reach the inflater), then size and checksum of what was inflated.
 * @throws MemberDamaged
 */
export function decodeBlockContent(member: Buffer): Buffer {
  const header = checkedBlockHeader(member);
  let unpacked: Unpacked;
  try {
    unpacked =
      header.codec === 'zstd'
        ? infoOf(zstdDecompressSync(packedPart(member, header), zstdOptions(header)))
        : infoOf(inflateRawSync(packedPart(member, header), inflateOptions(header.contentBytes)));
  } catch (cause) {
    throw damagedBlock(header, messageOf(cause), cause);
  }
  return checkedContent(member, header, unpacked);
}

/** Inflates raw deflate data to at most `contentBytes`, and says how much of it that took. Throws when it is not sound. */
export type Inflate = (
  deflated: Uint8Array,
  contentBytes: number,
) => Promise<{ readonly content: Buffer; readonly readBytes: number }>;

/** As decodeBlockContent, inflating on libuv's pool: several may be under way at once. */
export async function decodeBlockContentAsync(
  member: Buffer,
  inflate: Inflate = inflateWithZlib,
): Promise<Buffer> {
  const header = checkedBlockHeader(member);
  let unpacked: Unpacked;
  try {
    unpacked =
      header.codec === 'zstd'
        ? infoOf(await zstdDecompressAsync(packedPart(member, header), zstdOptions(header)))
        : await inflate(packedPart(member, header), header.contentBytes);
  } catch (cause) {
    throw damagedBlock(header, messageOf(cause), cause);
  }
  return checkedContent(member, header, unpacked);
}

interface Unpacked {
  readonly content: Buffer;
  readonly readBytes: number;
}

const inflateRawAsync = promisify<InputType, ZlibOptions, Buffer>(inflateRaw);
const zstdDecompressAsync = promisify<InputType, ZstdOptions, Buffer>(zstdDecompress);

async function inflateWithZlib(deflated: Uint8Array, contentBytes: number): Promise<Unpacked> {
  return infoOf(await inflateRawAsync(deflated, inflateOptions(contentBytes)));
}

/** What zlib gives with `info: true`, of which its typings do not know. */
function infoOf(result: unknown): Unpacked {
  const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
  return { content: buffer, readBytes: engine.bytesWritten };
}

function checkedBlockHeader(member: Buffer): MemberHeader {
  const header = parseMemberHeader(member);
  if (header === undefined) throw new MemberDamaged('A block has a damaged header');
  if (header.kind !== MemberKind.BLOCK)
    throw new MemberDamaged(`A block was expected, found kind ${header.kind}`);
  if (header.memberBytes !== member.length) {
    throw damagedBlock(header, `it has ${member.length} bytes, its header says ${header.memberBytes}`);
  }
  if (!bodyIsSound(member, header)) throw damagedBlock(header, 'its CRC-32C does not fit');
  if (header.codec === 'zstd' && !hasChecksum(member)) throw damagedBlock(header, 'it has no checksum');
  return header;
}

function trailerBytes(codec: MemberCodec): number {
  return codec === 'zstd' ? 0 : GZIP_TRAILER_BYTES;
}

/** Whether the zstd frame of the block says that it ends with a checksum, which the decoder then looks at. */
function hasChecksum(member: Buffer): boolean {
  const descriptor = member[MEMBER_HEADER_BYTES + 4] ?? 0;
  return (descriptor & ZSTD_CHECKSUM_FLAG) !== 0;
}

function packedPart(member: Buffer, { codec }: MemberHeader): Buffer {
  return member.subarray(MEMBER_HEADER_BYTES, member.length - trailerBytes(codec));
}

/** In one piece. When it is full to the last byte, zlib makes another one for what may follow. */
function outputBytes(contentBytes: number): number {
  return Math.max(64, contentBytes + 1);
}

function inflateOptions(contentBytes: number): ZlibOptions {
  return { info: true, maxOutputLength: contentBytes, chunkSize: outputBytes(contentBytes) };
}

function zstdOptions(header: MemberHeader): ZstdOptions {
  const { contentBytes } = header;
  return {
    info: true,
    maxOutputLength: contentBytes,
    chunkSize: outputBytes(contentBytes),
    params: { [constants.ZSTD_d_windowLogMax]: Math.log2(BLOCK_CONTENT_BYTES_MAX) },
  };
}

function checkedContent(member: Buffer, header: MemberHeader, { content, readBytes }: Unpacked): Buffer {
  if (readBytes !== packedPart(member, header).length)
    throw damagedBlock(header, 'its compressed data ends too early');
  if (content.length !== header.contentBytes) {
    throw damagedBlock(
      header,
      `it inflates to ${content.length} bytes, its header says ${header.contentBytes}`,
    );
  }
  if (header.codec === 'deflate') checkTrailer(member, header, content);
  return content;
}

/** The gzip trailer, which zcat looks at, too. */
function checkTrailer(member: Buffer, header: MemberHeader, content: Buffer): void {
  const sizeBytes = member.readUInt32LE(member.length - 4);
  if (sizeBytes !== content.length)
    throw damagedBlock(header, `it inflates to ${content.length} bytes, its trailer says ${sizeBytes}`);
  if (crc32(content) !== member.readUInt32LE(member.length - 8))
    throw damagedBlock(header, 'its CRC-32 does not fit');
}

function damagedBlock(header: MemberHeader, problem: string, cause?: unknown): MemberDamaged {
  const { blockNumber, volSessionId, volSessionTime } = header;
  return new MemberDamaged(
    `Block ${blockNumber} of session ${volSessionId}/${volSessionTime} is damaged: ${problem}`,
    { cause },
  );
}
