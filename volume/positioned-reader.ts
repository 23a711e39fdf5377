/** A volume to read from, wherever it lies. */
export interface PositionedReader {
  /** Size when reading began; bytes behind it are not looked at. */
  readonly sizeBytes: number;
  /** Fills `target` from `offset` on and resolves with the count of bytes; fewer than asked only at the end. */
  readAt(offset: number, target: Buffer): Promise<number>;
}

/** A PositionedReader over bytes in memory. */
export function readerOf(bytes: Buffer): PositionedReader {
  return {
    sizeBytes: bytes.length,
    readAt: async (offset, target) => bytes.copy(target, 0, offset),
  };
}

/**
 * Hands out stretches of a volume, reading `chunkBytes` at once. Stretches are never written to again, so they may be
 * kept as long as somebody wants them; but with `reuse`, only until the next one is asked for: fresh memory costs more
 * than to read into it.
 */
export class ReadWindow {
  readonly #reader: PositionedReader;
  readonly #chunkBytes: number;
  readonly #reuse: boolean;
  #memory: Buffer = Buffer.alloc(0);
  #chunk: Buffer = Buffer.alloc(0);
  #chunkOffset = 0;

  constructor(
    reader: PositionedReader,
    chunkBytes: number,
    { reuse = false }: { readonly reuse?: boolean } = {},
  ) {
    this.#reuse = reuse;
    this.#reader = reader;
    this.#chunkBytes = chunkBytes;
  }

  /** Up to `length` bytes at `offset`; fewer only at the end of the volume. */
  async read(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(offset + length, this.#reader.sizeBytes);
    if (end <= offset) return Buffer.alloc(0);
    const isLoaded = offset >= this.#chunkOffset && end <= this.#chunkOffset + this.#chunk.length;
    if (!isLoaded) await this.#load(offset, end);
    return this.#chunk.subarray(offset - this.#chunkOffset, end - this.#chunkOffset);
  }

  async #load(offset: number, end: number): Promise<void> {
    const wanted = Math.min(Math.max(end - offset, this.#chunkBytes), this.#reader.sizeBytes - offset);
    const chunk = this.#memoryFor(wanted);
    const loaded = await this.#reader.readAt(offset, chunk);
    this.#chunk = chunk.subarray(0, loaded);
    this.#chunkOffset = offset;
  }

  #memoryFor(bytes: number): Buffer {
    if (!this.#reuse) return Buffer.allocUnsafe(bytes);
    if (this.#memory.length < bytes) this.#memory = Buffer.allocUnsafe(bytes);
    return this.#memory.subarray(0, bytes);
  }
}
