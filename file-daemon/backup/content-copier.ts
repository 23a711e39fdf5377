import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import type { BytePath } from '../byte-path.ts';
import { ContentDigest, digestOf } from '../content-digest.ts';
import type { Extent } from '../native/holes.ts';
import type { BlockCutter } from './block-cutter.ts';
import { readFully, type ReadOutcome } from './opened-file.ts';

/** A regular file that is open, and what was promised of it in its header. */
export interface OpenedContent {
  readonly fd: number;
  readonly path: BytePath;
  readonly sizeBytes: number;
  /** Gets the digest. */
  readonly record: FileRecord;
}

/**
 * Reads the content of files straight into the memory of blocks. What cannot be read is saved as zeros: blocks before
 * it may be on their way already. Says what happened; the caller tells.
 */
export class ContentCopier {
  /** Bytes of file content read so far. */
  contentBytes = 0;
  readonly #cutter: BlockCutter;
  readonly #reading: (path: BytePath) => void;

  /** @param reading Called after each piece of a file that is not read at once, so that its progress is seen. */
  constructor(cutter: BlockCutter, reading: (path: BytePath) => void) {
    this.#cutter = cutter;
    this.#reading = reading;
  }

  /** Of a file whose entry lies in one block. What it read counts only once the entry is kept. */
  readAtOnce({ fd, sizeBytes, record }: OpenedContent): ReadOutcome {
    const content = this.#cutter.room(sizeBytes);
    const outcome = readFully(fd, content, 0);
    this.#cutter.advance(sizeBytes);
    record.digest = digestOf(record.digestAlgorithm, content);
    return outcome;
  }

  /** Of a larger file. When nothing at all could be read, nothing of it has left either. */
  readInPieces(content: OpenedContent): ReadOutcome {
    const digest = new ContentDigest(content.record.digestAlgorithm);
    const total: ReadOutcome = { readBytes: 0, failure: undefined };
    this.#extent(content, { offset: 0, length: content.sizeBytes }, digest, total);
    content.record.digest = digest.finish();
    return total;
  }

  /** The extents of a file with holes. The digest is that of the whole file, holes as zeros. */
  readExtents(content: OpenedContent, extents: readonly Extent[]): ReadOutcome {
    const digest = new ContentDigest(content.record.digestAlgorithm);
    const total: ReadOutcome = { readBytes: 0, failure: undefined };
    let end = 0;
    for (const extent of extents) {
      digest.updateZeros(extent.offset - end);
      this.#extent(content, extent, digest, total);
      end = extent.offset + extent.length;
    }
    digest.updateZeros(content.sizeBytes - end);
    content.record.digest = digest.finish();
    return total;
  }

  #extent({ fd, path }: OpenedContent, extent: Extent, digest: ContentDigest, total: ReadOutcome): void {
    for (let done = 0; done < extent.length;) {
      const room = this.#cutter.room(extent.length - done);
      // Behind the first thing that could not be read, all is zeros: the file has ended, or its disk is broken.
      if (total.failure !== undefined) room.fill(0);
      else {
        const { readBytes, failure } = readFully(fd, room, extent.offset + done);
        total.readBytes += readBytes;
        total.failure = failure;
        this.contentBytes += readBytes;
        // Nothing of it has left yet.
        if (failure !== undefined && total.readBytes === 0) return;
        this.#reading(path);
      }
      digest.update(room);
      this.#cutter.advance(room.length);
      done += room.length;
    }
  }
}
