/**
 * File names are bytes: they may hold line feeds, terminal control sequences and text that is no UTF-8. This
 * is the one form in which they are shown, logged and typed: a single line of valid text that names exactly
 * one sequence of bytes.
 *
 *     valid UTF-8 without control characters    as it is
 *     backslash, line feed, carriage return, tab    \\ \n \r \t
 *     every other byte                          \xHH (two lower-case hexadecimal digits)
 */

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);
const ESCAPED: ReadonlyMap<string, string> = new Map([...ESCAPES].map(([raw, escape]) => [escape, raw]));

const PLAIN = /^[\x20-\x5b\x5d-\x7e]*$/;
/**
 * Backslash; control characters (C0, DEL, C1); line and paragraph separators; marks that turn the writing
 * direction and would show a name in another order than it has; the sign that decoding puts for bytes that
 * are no UTF-8.
 */
const SPECIAL = /[\\\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/u;

/** A path as one line of printable text; `parsePrintablePath` turns it back into the same bytes. */
export function printablePath(path: Uint8Array): string {
  const bytes = Buffer.from(path.buffer, path.byteOffset, path.byteLength);
  const text = bytes.toString('utf8');
  if (PLAIN.test(text) || (!SPECIAL.test(text) && isExact(text, bytes))) return text;

  let printable = '';
  for (let start = 0; start < bytes.length;) {
    const character = characterAt(bytes, start);
    const known = character === undefined ? undefined : ESCAPES.get(character);
    if (character !== undefined && (known !== undefined || !SPECIAL.test(character))) {
      printable += known ?? character;
      start += Buffer.byteLength(character);
    } else {
      printable += `\\x${bytes.toString('hex', start, start + 1)}`;
      start += 1;
    }
  }
  return printable;
}

/** The bytes of a path in the form of `printablePath`. A backslash that starts no known escape stands for itself. */
export function parsePrintablePath(text: string): Buffer {
  if (!text.includes('\\')) return Buffer.from(text);
  const parts: Buffer[] = [];
  for (const [part] of text.matchAll(/\\(?:[\\nrt]|x[0-9a-f]{2})|[^\\]+|\\/gi)) {
    const raw = ESCAPED.get(part);
    if (raw !== undefined) parts.push(Buffer.from(raw));
    else if (/^\\x/i.test(part)) parts.push(Buffer.from(part.slice(2), 'hex'));
    else parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts);
}

/** The character whose UTF-8 form begins at `start`, or undefined when no valid one does. */
function characterAt(bytes: Buffer, start: number): string | undefined {
  const lead = bytes[start] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const slice = bytes.subarray(start, start + length);
  const text = slice.toString('utf8');
  return isExact(text, slice) ? text : undefined;
}

function isExact(text: string, bytes: Buffer): boolean {
  return Buffer.byteLength(text) === bytes.length && Buffer.from(text).equals(bytes);
}
