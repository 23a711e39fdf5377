import { randomBytes } from 'node:crypto';
import { inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BlockCompressor, looksIncompressible } from '../../../file-daemon/backup/block-compressor.ts';

const TEXT = Buffer.from(
  Array.from({ length: 16_000 }, (_, at) => `some text that is worth compressing, line ${at * at}\n`).join(
    '',
  ),
);

describe('compression of blocks', () => {
  it('compresses, more with a higher level', async () => {
    const compressor = new BlockCompressor(2);
    const packed = (codec: 'gzip' | 'zstd', level: number) => compressor.pack(TEXT, { codec, level });
    const [fast, small] = [await packed('gzip', 1), await packed('gzip', 9)];
    expect(inflateRawSync(fast!.data).equals(TEXT)).toBe(true);
    expect(inflateRawSync(small!.data).equals(TEXT)).toBe(true);
    expect(small!.data.length).toBeLessThan(fast!.data.length);
    const [zstd1, zstd19] = [await packed('zstd', 1), await packed('zstd', 19)];
    expect(zstdDecompressSync(zstd1!.data).equals(TEXT)).toBe(true);
    expect(zstdDecompressSync(zstd19!.data).equals(TEXT)).toBe(true);
    expect(zstd19!.data.length).toBeLessThan(zstd1!.data.length);
  });

  it('does not touch a block without compression, nor one that would not shrink', async () => {
    const compressor = new BlockCompressor(2);
    expect(await compressor.pack(TEXT, { codec: 'none', level: 0 })).toBeUndefined();
    expect(await compressor.pack(randomBytes(1 << 20), { codec: 'gzip', level: 6 })).toBeUndefined();
    expect(await compressor.pack(randomBytes(1 << 20), { codec: 'zstd', level: 3 })).toBeUndefined();
  });

  it('finishes all blocks when there are more than threads', async () => {
    const compressor = new BlockCompressor(1);
    const results = await Promise.all(
      Array.from({ length: 6 }, () => compressor.pack(TEXT, { codec: 'gzip', level: 1 })),
    );
    expect(results.every((result) => inflateRawSync(result!.data).equals(TEXT))).toBe(true);
  });

  it('tells photos and archives from text, programs and zeros', () => {
    expect(looksIncompressible(randomBytes(1 << 20))).toBe(true);
    expect(looksIncompressible(randomBytes(8192))).toBe(true);
    expect(looksIncompressible(TEXT)).toBe(false);
    expect(looksIncompressible(Buffer.alloc(1 << 20))).toBe(false);
    expect(looksIncompressible(Buffer.concat([randomBytes(1 << 18), Buffer.alloc(1 << 19)]))).toBe(false);
  });
});
