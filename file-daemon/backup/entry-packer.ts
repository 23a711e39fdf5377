import { fstatSync, readlinkSync, type BigIntStats } from 'node:fs';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { BLOCK_CONTENT_BYTES_MAX } from '../../volume/member.ts';
import { fsPath, pathToBytes, showPath, type BytePath } from '../byte-path.ts';
import { digestOf } from '../content-digest.ts';
import type { EntryOptions } from '../fileset/entry-options.ts';
import { holes, type Extent } from '../native/holes.ts';
import { TAR_UNIT_BYTES, TarHeaderEncoder, paddedBytes, type PaxRecord } from '../tar/entry-header.ts';
import { EXTENTS_MAX, encodeSparseMap, sparseRecords } from '../tar/sparse-map.ts';
import { failedTo, type FileNotice } from '../walk/file-notice.ts';
import type { FirstName } from '../walk/hard-links.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import type { BlockCutter } from './block-cutter.ts';
import { ContentCopier, type OpenedContent } from './content-copier.ts';
import { attributesOf } from './entry-attributes.ts';
import { closeAfterReading, keepAtime, openForReading, type ReadOutcome } from './opened-file.ts';
import { recordOf } from './record-of.ts';
import { tarEntryOf, tarName } from './tar-entry-of.ts';

const BIGINT = { bigint: true } as const;
const NO_CONTENT = Buffer.alloc(0);
/** Of st_blocks, whatever the file system's own are. */
const STAT_BLOCK_BYTES = 512n;

/**
 * Writes entries into the job's stream: header, and the content of regular files as it is read. What goes wrong with a
 * file is told as a notice and does not end the job.
 *
 * The size in the header is a promise made before the content is read. A file that turns out shorter is filled up with
 * zeros, one that has grown is cut there; both are said. Holes are neither read nor stored.
 */
export class EntryPacker {
  readonly #cutter: BlockCutter;
  readonly #notice: (notice: FileNotice) => void;
  readonly #content: ContentCopier;
  readonly #headers = new TarHeaderEncoder();

  /** @param reading Called after each piece of a file that is larger than a block. */
  constructor(cutter: BlockCutter, notice: (notice: FileNotice) => void, reading: (path: BytePath) => void) {
    this.#cutter = cutter;
    this.#notice = notice;
    this.#content = new ContentCopier(cutter, reading);
  }

  /** Bytes of file content read so far. */
  get contentBytes(): number {
    return this.#content.contentBytes;
  }

  /** Any entry but a hard link; its record without a file index. Undefined when it could not be saved: it was said. */
  pack(entry: WalkEntry, type: FileType): FileRecord | undefined {
    const { path, savedPath, accessPath, stat, options } = entry;
    const record = recordOf(savedPath, stat, type);
    const extra = attributesOf(entry, this.#notice);
    record.extended = extra.length > 0;
    if (type === FileType.REGULAR) return this.#regular(entry, record, extra) ? record : undefined;
    if (type === FileType.SYMLINK) {
      try {
        record.linkTarget = readlinkSync(fsPath(accessPath), 'buffer');
      } catch (error) {
        this.#notice(failedTo('read the symbolic link', path, error));
        return undefined;
      }
      record.sizeBytes = record.linkTarget.length;
    }
    const linkName = record.linkTarget.toString('latin1');
    this.#headerOnly(
      record,
      this.#headers.encode(tarEntryOf(record, savedPath, { linkName, extra })),
      options,
    );
    return record;
  }

  /** A further name of a file that is in the stream already. */
  packHardLink({ savedPath, stat, options }: WalkEntry, firstName: FirstName): FileRecord {
    const record = recordOf(savedPath, stat, FileType.HARD_LINK);
    record.linkTarget = pathToBytes(firstName.path);
    record.linkFileIndex = firstName.fileIndex;
    const linkName = tarName(firstName.path, FileType.REGULAR);
    this.#headerOnly(record, this.#headers.encode(tarEntryOf(record, savedPath, { linkName })), options);
    return record;
  }

  #headerOnly(record: FileRecord, header: Buffer, options: EntryOptions): void {
    this.#begin(record, header, 0, options);
    this.#cutter.endEntry();
  }

  #regular(entry: WalkEntry, record: FileRecord, extra: readonly PaxRecord[]): boolean {
    const { path, savedPath, accessPath, stat, options } = entry;
    record.digestAlgorithm = options.digest;
    const sizeBytes = Number(stat.size);
    if (!Number.isSafeInteger(sizeBytes)) {
      const text = `File "${showPath(path)}" is not saved: ${stat.size} bytes are more than can be counted`;
      this.#notice({ type: 'notSaved', path, text });
      return false;
    }
    if (sizeBytes === 0) {
      this.#begin(record, this.#headers.encode(tarEntryOf(record, savedPath, { extra })), 0, options);
      record.digest = digestOf(options.digest, NO_CONTENT);
      return true;
    }
    let fd: number;
    try {
      fd = openForReading(accessPath, options.noAtime);
    } catch (error) {
      this.#notice(failedTo('open', path, error));
      return false;
    }
    try {
      const outcome = this.#packContent({ fd, path, sizeBytes, record }, entry, extra);
      if (outcome === undefined) return false;
      this.#cutter.endEntry();
      if (outcome.failure === undefined) this.#checkUnchanged(fd, entry, outcome);
      if (options.keepAtime) keepAtime(fd, record);
      return true;
    } finally {
      closeAfterReading(fd);
    }
  }

  /** Header and content. Undefined when the entry was given up: nothing of it is in the stream. */
  #packContent(
    content: OpenedContent,
    { savedPath, stat, options }: WalkEntry,
    extra: readonly PaxRecord[],
  ): (ReadOutcome & { promisedBytes: number }) | undefined {
    const { path, record, sizeBytes } = content;
    const extents = extentsOf(content.fd, stat, sizeBytes);
    const map = extents && encodeSparseMap(extents, sizeBytes);
    const promisedBytes = extents?.reduce((sum, { length }) => sum + length, 0) ?? sizeBytes;
    const storedBytes = promisedBytes + (map?.length ?? 0);
    const sparse = map ? sparseRecords(tarName(savedPath, FileType.REGULAR), sizeBytes) : [];
    if (map !== undefined) record.extended = true;

    const header = this.#headers.encode(
      tarEntryOf(record, savedPath, { sizeBytes: storedBytes, extra: [...extra, ...sparse] }),
    );
    const isInOneBlock = this.#begin(record, header, storedBytes, options) <= BLOCK_CONTENT_BYTES_MAX;
    if (map !== undefined) this.#cutter.write(map);
    const outcome = extents
      ? this.#content.readExtents(content, extents)
      : isInOneBlock
        ? this.#content.readAtOnce(content)
        : this.#content.readInPieces(content);
    const { failure, readBytes } = outcome;
    if (failure !== undefined) this.#notice(failedTo('read', path, failure.error));
    const hasLeft = !isInOneBlock && (readBytes > 0 || (map?.length ?? 0) > BLOCK_CONTENT_BYTES_MAX);
    if (failure !== undefined && !hasLeft) {
      this.#cutter.abandonEntry();
      return undefined;
    }
    if (!extents && isInOneBlock) this.#content.contentBytes += readBytes;
    return { ...outcome, promisedBytes };
  }

  /** The bytes that the entry takes in the stream. */
  #begin(record: FileRecord, header: Buffer, contentBytes: number, options: EntryOptions): number {
    const entryBytes = header.length + paddedBytes(contentBytes);
    const cutter = this.#cutter;
    cutter.beginEntry(entryBytes, options.compression);
    record.streamOffset = cutter.streamBytes;
    record.streamBytes = entryBytes;
    cutter.write(header);
    return entryBytes;
  }

  #checkUnchanged(
    fd: number,
    { path, stat: before, options }: WalkEntry,
    { readBytes, promisedBytes }: ReadOutcome & { promisedBytes: number },
  ): void {
    const name = `File "${showPath(path)}"`;
    if (readBytes < promisedBytes) {
      const text = `${name} shrank while it was read: ${readBytes} of ${promisedBytes} bytes; the rest is saved as zeros`;
      this.#notice({ type: 'notSaved', path, text });
      return;
    }
    let after: BigIntStats;
    try {
      after = fstatSync(fd, BIGINT);
    } catch (error) {
      this.#notice(failedTo('stat', path, error));
      return;
    }
    let change: string;
    if (after.ino !== before.ino || after.dev !== before.dev) change = 'was replaced while it was read';
    else if (after.size > before.size)
      change = `grew while it was read; its first ${before.size} bytes are saved`;
    else if (after.mtimeNs !== before.mtimeNs || after.ctimeNs !== before.ctimeNs)
      change = 'changed while it was read';
    else return;
    this.#notice({
      type: options.checkFileChanges ? 'notSaved' : 'warning',
      path,
      text: `${name} ${change}`,
    });
  }
}

/** Where a file with holes holds data; undefined for one without. */
function extentsOf(fd: number, stat: BigIntStats, sizeBytes: number): readonly Extent[] | undefined {
  const native = holes();
  if (native === undefined || stat.blocks * STAT_BLOCK_BYTES >= stat.size) return undefined;
  let extents: readonly Extent[];
  try {
    extents = native.dataExtents(fd, { sizeBytes, unit: TAR_UNIT_BYTES, extentsMax: EXTENTS_MAX });
  } catch {
    return undefined; // A file system that cannot tell: read as it is.
  }
  // A file that its file system compresses takes few blocks, but has no holes.
  return extents.length === 1 && extents[0]?.length === sizeBytes ? undefined : extents;
}
