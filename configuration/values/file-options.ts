import { canonicalName } from '../syntax.ts';
import type { AssignedType } from '../value-type.ts';
import { singleToken, wrongValue } from './single-token.ts';
import { readText, string } from './text.ts';

/** How the blocks of a file are compressed. */
export interface Compression {
  readonly codec: 'gzip' | 'zstd';
  /** gzip 1..9, zstd 1..19. */
  readonly level: number;
}

/** Codecs that other programs have and this one does not: what stands in for them. */
const STAND_INS: Readonly<Record<string, Compression>> = {
  lzo: { codec: 'gzip', level: 1 },
  lz4: { codec: 'gzip', level: 1 },
  lz4hc: { codec: 'gzip', level: 1 },
  lzfast: { codec: 'gzip', level: 1 },
};

/** `GZIP` (6), `GZIP1` to `GZIP9`, `ZSTD` (3), `ZSTD1` to `ZSTD19`. */
export const compression: AssignedType<Compression> = {
  form: 'assigned',
  title: 'GZIP, GZIP1 to GZIP9, ZSTD or ZSTD1 to ZSTD19',
  example: 'GZIP',
  repeated: 'last',
  read(assignment, context) {
    const token = singleToken(assignment, context, compression);
    if (!token) return undefined;
    const key = canonicalName(token.text);
    const standIn = STAND_INS[key];
    if (standIn) {
      context.warning(
        token,
        `compression ${token.text} is not part of the volume format: ${standIn.codec.toUpperCase()}${standIn.level} is used`,
        'write "compression = GZIP1", or ZSTD1 where it need not be readable with gzip',
      );
      return standIn;
    }
    const match = /^(gzip|zstd)(\d{0,2})$/.exec(key);
    const codec = match?.[1] === 'zstd' ? 'zstd' : 'gzip';
    const level = match?.[2] ? Number(match[2]) : codec === 'gzip' ? 6 : 3;
    if (match && level >= 1 && level <= (codec === 'gzip' ? 9 : 19)) return { codec, level };
    wrongValue(assignment, token, context, compression);
    return undefined;
  },
  format: (value) => [`${value.codec.toUpperCase()}${value.level}`],
};

const SIGNATURES = ['MD5', 'SHA1', 'SHA256', 'SHA512'] as const;
export type Signature = (typeof SIGNATURES)[number];
const FAST_SIGNATURES = new Set(['xxhash64', 'xxh3_64', 'xxh3_128', 'xxh128']);

/** The checksum kept for each file. */
export const signature: AssignedType<Signature> = {
  form: 'assigned',
  title: 'MD5, SHA1, SHA256 or SHA512',
  example: 'SHA1',
  repeated: 'last',
  read(assignment, context) {
    const token = singleToken(assignment, context, signature);
    if (!token) return undefined;
    const key = canonicalName(token.text);
    if (FAST_SIGNATURES.has(key)) {
      context.warning(
        token,
        `signature ${token.text} is not known here: SHA1 is used`,
        'write "signature = SHA1"',
      );
      return 'SHA1';
    }
    const found = SIGNATURES.find((one) => one.toLowerCase() === key);
    if (!found) wrongValue(assignment, token, context, signature);
    return found;
  },
  format: (value) => [value],
};

/** Letters that say what is compared; unknown ones are dropped with a warning, as they never meant anything. */
export function letters(allowed: string, example: string): AssignedType<string> {
  const type: AssignedType<string> = {
    ...string,
    title: `some of the letters ${[...allowed].join(' ')}`,
    example,
    repeated: 'last',
    read(assignment, context) {
      const token =
        assignment.value[0]?.kind === 'number' ? assignment.value[0] : readText(assignment, context, type);
      if (!token) return undefined;
      const unknown = [...token.text].filter((letter) => !allowed.includes(letter));
      if (unknown.length > 0) {
        context.warning(
          token,
          `${assignment.name.text} does not know "${unknown.join('')}"`,
          `it takes ${type.title}`,
        );
      }
      return [...token.text].filter((letter) => allowed.includes(letter)).join('');
    },
  };
  return type;
}
