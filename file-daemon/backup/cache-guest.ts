import { pageCache, type PageCache } from '../../native/page-cache.ts';

const PIECE_BYTES = 1024 * 1024;

/**
 * Leaves the machine's page cache as it was found: what a backup reads and nobody had in the cache is given back behind
 * the reader, so that it does not push out what the machine is working with. What was cached before stays.
 *
 * Which pieces those are is asked before the first read, since the kernel reads ahead of us.
 */
export class CacheGuest {
  readonly #native: PageCache | undefined;
  #fd = -1;
  #sizeBytes = 0;
  /** Everything up to here has been dealt with. */
  #passed = 0;
  /** By piece, whether it is to be given back; undefined: all alike, as `#dropsAll` says. */
  #drops: Uint8Array | undefined;
  #dropsAll = false;

  constructor(native: PageCache | undefined = pageCache()) {
    this.#native = native;
  }

  /** Whether nothing of the file was in the cache. */
  get wasCold(): boolean {
    return this.#dropsAll;
  }

  /**
   * A file is about to be read from its start.
   * @param wasCold that nothing of it was in the cache is known already: it may be there now
   */
  begin(fd: number, sizeBytes: number, wasCold = false): void {
    this.#fd = fd;
    this.#sizeBytes = sizeBytes;
    this.#passed = 0;
    this.#drops = undefined;
    this.#dropsAll = wasCold;
    const native = this.#native;
    if (native === undefined || wasCold) return;
    try {
      if (native.cachedPages(fd, 0, sizeBytes) === 0) this.#dropsAll = true;
      else if (sizeBytes > PIECE_BYTES) this.#drops = uncachedPieces(native, fd, sizeBytes);
    } catch {
      // A file system without a page cache, for one.
    }
  }

  /** All up to this offset has been read. */
  reached(offset: number): void {
    const end = offset >= this.#sizeBytes ? this.#sizeBytes : Math.floor(offset / PIECE_BYTES) * PIECE_BYTES;
    if (end <= this.#passed) return;
    const start = this.#passed;
    this.#passed = end;
    if (this.#dropsAll) this.#native?.drop(this.#fd, start, end - start);
    else if (this.#drops !== undefined) this.#dropPieces(start, end, this.#drops);
  }

  #dropPieces(start: number, end: number, drops: Uint8Array): void {
    for (let at = start; at < end; at += PIECE_BYTES) {
      if (drops[at / PIECE_BYTES] === 1) this.#native?.drop(this.#fd, at, PIECE_BYTES);
    }
  }
}

function uncachedPieces(native: PageCache, fd: number, sizeBytes: number): Uint8Array {
  const drops = new Uint8Array(Math.ceil(sizeBytes / PIECE_BYTES));
  for (let piece = 0; piece < drops.length; piece++) {
    drops[piece] = native.cachedPages(fd, piece * PIECE_BYTES, PIECE_BYTES) === 0 ? 1 : 0;
  }
  return drops;
}
