import type { BytePath } from '../byte-path.ts';
import type { EntryHeader } from './header-reader.ts';

/** What a header of ours says of the entry besides its type and size: see entry-header.ts. */
export interface HeaderAttributes {
  /** Without a leading slash; a directory's ends in one. */
  readonly name: BytePath;
  /** Permission bits, setuid, setgid and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
}

/** The pax records, where they say it, are right; NaN stands for a number that is none. */
export function headerAttributes({ ustar, pax }: EntryHeader): HeaderAttributes {
  const prefix = textAt(ustar, 345, 155);
  const name = textAt(ustar, 0, 100);
  const said = (keyword: string): string | undefined => pax.get(keyword)?.toString('latin1');
  return {
    name: said('path') ?? (prefix === '' ? name : `${prefix}/${name}`),
    mode: octalAt(ustar, 100, 7),
    uid: numberOf(said('uid')) ?? octalAt(ustar, 108, 7),
    gid: numberOf(said('gid')) ?? octalAt(ustar, 116, 7),
    mtimeNs: nanosecondsOf(said('mtime')) ?? BigInt(octalAt(ustar, 136, 11) || 0) * 1_000_000_000n,
  };
}

function textAt(ustar: Buffer, at: number, bytes: number): BytePath {
  const text = ustar.toString('latin1', at, at + bytes);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function octalAt(ustar: Buffer, at: number, digits: number): number {
  return parseInt(ustar.toString('latin1', at, at + digits), 8);
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

/** `SECONDS.NANOSECONDS`, both of the same sign. */
function nanosecondsOf(time: string | undefined): bigint | undefined {
  const match = time === undefined ? null : /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(time);
  if (match === null) return undefined;
  const [, sign, seconds = '0', fraction = ''] = match;
  const size = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -size : size;
}
