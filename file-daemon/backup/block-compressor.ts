import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import {
  constants,
  deflateRaw,
  zstdCompress,
  type InputType,
  type ZlibOptions,
  type ZstdOptions,
} from 'node:zlib';
import { libdeflate, type Deflater, type Libdeflate } from '../../native/libdeflate.ts';
import type { PackedContent } from '../../volume/block.ts';
import { BLOCK_CONTENT_BYTES_MAX } from '../../volume/member.ts';
import type { EntryCompression } from '../fileset/entry-options.ts';
import { releaseMemory } from '../../transport/release-memory.ts';

const deflateRawAsync = promisify<InputType, ZlibOptions, Buffer>(deflateRaw);
const zstdCompressAsync = promisify<InputType, ZstdOptions, Buffer>(zstdCompress);

/** Samples of the entropy probe: 26 us, where deflating a MiB for nothing costs 18 ms. */
const PROBE_SAMPLES = 4096;
/** Bits per byte. Random and compressed data measure 7.96, shared objects 7.56 at most, text 5. */
const PROBE_BITS_MAX = 7.85;

/**
 * What a level of GZIP means here: blocks that come out smaller in sum than Bacula's at that level, for as little processor
 * time as that takes. Bacula compresses 64 KiB at a time with zlib; in blocks of 1 MiB less does more. docs/performance.md
 * has the sizes by kind of data.
 */
const GZIP_LEVELS: Readonly<Record<number, { readonly libdeflate: number; readonly zlib: number }>> = {
  1: { libdeflate: 1, zlib: 1 },
  2: { libdeflate: 1, zlib: 2 },
  3: { libdeflate: 1, zlib: 3 },
  4: { libdeflate: 2, zlib: 4 },
  5: { libdeflate: 3, zlib: 5 },
  6: { libdeflate: 3, zlib: 5 },
  7: { libdeflate: 5, zlib: 6 },
  8: { libdeflate: 5, zlib: 6 },
  9: { libdeflate: 6, zlib: 6 },
};

/** Compresses blocks on libuv's pool, a bounded number at a time. One for all jobs of the daemon. */
export class BlockCompressor {
  readonly #idle: Workplace[];
  readonly #waiting: ((workplace: Workplace) => void)[] = [];

  /**
   * @param threadsMax More than the machine has cores are of no use.
   * @param native Instead of zlib.
   */
  constructor(threadsMax: number, native: Libdeflate | 'none' = libdeflate() ?? 'none') {
    const count = Math.min(threadsMax, availableParallelism());
    this.#idle = Array.from({ length: count }, () => new Workplace(native));
  }

  /**
   * Resolves with what `use` makes of the content as it goes into a member, which is good during this call only;
   * undefined when it is to be stored as it is.
   */
  async pack<T>(
    content: Uint8Array,
    { codec, level }: EntryCompression,
    use: (packed: PackedContent | undefined) => T,
  ): Promise<T> {
    if (codec === 'none' || looksIncompressible(content)) return use(undefined);
    const workplace = await this.#takeWorkplace();
    try {
      if (codec === 'zstd') return useOnce({ codec, data: await zstdFrame(content, level) }, use);
      return await workplace.deflate(content, level, use);
    } finally {
      this.#leave(workplace);
    }
  }

  async #takeWorkplace(): Promise<Workplace> {
    return this.#idle.pop() ?? (await new Promise<Workplace>((resolve) => this.#waiting.push(resolve)));
  }

  #leave(workplace: Workplace): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(workplace);
    else next(workplace);
  }
}

/** What one block after the other is deflated with. */
class Workplace {
  readonly #native: Libdeflate | 'none';
  readonly #deflaters = new Map<number, Deflater>();
  /** Used again for each block: fresh memory would cost as much as a tenth of the work. */
  #target: Buffer | undefined;

  constructor(native: Libdeflate | 'none') {
    this.#native = native;
  }

  async deflate<T>(
    content: Uint8Array,
    gzipLevel: number,
    use: (packed: PackedContent | undefined) => T,
  ): Promise<T> {
    const level = GZIP_LEVELS[gzipLevel];
    if (level === undefined) throw new RangeError(`GZIP has no level ${gzipLevel}`);
    if (this.#native === 'none')
      return useOnce({ codec: 'deflate', data: await deflatedByZlib(content, level.zlib) }, use);
    const deflater = this.#deflater(this.#native, level.libdeflate);
    this.#target ??= Buffer.allocUnsafeSlow(BLOCK_CONTENT_BYTES_MAX);
    // What is not smaller is not wanted.
    const bytes = await deflater.deflate(content, this.#target.subarray(0, content.length));
    return use(bytes === 0 ? undefined : { codec: 'deflate', data: this.#target.subarray(0, bytes) });
  }

  #deflater(native: Libdeflate, level: number): Deflater {
    let deflater = this.#deflaters.get(level);
    if (deflater === undefined) this.#deflaters.set(level, (deflater = native.deflater(level)));
    return deflater;
  }
}

function useOnce<T>(packed: PackedContent, use: (packed: PackedContent) => T): T {
  const result = use(packed);
  releaseMemory(packed.data.buffer);
  return result;
}

function deflatedByZlib(content: Uint8Array, level: number): Promise<Buffer> {
  return deflateRawAsync(content, { level, chunkSize: outputBytes(content) });
}

/** Its header says how long the content is, so that the window is no larger; its end has a checksum of it. */
function zstdFrame(content: Uint8Array, level: number): Promise<Buffer> {
  const params = {
    [constants.ZSTD_c_compressionLevel]: level,
    [constants.ZSTD_c_checksumFlag]: 1,
  };
  return zstdCompressAsync(content, {
    params,
    pledgedSrcSize: content.length,
    chunkSize: outputBytes(content),
  });
}

/** In one piece: whatever does not fit is not wanted. */
function outputBytes(content: Uint8Array): number {
  return Math.max(64, content.length);
}

/** Whether a sample of the bytes is spread so evenly that deflate would not shrink them: photos, video, archives. */
export function looksIncompressible(content: Uint8Array): boolean {
  if (content.length < PROBE_SAMPLES) return false;
  const counts = new Uint32Array(256);
  // An odd stride, so that records of a power of two in size are not always sampled at the same place.
  const stride = Math.floor(content.length / PROBE_SAMPLES) | 1;
  let samples = 0;
  for (let at = 0; at < content.length; at += stride) {
    const byte = content[at] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
    samples += 1;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / samples) * Math.log2(count / samples);
  return bits > PROBE_BITS_MAX;
}
