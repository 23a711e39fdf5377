import { crc32c } from '@node-rs/crc32';

/**
 * The header of a volume member. A volume is a sequence of members; each is one gzip member (RFC 1952) whose extra
 * field (FEXTRA) holds one subfield `No` with everything Noctule needs to walk, seek and check. Of a block compressed
 * with zstd, the same subfield stands in a skippable frame (RFC 8878) in front of the zstd frame. docs/volume-format.md
 * tells the same, with the rules around it, for somebody who wants to write a reader. All integers are little endian.
 *
 *   offset size  field
 *        0    2  1f 8b                 gzip magic
 *        2    1  08                    method: deflate
 *        3    1  04                    flags: FEXTRA only
 *        4    4  0                     gzip mtime
 *        8    1  0                     gzip extra flags
 *        9    1  ff                    gzip operating system: unknown
 *       10    2  XLEN                  bytes of the extra field: 4 + LEN
 *       12    2  'N' 'o'               id of the subfield
 *       14    2  LEN                   bytes of the subfield: 52, plus the content when the kind is not `block`
 *       16    1  format version        1
 *       17    1  kind                  MemberKind
 *       18    2  flags                 1 STARTS_AT_ENTRY, 2 ENDS_AT_ENTRY; the others 0
 *       20    4  member bytes          the whole member, header and trailer included
 *       24    4  vol_session_id        0 in a label
 *       28    4  vol_session_time      0 in a label
 *       32    4  block number          0-based in the session; in other kinds the number of the next block
 *       36    4  content bytes         of a block its uncompressed size, of other kinds the size of the content
 *       40    8  stream offset         where the block's content lies in the job's stream; in other kinds where the
 *                                      next block's will
 *       48    8  volume offset         where this member lies in its volume; set by the one who writes the volume
 *       56    4  first header offset   of the first tar header that begins in the block, ffffffff when none does
 *       60    4  body CRC-32C          of all bytes from 68 to the end of the member
 *       64    4  header CRC-32C        of the bytes 0 to 63
 *
 * A block in zstd begins otherwise, and has no trailer:
 *        0    4  5e 2a 4d 18           magic of a skippable frame
 *        4    4  60                    bytes of that frame: up to offset 68
 *        8    4  0
 *
 *   kind block: 68 raw deflate data (RFC 1951), then CRC-32 and size of the content (the gzip trailer, 4 + 4);
 *               or one zstd frame with a checksum
 *   the others: 68 content (at most 65,000 bytes), then 03 00 (empty deflate stream), then 0, 0 (4 + 4)
 */
export const MEMBER_HEADER_BYTES = 68;

/** CRC-32 and ISIZE. */
export const GZIP_TRAILER_BYTES = 8;

/** Most bytes of the job's stream in a block. */
export const BLOCK_CONTENT_BYTES_MAX = 1024 * 1024;

/** Blocks hold whole tar records. */
export const BLOCK_CONTENT_UNIT = 512;

/** Most bytes of content in a member that is not a block: gzip's extra field ends at 65,535. */
export const CONTROL_CONTENT_BYTES_MAX = 65_000;

/** No member is larger: a block that does not shrink is stored, which adds 5 bytes for each 64 KiB. */
export const MEMBER_BYTES_MAX = BLOCK_CONTENT_BYTES_MAX + 4096;

export const FORMAT_VERSION = 1;

const EXTRA_FIXED_BYTES = 52;
const GZIP_PREFIX = Buffer.from([0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff]);
const ZSTD_PREFIX = Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 60, 0, 0, 0, 0, 0, 0, 0]);
/** Magic, two bytes of frame header, an empty block, checksum. */
const ZSTD_FRAME_BYTES_MIN = 13;
const SUBFIELD_ID = 'N'.charCodeAt(0) | ('o'.charCodeAt(0) << 8);
const NO_HEADER = 0xffffffff;
const STARTS_AT_ENTRY = 1;
const ENDS_AT_ENTRY = 2;

export const MemberKind = {
  LABEL: 1,
  SESSION_START: 2,
  BLOCK: 3,
  RECORDS: 4,
  SESSION_END: 5,
  /** Reserved: readers skip it, nobody writes it yet. */
  CHECKPOINT: 6,
} as const;
export type MemberKind = (typeof MemberKind)[keyof typeof MemberKind];

/** What a block is compressed with; the other kinds are always `deflate`. */
export type MemberCodec = 'deflate' | 'zstd';

/** Which session a member belongs to, and how far that session's stream had come. */
export interface SessionPlace {
  readonly volSessionId: number;
  readonly volSessionTime: number;
  /** Number of this block; of other kinds, of the block that comes next. */
  readonly blockNumber: number;
  /** Offset in the job's stream of this block's content; of other kinds, of the next block's. */
  readonly streamOffset: number;
}

export interface MemberHeader extends SessionPlace {
  readonly kind: MemberKind;
  readonly codec: MemberCodec;
  /** The block begins at an entry boundary of the tar stream. */
  readonly startsAtEntry: boolean;
  /** The block ends at an entry boundary: a session may be cut back to its end. */
  readonly endsAtEntry: boolean;
  readonly memberBytes: number;
  readonly contentBytes: number;
  /** Offset of this member in its volume; 0 until `placeMember`. */
  readonly volumeOffset: number;
  /** Offset within the block's content; undefined when no tar header begins in it. */
  readonly firstHeaderOffset: number | undefined;
  readonly bodyCrc: number;
}

/** The place of a member, without the rest of its header. */
export function placeOf({
  volSessionId,
  volSessionTime,
  blockNumber,
  streamOffset,
}: SessionPlace): SessionPlace {
  return { volSessionId, volSessionTime, blockNumber, streamOffset };
}

/** Where the stream of a session stands behind this block. */
export function placeBehind(block: SessionPlace & { readonly contentBytes: number }): SessionPlace {
  const { volSessionId, volSessionTime, blockNumber, streamOffset, contentBytes } = block;
  return {
    volSessionId,
    volSessionTime,
    blockNumber: blockNumber + 1,
    streamOffset: streamOffset + contentBytes,
  };
}

/** Writes the header in front of a member whose body (from MEMBER_HEADER_BYTES on) is already in place. */
export function writeMemberHeader(
  member: Buffer,
  header: Omit<MemberHeader, 'memberBytes' | 'bodyCrc'>,
): void {
  const extraBytes = EXTRA_FIXED_BYTES + (header.kind === MemberKind.BLOCK ? 0 : header.contentBytes);
  if (header.codec === 'zstd') {
    ZSTD_PREFIX.copy(member, 0);
  } else {
    GZIP_PREFIX.copy(member, 0);
    member.writeUInt16LE(extraBytes + 4, 10);
  }
  member.writeUInt16LE(SUBFIELD_ID, 12);
  member.writeUInt16LE(extraBytes, 14);
  member.writeUInt8(FORMAT_VERSION, 16);
  member.writeUInt8(header.kind, 17);
  member.writeUInt16LE(
    (header.startsAtEntry ? STARTS_AT_ENTRY : 0) | (header.endsAtEntry ? ENDS_AT_ENTRY : 0),
    18,
  );
  member.writeUInt32LE(member.length, 20);
  member.writeUInt32LE(header.volSessionId, 24);
  member.writeUInt32LE(header.volSessionTime, 28);
  member.writeUInt32LE(header.blockNumber, 32);
  member.writeUInt32LE(header.contentBytes, 36);
  member.writeBigUInt64LE(BigInt(header.streamOffset), 40);
  member.writeBigUInt64LE(BigInt(header.volumeOffset), 48);
  member.writeUInt32LE(header.firstHeaderOffset ?? NO_HEADER, 56);
  member.writeUInt32LE(crc32c(member.subarray(MEMBER_HEADER_BYTES)), 60);
  sealHeader(member);
}

/**
 * Tells a member where it lies in its volume. Done by whoever writes it there; a reader that searches for members
 * behind a damaged stretch trusts only those that name the place where they stand, so that it is not led astray by
 * the members of another volume that was itself backed up.
 */
export function placeMember(member: Buffer, volumeOffset: number): void {
  member.writeBigUInt64LE(BigInt(volumeOffset), 48);
  sealHeader(member);
}

/** Makes a block one of another session: everything in its header is as before but its place, and no volume is named yet. */
export function moveMember(
  member: Buffer,
  { volSessionId, volSessionTime, blockNumber, streamOffset }: SessionPlace,
): void {
  member.writeUInt32LE(volSessionId, 24);
  member.writeUInt32LE(volSessionTime, 28);
  member.writeUInt32LE(blockNumber, 32);
  member.writeBigUInt64LE(BigInt(streamOffset), 40);
  placeMember(member, 0);
}

/** Whether the body of this whole member is what its header was written for. */
export function bodyIsSound(member: Buffer, header: MemberHeader): boolean {
  return crc32c(member.subarray(MEMBER_HEADER_BYTES, header.memberBytes)) === header.bodyCrc;
}

/**
 * Reads the header at the beginning of `bytes` (at least MEMBER_HEADER_BYTES of them, else undefined).
 * Undefined when it is no header of this format version, is damaged, or contradicts itself.
 */
export function parseMemberHeader(bytes: Buffer): MemberHeader | undefined {
  if (bytes.length < MEMBER_HEADER_BYTES) return undefined;
  const codec = codecOf(bytes);
  if (codec === undefined || bytes.readUInt16LE(12) !== SUBFIELD_ID) return undefined;
  if (crc32c(bytes.subarray(0, 64)) !== bytes.readUInt32LE(64)) return undefined;
  const kind = bytes.readUInt8(17);
  const flags = bytes.readUInt16LE(18);
  const firstHeaderOffset = bytes.readUInt32LE(56);
  const streamOffset = bytes.readBigUInt64LE(40);
  const volumeOffset = bytes.readBigUInt64LE(48);
  if (bytes.readUInt8(16) !== FORMAT_VERSION || !isMemberKind(kind)) return undefined;
  if (streamOffset > Number.MAX_SAFE_INTEGER || volumeOffset > Number.MAX_SAFE_INTEGER) return undefined;
  const header: MemberHeader = {
    kind,
    codec,
    startsAtEntry: (flags & STARTS_AT_ENTRY) !== 0,
    endsAtEntry: (flags & ENDS_AT_ENTRY) !== 0,
    memberBytes: bytes.readUInt32LE(20),
    volSessionId: bytes.readUInt32LE(24),
    volSessionTime: bytes.readUInt32LE(28),
    blockNumber: bytes.readUInt32LE(32),
    contentBytes: bytes.readUInt32LE(36),
    streamOffset: Number(streamOffset),
    volumeOffset: Number(volumeOffset),
    firstHeaderOffset: firstHeaderOffset === NO_HEADER ? undefined : firstHeaderOffset,
    bodyCrc: bytes.readUInt32LE(60),
  };
  const subfieldBytes = bytes.readUInt16LE(14);
  if (codec === 'deflate' && bytes.readUInt16LE(10) !== subfieldBytes + 4) return undefined;
  return sizesAgree(header, subfieldBytes) ? header : undefined;
}

/**
 * The next place at or after `from` where a member may begin, or -1. Only the fixed bytes are looked at:
 * parseMemberHeader decides.
 */
export function findMemberStart(bytes: Buffer, from: number): number {
  const gzip = bytes.indexOf(GZIP_PREFIX, from);
  // Not beyond the one that was found: most volumes have no zstd to find.
  const zstd = (gzip < 0 ? bytes : bytes.subarray(0, gzip)).indexOf(ZSTD_PREFIX, from);
  return zstd < 0 ? gzip : zstd;
}

function codecOf(bytes: Buffer): MemberCodec | undefined {
  if (bytes.compare(GZIP_PREFIX, 0, GZIP_PREFIX.length, 0, GZIP_PREFIX.length) === 0) return 'deflate';
  if (bytes.compare(ZSTD_PREFIX, 0, ZSTD_PREFIX.length, 0, ZSTD_PREFIX.length) === 0) return 'zstd';
  return undefined;
}

function isMemberKind(kind: number): kind is MemberKind {
  return kind >= MemberKind.LABEL && kind <= MemberKind.CHECKPOINT;
}

function sizesAgree(header: MemberHeader, subfieldBytes: number): boolean {
  const { kind, codec, contentBytes, memberBytes, firstHeaderOffset } = header;
  const bodyBytesMin = codec === 'zstd' ? ZSTD_FRAME_BYTES_MIN : GZIP_TRAILER_BYTES + 1;
  if (kind === MemberKind.BLOCK) {
    return (
      subfieldBytes === EXTRA_FIXED_BYTES &&
      contentBytes > 0 &&
      contentBytes <= BLOCK_CONTENT_BYTES_MAX &&
      contentBytes % BLOCK_CONTENT_UNIT === 0 &&
      memberBytes >= MEMBER_HEADER_BYTES + bodyBytesMin &&
      memberBytes <= MEMBER_BYTES_MAX &&
      (firstHeaderOffset === undefined || firstHeaderOffset < contentBytes)
    );
  }
  return (
    codec === 'deflate' &&
    contentBytes <= CONTROL_CONTENT_BYTES_MAX &&
    subfieldBytes === EXTRA_FIXED_BYTES + contentBytes &&
    memberBytes === MEMBER_HEADER_BYTES + contentBytes + EMPTY_DEFLATE.length + GZIP_TRAILER_BYTES
  );
}

/** A deflate stream that inflates to nothing. */
export const EMPTY_DEFLATE = Buffer.from([0x03, 0x00]);

function sealHeader(member: Buffer): void {
  member.writeUInt32LE(crc32c(member.subarray(0, 64)), 64);
}
