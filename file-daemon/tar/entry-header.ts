import type { BytePath } from '../byte-path.ts';

/**
 * Headers of tar entries: a ustar header, with a pax extended header before it only where ustar cannot say it.
 *
 * Own code and not tar-stream, which takes names as UTF-8 strings only, clamps uids over 262143, wraps times after 2038,
 * and costs three to five times as much for each entry. The tests read this output with tar-stream and with GNU tar.
 */
export interface TarEntry {
  /** Without a leading slash; a directory's ends in one. */
  readonly name: BytePath;
  readonly typeFlag: TypeFlag;
  /** Permission bits, setuid, setgid and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of data behind the header; 0 for all but regular files. */
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  /** Target of a symbolic link; of a hard link the name of the earlier entry. */
  readonly linkName: BytePath;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** Further records of the pax header. */
  readonly extra: readonly PaxRecord[];
}

/** A record of a pax header; both are bytes, the keyword without `=`. */
export interface PaxRecord {
  readonly keyword: BytePath;
  readonly value: BytePath;
}

export const TypeFlag = {
  REGULAR: '0',
  HARD_LINK: '1',
  SYMLINK: '2',
  CHARACTER_DEVICE: '3',
  BLOCK_DEVICE: '4',
  DIRECTORY: '5',
  FIFO: '6',
  PAX: 'x',
} as const;
export type TypeFlag = (typeof TypeFlag)[keyof typeof TypeFlag];

export const TAR_UNIT_BYTES = 512;

/** `bytes` rounded up to whole tar records. */
export function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / TAR_UNIT_BYTES) * TAR_UNIT_BYTES;
}

/** Largest values of the octal fields of 8 and of 12 bytes. */
const OCTAL_7_MAX = 0o7777777;
const OCTAL_11_MAX = 0o77777777777;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;

/**
 * The name of every pax header: always the same, so that these records compress to almost nothing. Nobody sees it but a
 * tar from before 2001.
 */
const PAX_NAME = 'PaxHeader/noctule';

/** Encodes headers, one at a time, into a buffer of its own. */
export class TarHeaderEncoder {
  #buffer: Buffer = Buffer.alloc(16 * 1024);

  /** The header(s) of the entry, a multiple of 512 bytes. Valid until the next call. */
  encode(entry: TarEntry): Buffer {
    const split = splitName(entry.name);
    const pax = paxRecords(entry, split === undefined);
    const paxBytes = pax === '' ? 0 : TAR_UNIT_BYTES + paddedBytes(pax.length);
    const bytes = paxBytes + TAR_UNIT_BYTES;
    if (bytes > this.#buffer.length) this.#buffer = Buffer.alloc(bytes);
    const target = this.#buffer.fill(0, 0, bytes);
    if (paxBytes > 0) {
      writeHeader(target, 0, {
        ...PAX_ENTRY,
        sizeBytes: pax.length,
      });
      target.write(pax, TAR_UNIT_BYTES, 'latin1');
    }
    writeHeader(target, paxBytes, entry, split);
    return target.subarray(0, bytes);
  }
}

const PAX_ENTRY: TarEntry = {
  name: PAX_NAME,
  typeFlag: TypeFlag.PAX,
  mode: 0o644,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  mtimeSeconds: 0,
  mtimeNanoseconds: 0,
  linkName: '',
  deviceMajor: 0,
  deviceMinor: 0,
  extra: [],
};

interface SplitName {
  readonly prefix: BytePath;
  readonly name: BytePath;
}

/** The name as the two fields of a ustar header hold it; undefined when they cannot. */
function splitName(name: BytePath): SplitName | undefined {
  if (name.length <= NAME_BYTES) return { prefix: '', name };
  // The slash that goes must leave a name behind it: the one at the end of a directory will not do.
  const slash = name.indexOf('/', name.length - NAME_BYTES - 1);
  if (slash <= 0 || slash > PREFIX_BYTES || slash >= name.length - 1) return undefined;
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) };
}

/** The pax records that this entry needs; '' when ustar says it all. Values are bytes: names are written as they are. */
function paxRecords(entry: TarEntry, hasLongName: boolean): string {
  let records = '';
  if (hasLongName) records += paxRecord('path', entry.name);
  if (entry.linkName.length > NAME_BYTES) records += paxRecord('linkpath', entry.linkName);
  if (entry.sizeBytes > OCTAL_11_MAX) records += paxRecord('size', String(entry.sizeBytes));
  if (entry.uid > OCTAL_7_MAX) records += paxRecord('uid', String(entry.uid));
  if (entry.gid > OCTAL_7_MAX) records += paxRecord('gid', String(entry.gid));
  const { mtimeSeconds, mtimeNanoseconds } = entry;
  if (mtimeNanoseconds !== 0 || mtimeSeconds < 0 || mtimeSeconds > OCTAL_11_MAX) {
    records += paxRecord('mtime', paxTime(mtimeSeconds, mtimeNanoseconds));
  }
  for (const { keyword, value } of entry.extra) records += paxRecord(keyword, value);
  return records;
}

/** `LENGTH KEYWORD=VALUE\n`, where LENGTH counts its own digits too. */
function paxRecord(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length > length) length = String(length).length + rest.length;
  return length + rest;
}

/** Seconds with nine decimals. Nanoseconds count forward, so -2 s and 500,000,000 ns are -1.5 s. */
function paxTime(seconds: number, nanoseconds: number): string {
  const isNegative = seconds < 0 && nanoseconds > 0;
  const whole = isNegative ? seconds + 1 : seconds;
  const fraction = isNegative ? 1_000_000_000 - nanoseconds : nanoseconds;
  const sign = isNegative && whole === 0 ? '-' : '';
  return `${sign}${whole}.${String(fraction).padStart(9, '0')}`;
}

/**
 *   offset size  field            offset size  field
 *        0  100  name                156    1  type flag
 *      100    8  mode                157  100  link name
 *      108    8  uid                 257    6  "ustar\0"
 *      116    8  gid                 263    2  "00"
 *      124   12  size                265   64  user and group name (left empty: numbers decide)
 *      136   12  mtime               329   16  device major, minor
 *      148    8  checksum            345  155  prefix
 */
function writeHeader(
  target: Buffer,
  at: number,
  entry: TarEntry,
  split: SplitName | undefined = { prefix: '', name: entry.name },
): void {
  // What does not fit stands in the pax records; the fields then hold as much as they can.
  target.write(split.name, at, NAME_BYTES, 'latin1');
  writeOctal(target, at + 100, 7, entry.mode);
  writeOctal(target, at + 108, 7, entry.uid > OCTAL_7_MAX ? 0 : entry.uid);
  writeOctal(target, at + 116, 7, entry.gid > OCTAL_7_MAX ? 0 : entry.gid);
  writeOctal(target, at + 124, 11, entry.sizeBytes > OCTAL_11_MAX ? 0 : entry.sizeBytes);
  const { mtimeSeconds } = entry;
  writeOctal(target, at + 136, 11, mtimeSeconds < 0 || mtimeSeconds > OCTAL_11_MAX ? 0 : mtimeSeconds);
  target.write(entry.typeFlag, at + 156, 'latin1');
  target.write(entry.linkName, at + 157, NAME_BYTES, 'latin1');
  target.write('ustar\x0000', at + 257, 'latin1');
  if (entry.typeFlag === TypeFlag.CHARACTER_DEVICE || entry.typeFlag === TypeFlag.BLOCK_DEVICE) {
    writeOctal(target, at + 329, 7, entry.deviceMajor);
    writeOctal(target, at + 337, 7, entry.deviceMinor);
  }
  target.write(split.prefix, at + 345, PREFIX_BYTES, 'latin1');
  writeOctal(target, at + 148, 6, headerChecksum(target, at));
  target[at + 155] = 0x20;
}

/** `digits` octal digits; the byte behind them stays zero. */
function writeOctal(target: Buffer, at: number, digits: number, value: number): void {
  let rest = value;
  for (let index = at + digits - 1; index >= at; index--) {
    target[index] = 0x30 + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}

/** The sum of the header's bytes, with the checksum field taken as blanks. */
export function headerChecksum(header: Uint8Array, at: number): number {
  let sum = 8 * 0x20;
  for (let index = at; index < at + 148; index++) sum += header[index] ?? 0;
  for (let index = at + 156; index < at + TAR_UNIT_BYTES; index++) sum += header[index] ?? 0;
  return sum;
}
