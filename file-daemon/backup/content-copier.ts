import { isErrno } from '../../errors/operator-error.ts';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import type { BytePath } from '../byte-path.ts';
import { ContentDigest, digestOf } from '../content-digest.ts';
import type { Extent } from '../../native/holes.ts';
import type { BlockCutter } from './block-cutter.ts';
import type { CacheGuest } from './cache-guest.ts';
import { readFully, type ReadOutcome } from './opened-file.ts';

/** A regular file that is open, and what was promised of it in its header. */
export interface OpenedContent {
  readonly fd: number;
  readonly path: BytePath;
  readonly sizeBytes: number;
  /** Gets the digest. */
  readonly record: FileRecord;
}

/** A file with more places that its disk refuses is not worth the hours that trying them all may take. */
const REFUSED_READS_MAX = 256;
/** The kernel reads and refuses whole pages. */
const PAGE_BYTES = 4096;
/** So often a long hole shows that the job is alive. */
const HOLE_STEP_BYTES = 64 * 1024 * 1024;

/**
 * Reads the content of files straight into the memory of blocks. A file that cannot be read is left at once as long as
 * nothing of it has been handed over. Later, what its disk refuses is saved as zeros page by page, and after any other
 * failure all the rest. Says what happened; the caller tells.
 */
export class ContentCopier {
  /** Bytes of file content read so far. */
  contentBytes = 0;
  readonly #cutter: BlockCutter;
  readonly #reading: (path: BytePath) => void;
  readonly #cache: CacheGuest;

  /** @param reading Called after each piece of a file that is not read at once, so that its progress is seen. */
  constructor(cutter: BlockCutter, cache: CacheGuest, reading: (path: BytePath) => void) {
    this.#cutter = cutter;
    this.#cache = cache;
    this.#reading = reading;
  }

  /** Of a file whose entry lies in one block. */
  readAtOnce({ fd, sizeBytes, record }: OpenedContent): ReadOutcome {
    const content = this.#cutter.room(sizeBytes);
    const outcome = readFully(fd, content, 0);
    this.#cutter.advance(sizeBytes);
    record.digest = digestOf(record.digestAlgorithm, content);
    this.contentBytes += outcome.readBytes;
    return outcome;
  }

  /** Of a larger file, and of one with holes. The digest is that of the whole file, holes as zeros. */
  readExtents(content: OpenedContent, extents: readonly Extent[]): ReadOutcome {
    const { path, sizeBytes, record } = content;
    const file = new FileInPieces(content, this.#cutter);
    const digest = new ContentDigest(record.digestAlgorithm);
    let end = 0;
    for (const { offset, length } of extents) {
      this.#hole(path, digest, offset - end);
      end = offset + length;
      for (let at = offset; at < end;) {
        const room = this.#cutter.room(end - at);
        const readBytes = file.read(room, at);
        this.contentBytes += readBytes;
        if (file.outcome.failure !== undefined && !this.#cutter.entryHasLeft) return file.outcome;
        digest.update(room);
        this.#cutter.advance(room.length);
        at += room.length;
        this.#cache.reached(at);
        this.#reading(path);
      }
    }
    this.#hole(path, digest, sizeBytes - end);
    record.digest = digest.finish();
    return file.outcome;
  }

  #hole(path: BytePath, digest: ContentDigest, bytes: number): void {
    for (let left = bytes; left > 0; left -= HOLE_STEP_BYTES) {
      digest.updateZeros(Math.min(left, HOLE_STEP_BYTES));
      this.#reading(path);
    }
  }
}

/** The file, read around what its disk refuses. */
class FileInPieces {
  readonly outcome: ReadOutcome = { readBytes: 0, failure: undefined };
  readonly #fd: number;
  readonly #cutter: BlockCutter;
  #refusedReads = 0;
  #isGivenUp = false;

  constructor({ fd }: OpenedContent, cutter: BlockCutter) {
    this.#fd = fd;
    this.#cutter = cutter;
  }

  /** Fills all of `room`, with zeros where nothing could be read; gives the bytes that were. */
  read(room: Buffer, position: number): number {
    const before = this.outcome.readBytes;
    for (let at = 0; at < room.length;) {
      if (this.#isGivenUp) {
        room.fill(0, at);
        break;
      }
      const { readBytes, failure } = readFully(this.#fd, room.subarray(at), position + at);
      this.outcome.readBytes += readBytes;
      if (failure === undefined) break;
      this.#note(failure);
      const refused = position + at + readBytes;
      at = refused - (refused % PAGE_BYTES) + PAGE_BYTES - position;
    }
    return this.outcome.readBytes - before;
  }

  #note(failure: NonNullable<ReadOutcome['failure']>): void {
    this.outcome.failure ??= failure;
    this.#refusedReads += 1;
    this.#isGivenUp =
      !this.#cutter.entryHasLeft || !isErrno(failure.error, 'EIO') || this.#refusedReads >= REFUSED_READS_MAX;
  }
}
