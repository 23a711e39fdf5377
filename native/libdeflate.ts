import { nativeLibrary, type NativeLibrary } from './library.ts';

/**
 * libdeflate, where the system has it: makes and reads the same deflate data (RFC 1951) as zlib in less processor time.
 * Calls run on libuv's pool.
 */
export interface Libdeflate {
  /** Level 1-12; more is smaller and slower, but not as small as zlib's of the same number. */
  deflater(level: number): Deflater;
  /** Any number may be under way at once. */
  readonly inflate: Inflate;
}

/** Works on one block at a time. */
export interface Deflater {
  /** Fills the target with raw deflate data and resolves with its size; 0 when it does not fit. */
  deflate(content: Uint8Array, target: Uint8Array): Promise<number>;
}

/**
 * Inflates raw deflate data into memory of its own, of at most `contentBytes`.
 * @throws Error when the data is not sound or holds more
 */
export type Inflate = (
  deflated: Uint8Array,
  contentBytes: number,
) => Promise<{
  /** What it holds. */
  readonly content: Buffer<ArrayBuffer>;
  /** How many bytes of `deflated` it took. */
  readonly readBytes: number;
}>;

export const LIBDEFLATE = 'libdeflate.so.0';

const SUCCESS = 0;
const INSUFFICIENT_SPACE = 3;

let bound: { readonly libdeflate: Libdeflate | undefined } | undefined;

/** Undefined where the system has no libdeflate, or koffi does not work. */
export function libdeflate(): Libdeflate | undefined {
  if (bound === undefined) {
    const library = nativeLibrary()?.open(LIBDEFLATE);
    bound = { libdeflate: library && bind(library) };
  }
  return bound.libdeflate;
}

function bind(library: NativeLibrary): Libdeflate {
  const newCompressor = library.func('void *libdeflate_alloc_compressor(int level)');
  const compress = library.asyncFunc(
    'size_t libdeflate_deflate_compress(void *compressor, const void *in, size_t in_nbytes, void *out, size_t out_avail)',
  );
  const newDecompressor = library.func('void *libdeflate_alloc_decompressor()');
  const decompress = library.asyncFunc(
    'int libdeflate_deflate_decompress_ex(void *decompressor, const void *in, size_t in_nbytes, void *out, ' +
      'size_t out_avail, void *in_taken, void *out_made)',
  );
  /** As many as were ever busy at once. */
  const idle: unknown[] = [];

  return {
    deflater(level) {
      const compressor = newCompressor(level);
      if (compressor === null) throw new Error(`libdeflate has no level ${level}, or no memory`);
      return {
        deflate: async (content, target) =>
          Number(await compress(compressor, content, content.length, target, target.length)),
      };
    },
    async inflate(deflated, contentBytes) {
      const content = Buffer.allocUnsafeSlow(contentBytes);
      const [taken, made] = [new BigUint64Array(1), new BigUint64Array(1)];
      const decompressor = idle.pop() ?? newDecompressor();
      if (decompressor === null) throw new Error('there is no memory to inflate with');
      const result = await decompress(
        decompressor,
        deflated,
        deflated.length,
        content,
        content.length,
        taken,
        made,
      );
      idle.push(decompressor);
      if (result === INSUFFICIENT_SPACE) throw new Error(`it inflates to more than ${contentBytes} bytes`);
      if (result !== SUCCESS) throw new Error('invalid deflate data');
      return { content: content.subarray(0, Number(made[0])), readBytes: Number(taken[0]) };
    },
  };
}
