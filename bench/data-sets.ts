import { createHash } from 'node:crypto';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export type DataSetKind = 'mixed' | 'small' | 'big';

/** Changes one file in a hundred of a data set by one line; the same files each time. */
export const CHANGED_SHARE = 0.01;

/**
 * Writes a data set below `directory`, the same bytes for the same kind and scale:
 *   mixed  50,000 source-like files of 0.5-50 KiB, some links, and binaries of 32 MiB that shrink by half or not at all
 *   small  200,000 files of 0-4 KiB in 2,000 directories
 *   big    4 files of 512 MiB, two of text and two random
 * `scale` multiplies the number of files (of big: their size).
 */
export function makeDataSet(kind: DataSetKind, directory: string, scale: number): void {
  mkdirSync(directory, { recursive: true });
  if (kind === 'big') {
    for (let i = 0; i < 4; i++)
      writeLarge(join(directory, `big-${i}`), Math.round(512 * scale), i < 2 ? 'text' : 'random', i);
    return;
  }
  const fileCount = Math.round((kind === 'mixed' ? 50_000 : 200_000) * scale);
  const bytesMax = kind === 'mixed' ? 50 * 1024 : 4096;
  const random = new Random(kind);
  for (let i = 0; i < fileCount; i++) {
    const parent = join(directory, `d${Math.floor(i / 1000)}`, `s${Math.floor(i / 100) % 10}`);
    if (i % 100 === 0) mkdirSync(parent, { recursive: true });
    const file = join(parent, `file-${i}.c`);
    // Squared: most files are small.
    writeFileSync(file, sourceText(random, Math.floor(bytesMax * random.next() ** 2)));
    utimesSync(file, 1_700_000_000 + i / 7, 1_700_000_000 + i / 7);
    if (kind === 'mixed' && i % 500 === 0) symlinkSync(`file-${i}.c`, join(parent, `link-${i}`));
    if (kind === 'mixed' && i % 700 === 0) linkSync(file, join(parent, `hard-${i}`));
  }
  if (kind === 'mixed') {
    const binaries = Math.max(1, Math.round(40 * scale));
    for (let i = 0; i < binaries; i++)
      writeLarge(join(directory, `binary-${i}`), 32, i % 2 ? 'random' : 'half', i);
  }
}

/** xorshift32: fast, and the same on every machine. */
class Random {
  #state: number;
  constructor(seed: string) {
    this.#state = createHash('sha1').update(seed).digest().readUInt32LE() | 1;
  }
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) / 0x1_0000_0000;
  }
  fill(bytes: Buffer): void {
    for (let i = 0; i + 4 <= bytes.length; i += 4)
      bytes.writeUInt32LE((this.next() * 0x1_0000_0000) >>> 0, i);
  }
}

const WORDS =
  'return if else for while static const struct int char void size_t buffer volume block stream record session job pool client path offset length error signal queue table index value'.split(
    ' ',
  );

function sourceText(random: Random, bytes: number): string {
  const parts: string[] = [];
  for (let length = 0; length < bytes;) {
    const word = WORDS[Math.floor(random.next() * WORDS.length)]!;
    const part = random.next() < 0.15 ? `${word}_${Math.floor(random.next() * 1e6)};\n  ` : `${word} `;
    parts.push(part);
    length += part.length;
  }
  return parts.join('').slice(0, bytes);
}

function writeLarge(
  file: string,
  mebibytes: number,
  content: 'text' | 'random' | 'half',
  seed: number,
): void {
  const random = new Random(`${content}-${seed}`);
  const block = Buffer.alloc(1 << 20);
  const handle = openSync(file, 'w');
  for (let i = 0; i < mebibytes; i++) {
    if (content === 'text') block.write(sourceText(random, block.length), 'latin1');
    else random.fill(block);
    if (content === 'half') for (let at = 0; at < block.length; at += 4096) block.fill(0x20, at, at + 2048);
    writeSync(handle, block);
  }
  closeSync(handle);
}
