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
import type { PackedContent } from '../../volume/block.ts';
import type { EntryCompression } from '../fileset/entry-options.ts';

const deflateRawAsync = promisify<InputType, ZlibOptions, Buffer>(deflateRaw);
const zstdCompressAsync = promisify<InputType, ZstdOptions, Buffer>(zstdCompress);

/** Samples of the entropy probe: 26 us, where deflating a MiB for nothing costs 18 ms. */
const PROBE_SAMPLES = 4096;
/** Bits per byte. Random and compressed data measure 7.96, shared objects 7.56 at most, text 5. */
const PROBE_BITS_MAX = 7.85;

/** Compresses blocks on libuv's pool, a bounded number at a time. One for all jobs of the daemon. */
export class BlockCompressor {
  #freeThreads: number;
  readonly #waiting: (() => void)[] = [];

  /** @param threadsMax More than the machine has cores are of no use. */
  constructor(threadsMax: number) {
    this.#freeThreads = Math.min(threadsMax, availableParallelism());
  }

  /** The content as it goes into a member; undefined when it is to be stored as it is. */
  async pack(content: Uint8Array, { codec, level }: EntryCompression): Promise<PackedContent | undefined> {
    if (codec === 'none' || looksIncompressible(content)) return undefined;
    await this.#takeThread();
    try {
      return codec === 'zstd'
        ? { codec: 'zstd', data: await zstdFrame(content, level) }
        : { codec: 'deflate', data: await deflated(content, level) };
    } finally {
      this.#freeThread();
    }
  }

  async #takeThread(): Promise<void> {
    if (this.#freeThreads > 0) this.#freeThreads -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #freeThread(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#freeThreads += 1;
    else next();
  }
}

function deflated(content: Uint8Array, level: number): Promise<Buffer> {
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
