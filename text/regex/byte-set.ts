/** `set[byte] === 1`: the byte is in it. */
export type ByteSet = Uint8Array;

const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alpha', /[A-Za-z]/],
  ['digit', /[0-9]/],
  ['alnum', /[A-Za-z0-9]/],
  ['upper', /[A-Z]/],
  ['lower', /[a-z]/],
  ['space', /[\t-\r ]/],
  ['blank', /[\t ]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['print', /[ -~]/],
  ['graph', /[!-~]/],
  ['cntrl', /[\x00-\x1f\x7f]/],
  ['xdigit', /[0-9A-Fa-f]/],
]);

/** Adds the bytes of a POSIX class such as `alpha`, as in the C locale; false when there is no such class. */
export function addClass(set: ByteSet, name: string): boolean {
  const members = CLASSES.get(name);
  if (members === undefined) return false;
  for (let byte = 0; byte < 256; byte++) if (members.test(String.fromCharCode(byte))) set[byte] = 1;
  return true;
}

/**
 * Adds the bytes from one to another. Where case does not count, the C library brings the ends to one case and leaves
 * letters of the other out; `foldSet` adds them then.
 */
export function addRange(set: ByteSet, from: number, to: number, fold: FoldByte = sameByte): void {
  for (let byte = fold(from); byte <= fold(to); byte++) if (fold(byte) === byte) set[byte] = 1;
}

/** Gives ASCII letters in one case, all else as it is. */
export type FoldByte = (byte: number) => number;

export function sameByte(byte: number): number {
  return byte;
}

export function lowerByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

export function upperByte(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}

/** Adds the other case of every ASCII letter that is in the set. */
export function foldSet(set: ByteSet): void {
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    const lower = upper + 0x20;
    if (set[upper] === 1 || set[lower] === 1) set[upper] = set[lower] = 1;
  }
}
