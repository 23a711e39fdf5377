import { randomBytes } from 'node:crypto';
import { closeSync, globSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { libdeflate } from '../../../native/libdeflate.ts';
import type { PackedContent } from '../../../volume/block.ts';
import { BlockCompressor, looksIncompressible } from '../../../file-daemon/backup/block-compressor.ts';

const TEXT = Buffer.from(
  Array.from({ length: 16_000 }, (_, at) => `some text that is worth compressing, line ${at * at}\n`).join(
    '',
  ),
);

/** Half of it our own sources, half out of the middle of Node. */
function sourcesAndProgram(bytes: number): Buffer {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const names = globSync('{director,file-daemon,storage-daemon,catalog}/**/*.ts', { cwd: root }).sort();
  const sources = Buffer.concat(names.map((name) => readFileSync(join(root, name)))).subarray(0, bytes / 2);
  const program = Buffer.alloc(bytes / 2);
  const fd = openSync(process.execPath, 'r');
  readSync(fd, program, 0, program.length, 16 << 20);
  closeSync(fd);
  return Buffer.concat([sources, program], bytes);
}

/** What Bacula makes of it. */
function inPiecesOf64KiB(content: Buffer, level: number): number {
  let bytes = 0;
  for (let at = 0; at < content.length; at += 65_536)
    bytes += deflateRawSync(content.subarray(at, at + 65_536), { level }).length;
  return bytes;
}

const copied = (packed: PackedContent | undefined) => packed && Buffer.from(packed.data);

describe.each([
  ['what the system has', libdeflate() ?? 'none'],
  ['zlib', 'none'],
] as const)('compression of blocks with %s', (_, native) => {
  const inflated = (data: Buffer | undefined) => inflateRawSync(data!).equals(TEXT);

  it('packs, more with a higher level', async () => {
    const compressor = new BlockCompressor(2, native);
    const packed = (codec: 'gzip' | 'zstd', level: number) => compressor.pack(TEXT, { codec, level }, copied);
    const gzip = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) => packed('gzip', level)));
    expect(gzip.every(inflated)).toBe(true);
    expect(gzip[8]!.length).toBeLessThan(gzip[0]!.length);
    const [zstd1, zstd19] = [await packed('zstd', 1), await packed('zstd', 19)];
    expect(zstdDecompressSync(zstd1!).equals(TEXT)).toBe(true);
    expect(zstdDecompressSync(zstd19!).equals(TEXT)).toBe(true);
    expect(zstd19!.length).toBeLessThan(zstd1!.length);
  });

  it('makes less of sources and programs at each level than zlib does in pieces of 64 KiB', async () => {
    const compressor = new BlockCompressor(2, native);
    const content = sourcesAndProgram(1 << 20);
    for (const level of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const packed = await compressor.pack(content, { codec: 'gzip', level }, copied);
      expect(packed!.length, `GZIP${level}`).toBeLessThan(inPiecesOf64KiB(content, level));
    }
  });

  it('does not touch a block without compression, nor one that would not shrink', async () => {
    const compressor = new BlockCompressor(2, native);
    const random = randomBytes(1 << 20);
    expect(await compressor.pack(TEXT, { codec: 'none', level: 0 }, copied)).toBeUndefined();
    expect(await compressor.pack(random, { codec: 'gzip', level: 6 }, copied)).toBeUndefined();
    expect(await compressor.pack(random, { codec: 'zstd', level: 3 }, copied)).toBeUndefined();
  });

  it('finishes all blocks when there are more than threads', async () => {
    const compressor = new BlockCompressor(1, native);
    const results = await Promise.all(
      Array.from({ length: 6 }, () => compressor.pack(TEXT, { codec: 'gzip', level: 1 }, copied)),
    );
    expect(results.every(inflated)).toBe(true);
  });
});

describe.runIf(libdeflate())('libdeflate', () => {
  const native = libdeflate()!;

  it('reads what zlib and it itself make', async () => {
    const target = Buffer.alloc(TEXT.length);
    const own = target.subarray(0, await native.deflater(6).deflate(TEXT, target));
    for (const deflated of [own, deflateRawSync(TEXT)]) {
      const { content, readBytes } = await native.inflate(deflated, TEXT.length);
      expect(content.equals(TEXT)).toBe(true);
      expect(readBytes).toBe(deflated.length);
    }
  });

  it('says how much it took, and refuses what is damaged, too long or cut off', async () => {
    const deflated = deflateRawSync(TEXT);
    const longer = await native.inflate(Buffer.concat([deflated, Buffer.from('tail')]), TEXT.length + 9);
    expect(longer).toMatchObject({ readBytes: deflated.length, content: { length: TEXT.length } });
    await expect(native.inflate(deflated, TEXT.length - 1)).rejects.toThrow('more than');
    await expect(native.inflate(deflated.subarray(0, -1), TEXT.length)).rejects.toThrow();
    await expect(native.inflate(Buffer.alloc(100, 0xff), TEXT.length)).rejects.toThrow('invalid');
  });

  it('says that the target is too small', async () => {
    expect(await native.deflater(1).deflate(randomBytes(4096), Buffer.alloc(1000))).toBe(0);
  });
});

describe('the look at a block', () => {
  it('tells photos and archives from text, programs and zeros', () => {
    expect(looksIncompressible(randomBytes(1 << 20))).toBe(true);
    expect(looksIncompressible(randomBytes(8192))).toBe(true);
    expect(looksIncompressible(TEXT)).toBe(false);
    expect(looksIncompressible(Buffer.alloc(1 << 20))).toBe(false);
    expect(looksIncompressible(Buffer.concat([randomBytes(1 << 18), Buffer.alloc(1 << 19)]))).toBe(false);
  });
});
