import { constants, createDeflateRaw, type DeflateRaw } from 'node:zlib';

/** One output buffer serves several blocks: what compression leaves behind is about as large as its result. */
const OUTPUT_CHUNK_BYTES = 512 * 1024;

/**
 * Deflates block after block on libuv's pool, one at a time, each as a raw deflate stream of its own. Keeps the state of
 * zlib (a quarter MiB) between blocks, which the one-call functions of node:zlib make and throw away every time.
 */
export class Deflater implements Disposable {
  readonly level: number;
  readonly #stream: DeflateRaw;
  #pieces: Buffer[] = [];

  constructor(level: number) {
    this.level = level;
    this.#stream = createDeflateRaw({ level, chunkSize: OUTPUT_CHUNK_BYTES });
    this.#stream.on('data', (piece: Buffer) => this.#pieces.push(piece));
  }

  async deflate(content: Uint8Array): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#stream.once('error', reject);
    this.#stream.write(content);
    this.#stream.flush(constants.Z_FINISH, resolve);
    await promise;
    this.#stream.off('error', reject);
    this.#stream.reset();
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  [Symbol.dispose](): void {
    this.#stream.close();
  }
}
