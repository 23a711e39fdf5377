import { fstatSync, readlinkSync } from 'node:fs';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { BLOCK_CONTENT_BYTES_MAX } from '../../volume/member.ts';
import { fsPath, pathToBytes, showPath, type BytePath } from '../byte-path.ts';
import { digestOf } from '../content-digest.ts';
import type { EntryOptions } from '../fileset/entry-options.ts';
import { holes, type Extent } from '../../native/holes.ts';
import type { EntryStat } from '../../native/statx.ts';
import { TAR_UNIT_BYTES, TarHeaderEncoder, paddedBytes, type PaxRecord } from '../tar/entry-header.ts';
import { EXTENTS_MAX, encodeSparseMap, sparseRecords } from '../tar/sparse-map.ts';
import { failedTo, type FileNotice } from '../walk/file-notice.ts';
import type { FirstName } from '../walk/first-names.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import type { BlockCutter } from './block-cutter.ts';
import { CacheGuest } from './cache-guest.ts';
import { ContentCopier, type OpenedContent } from './content-copier.ts';
import { attributesOf } from './entry-attributes.ts';
import { problemOf } from './content-problem.ts';
import { closeAfterReading, keepAtime, openForReading } from './opened-file.ts';
import { recordOf } from './record-of.ts';
import { tarEntryOf, tarName } from './tar-entry-of.ts';

const NO_CONTENT = Buffer.alloc(0);
/** Of st_blocks, whatever the file system's own are. */
const STAT_BLOCK_BYTES = 512;

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
  readonly #cache = new CacheGuest();
  readonly #content: ContentCopier;
  readonly #headers = new TarHeaderEncoder();

  /** @param reading Called after each piece of a file that is larger than a block. */
  constructor(cutter: BlockCutter, notice: (notice: FileNotice) => void, reading: (path: BytePath) => void) {
    this.#cutter = cutter;
    this.#notice = notice;
    this.#content = new ContentCopier(cutter, this.#cache, reading);
  }

  /** Bytes of file content read so far. */
  get contentBytes(): number {
    return this.#content.contentBytes;
  }

  /** Whether nothing of the file that was packed last was in the page cache. */
  get wasCold(): boolean {
    return this.#cache.wasCold;
  }

  /**
   * Any entry but a hard link; its record without a file index. Undefined when it could not be saved: it was said.
   * @param wasCold that its content was not in the page cache is known already
   */
  pack(entry: WalkEntry, type: FileType, wasCold = false): FileRecord | undefined {
    const { path, savedPath, accessPath, stat, options } = entry;
    const record = recordOf(savedPath, stat, type);
    if (type === FileType.REGULAR) return this.#regular(entry, record, wasCold) ? record : undefined;
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
    const extra = this.#attributes(entry, record);
    const header = this.#headers.encode(tarEntryOf(record, savedPath, { linkName, extra }));
    this.#headerOnly(record, header, options);
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

  #regular(entry: WalkEntry, record: FileRecord, wasCold: boolean): boolean {
    const { path, savedPath, accessPath, stat, options } = entry;
    record.digestAlgorithm = options.digest;
    const sizeBytes = stat.size;
    if (!Number.isSafeInteger(sizeBytes)) {
      const text = `File "${showPath(path)}" is not saved: it has more bytes than can be counted (${Number.MAX_SAFE_INTEGER})`;
      this.#notice({ type: 'notSaved', path, text });
      return false;
    }
    if (sizeBytes === 0) {
      const extra = this.#attributes(entry, record);
      this.#headerOnly(record, this.#headers.encode(tarEntryOf(record, savedPath, { extra })), options);
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
      this.#cache.begin(fd, sizeBytes, wasCold);
      const isPacked = this.#packContent({ fd, path, sizeBytes, record }, entry);
      this.#cache.reached(sizeBytes);
      if (!isPacked) return false;
      if (options.keepAtime) keepAtime(fd, record);
      return true;
    } finally {
      closeAfterReading(fd);
    }
  }

  /** Header and content; says what is wrong with it. False when nothing of it is in the stream. */
  #packContent(content: OpenedContent, entry: WalkEntry): boolean {
    const { fd, path, record, sizeBytes } = content;
    const { savedPath, stat, options } = entry;
    const extra = this.#attributes(entry, record, fd);
    const sparse = extentsOf(fd, stat, sizeBytes);
    const map = sparse && encodeSparseMap(sparse, sizeBytes);
    if (map !== undefined) {
      record.extended = true;
      extra.push(...sparseRecords(tarName(savedPath, FileType.REGULAR), sizeBytes));
    }
    const extents = sparse ?? [{ offset: 0, length: sizeBytes }];
    const promisedBytes = extents.reduce((sum, { length }) => sum + length, 0);
    const storedBytes = promisedBytes + (map?.length ?? 0);

    const header = this.#headers.encode(tarEntryOf(record, savedPath, { sizeBytes: storedBytes, extra }));
    const entryBytes = this.#begin(record, header, storedBytes, options);
    if (map !== undefined) this.#cutter.write(map);
    const isAtOnce = map === undefined && entryBytes <= BLOCK_CONTENT_BYTES_MAX;
    const outcome = isAtOnce
      ? this.#content.readAtOnce(content)
      : this.#content.readExtents(content, extents);
    if (outcome.failure !== undefined && !this.#cutter.entryHasLeft) {
      this.#notice(failedTo('read', path, outcome.failure.error));
      this.#cutter.abandonEntry();
      return false;
    }
    this.#cutter.endEntry();
    const problem = problemOf(content, entry, { ...outcome, promisedBytes });
    if (problem !== undefined) this.#notice(problem);
    return true;
  }

  /** The further records of its tar header. */
  #attributes(entry: WalkEntry, record: FileRecord, fd?: number): PaxRecord[] {
    const records = attributesOf(entry, fd, this.#notice);
    record.extended = records.length > 0;
    return records;
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
}

/** Where a file with holes holds data; undefined for one without. */
function extentsOf(fd: number, stat: EntryStat, sizeBytes: number): readonly Extent[] | undefined {
  const native = holes();
  if (native === undefined || stat.blocks * STAT_BLOCK_BYTES >= stat.size) return undefined;
  let extents: readonly Extent[];
  try {
    // A directory that took the file's place would pass for one hole; reading it tells.
    if (!fstatSync(fd).isFile()) return undefined;
    extents = native.dataExtents(fd, { sizeBytes, unit: TAR_UNIT_BYTES, extentsMax: EXTENTS_MAX });
  } catch {
    return undefined; // A file system that cannot tell: read as it is.
  }
  // A file that its file system compresses takes few blocks, but has no holes.
  return extents.length === 1 && extents[0]?.length === sizeBytes ? undefined : extents;
}
