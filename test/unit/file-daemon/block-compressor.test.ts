import { randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BlockCompressor, looksIncompressible } from '../../../file-daemon/backup/block-compressor.ts';

const TEXT = Buffer.from('some text that is worth compressing, line after line\n'.repeat(20_000));

describe('compression of blocks', () => {
  it('deflates, more with a higher level', async () => {
    const compressor = new BlockCompressor(2);
    const fast = await compressor.deflate(TEXT, { codec: 'gzip', level: 1 });
    const small = await compressor.deflate(TEXT, { codec: 'gzip', level: 9 });
    expect(inflateRawSync(fast!).equals(TEXT)).toBe(true);
    expect(inflateRawSync(small!).equals(TEXT)).toBe(true);
    expect(small!.length).toBeLessThan(fast!.length);
  });

  it('does not touch a block without compression, nor one that would not shrink', async () => {
    const compressor = new BlockCompressor(2);
    expect(await compressor.deflate(TEXT, { codec: 'none', level: 0 })).toBeUndefined();
    expect(await compressor.deflate(randomBytes(1 << 20), { codec: 'gzip', level: 6 })).toBeUndefined();
  });

  it('finishes all blocks when there are more than threads', async () => {
    const compressor = new BlockCompressor(1);
    const results = await Promise.all(
      Array.from({ length: 6 }, () => compressor.deflate(TEXT, { codec: 'gzip', level: 1 })),
    );
    expect(results.every((result) => inflateRawSync(result!).equals(TEXT))).toBe(true);
  });

  it('tells photos and archives from text, programs and zeros', () => {
    expect(looksIncompressible(randomBytes(1 << 20))).toBe(true);
    expect(looksIncompressible(randomBytes(8192))).toBe(true);
    expect(looksIncompressible(TEXT)).toBe(false);
    expect(looksIncompressible(Buffer.alloc(1 << 20))).toBe(false);
    expect(looksIncompressible(Buffer.concat([randomBytes(1 << 18), Buffer.alloc(1 << 19)]))).toBe(false);
  });
});
