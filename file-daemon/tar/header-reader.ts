import { OperatorError } from '../../errors/operator-error.ts';
import { TAR_UNIT_BYTES, TypeFlag, headerChecksum, paddedBytes } from './entry-header.ts';

/** What stands before the data of a tar entry. */
export interface EntryHeader {
  /** The ustar header, without pax. */
  readonly ustar: Buffer;
  readonly typeFlag: string;
  /** Bytes of data. */
  readonly sizeBytes: number;
  /** Bytes of all headers together: the data begins there. */
  readonly headerBytes: number;
  /** Records of the pax header by keyword; values are bytes. */
  readonly pax: ReadonlyMap<string, Buffer>;
}

/** The bytes at an entry's place in the stream are no entry, or not the one that the catalog expects there. */
export class EntryDamaged extends OperatorError {
  readonly code = 'FD_ENTRY_DAMAGED';
}

/**
 * Reads the header(s) that begin at the start of `stream`.
 * @throws EntryDamaged
 */
export function readEntryHeader(stream: Buffer): EntryHeader {
  const first = readUstar(stream, 0);
  if (first.typeFlag !== TypeFlag.PAX) return { ...first, headerBytes: TAR_UNIT_BYTES, pax: new Map() };

  const paxEnd = TAR_UNIT_BYTES + paddedBytes(first.sizeBytes);
  const pax = readPaxRecords(stream.subarray(TAR_UNIT_BYTES, TAR_UNIT_BYTES + first.sizeBytes));
  const { ustar, typeFlag, sizeBytes } = readUstar(stream, paxEnd);
  const paxSize = pax.get('size')?.toString('latin1');
  return {
    ustar,
    typeFlag,
    sizeBytes: paxSize === undefined ? sizeBytes : numberOf(paxSize, 10),
    headerBytes: paxEnd + TAR_UNIT_BYTES,
    pax,
  };
}

function readUstar(stream: Buffer, at: number): { ustar: Buffer; typeFlag: string; sizeBytes: number } {
  if (at + TAR_UNIT_BYTES > stream.length) throw new EntryDamaged('its tar header is cut off');
  if (numberOf(stream.toString('latin1', at + 148, at + 154), 8) !== headerChecksum(stream, at)) {
    throw new EntryDamaged('there is no tar header at its place');
  }
  return {
    ustar: stream.subarray(at, at + TAR_UNIT_BYTES),
    typeFlag: String.fromCharCode(stream[at + 156] ?? 0),
    sizeBytes: numberOf(stream.toString('latin1', at + 124, at + 135), 8),
  };
}

function readPaxRecords(data: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < data.length;) {
    const blank = data.indexOf(0x20, at);
    const end = at + numberOf(data.toString('latin1', at, blank), 10);
    const equals = data.indexOf(0x3d, blank);
    if (blank < 0 || equals < 0 || equals >= end || data[end - 1] !== 0x0a) {
      throw new EntryDamaged('its pax header is damaged');
    }
    records.set(data.toString('latin1', blank + 1, equals), data.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}

function numberOf(digits: string, radix: 8 | 10): number {
  const isSound = (radix === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(digits);
  const value = isSound ? parseInt(digits, radix) : NaN;
  if (!Number.isSafeInteger(value)) throw new EntryDamaged('a number in its tar header is damaged');
  return value;
}
