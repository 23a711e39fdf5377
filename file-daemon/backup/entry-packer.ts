import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type BigIntStats } from 'node:fs';
import { isErrno } from '../../errors/operator-error.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { BLOCK_CONTENT_BYTES_MAX } from '../../volume/member.ts';
import { fsPath, pathToBytes, showPath, type BytePath } from '../byte-path.ts';
import { ContentDigest, digestOf } from '../content-digest.ts';
import type { EntryOptions } from '../fileset/entry-options.ts';
import { libc, UTIME_OMIT } from '../native/libc.ts';
import { TarHeaderEncoder, TypeFlag, paddedBytes, type TarEntry } from '../tar/entry-header.ts';
import type { FirstName } from '../walk/hard-links.ts';
import { failedTo, type FileNotice } from '../walk/file-notice.ts';
import type { BlockCutter } from './block-cutter.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import { recordOf } from './record-of.ts';

const TYPE_FLAGS: ReadonlyMap<FileType, TypeFlag> = new Map<FileType, TypeFlag>([
  [FileType.REGULAR, TypeFlag.REGULAR],
  [FileType.DIRECTORY, TypeFlag.DIRECTORY],
  [FileType.SYMLINK, TypeFlag.SYMLINK],
  [FileType.HARD_LINK, TypeFlag.HARD_LINK],
  [FileType.FIFO, TypeFlag.FIFO],
  [FileType.CHARACTER_DEVICE, TypeFlag.CHARACTER_DEVICE],
  [FileType.BLOCK_DEVICE, TypeFlag.BLOCK_DEVICE],
]);

/** Not a link that took the file's place, not a wait for the other end of a FIFO, no terminal. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const BIGINT = { bigint: true } as const;
const NO_CONTENT = Buffer.alloc(0);

/**
 * Writes entries into the job's stream: header, and the content of regular files as it is read. What goes wrong with a
 * file is told as a notice and does not end the job.
 *
 * The size in the header is a promise made before the content is read. A file that turns out shorter is filled up with
 * zeros, one that has grown is cut there; both are said.
 */
export class EntryPacker {
  readonly #cutter: BlockCutter;
  readonly #notice: (notice: FileNotice) => void;
  readonly #reading: (path: BytePath) => void;
  readonly #headers = new TarHeaderEncoder();
  /** Bytes of file content read so far. */
  contentBytes = 0;

  /** @param reading Called after each piece of a file that is larger than a block. */
  constructor(cutter: BlockCutter, notice: (notice: FileNotice) => void, reading: (path: BytePath) => void) {
    this.#cutter = cutter;
    this.#notice = notice;
    this.#reading = reading;
  }

  /** Any entry but a hard link; its record without a file index. Undefined when it could not be saved: it was said. */
  pack(entry: WalkEntry, type: FileType): FileRecord | undefined {
    const { path, accessPath, stat, options } = entry;
    const record = recordOf(path, stat, type);
    if (type === FileType.REGULAR) return this.#regular(entry, record) ? record : undefined;
    if (type === FileType.SYMLINK) {
      try {
        record.linkTarget = readlinkSync(fsPath(accessPath), 'buffer');
      } catch (error) {
        this.#notice(failedTo('read the symbolic link', path, error));
        return undefined;
      }
      record.sizeBytes = record.linkTarget.length;
    }
    this.#headerOnly(record, path, record.linkTarget.toString('latin1'), options);
    return record;
  }

  /** A further name of a file that is in the stream already. */
  packHardLink({ path, stat, options }: WalkEntry, firstName: FirstName): FileRecord {
    const record = recordOf(path, stat, FileType.HARD_LINK);
    record.linkTarget = pathToBytes(firstName.path);
    record.linkFileIndex = firstName.fileIndex;
    this.#headerOnly(record, path, tarName(firstName.path, FileType.REGULAR), options);
    return record;
  }

  #headerOnly(record: FileRecord, path: BytePath, linkName: BytePath, options: EntryOptions): void {
    const header = this.#headers.encode(tarEntry(record, path, linkName, 0));
    this.#begin(record, header, 0, options);
    this.#cutter.endEntry();
  }

  #regular({ path, accessPath, stat, options }: WalkEntry, record: FileRecord): boolean {
    record.digestAlgorithm = options.digest;
    const sizeBytes = Number(stat.size);
    if (!Number.isSafeInteger(sizeBytes)) {
      const text = `File "${showPath(path)}" is not saved: ${stat.size} bytes are more than can be counted`;
      this.#notice({ type: 'notSaved', path, text });
      return false;
    }
    const header = this.#headers.encode(tarEntry(record, path, '', sizeBytes));
    if (sizeBytes === 0) {
      this.#begin(record, header, 0, options);
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
      const entryBytes = this.#begin(record, header, sizeBytes, options);
      const isInOneBlock = entryBytes <= BLOCK_CONTENT_BYTES_MAX;
      const { readBytes, failure } = isInOneBlock
        ? this.#readAtOnce(fd, sizeBytes, record)
        : this.#readInPieces(fd, path, sizeBytes, record);
      if (failure !== undefined) this.#notice(failedTo('read', path, failure.error));
      if (failure !== undefined && (isInOneBlock || readBytes === 0)) {
        this.#cutter.abandonEntry();
        return false;
      }
      if (isInOneBlock) this.contentBytes += readBytes;
      this.#cutter.endEntry();
      if (failure === undefined) this.#checkUnchanged(fd, path, stat, readBytes, options);
      if (options.keepAtime) keepAtime(fd, record);
      return true;
    } finally {
      closeAfterReading(fd);
    }
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

  /** Of a file whose entry lies in one block: what is read goes straight into its memory. */
  #readAtOnce(fd: number, sizeBytes: number, record: FileRecord): ReadOutcome {
    const content = this.#cutter.room(sizeBytes);
    const outcome = readFully(fd, content);
    this.#cutter.advance(sizeBytes);
    record.digest = digestOf(record.digestAlgorithm, content);
    return outcome;
  }

  /** Of a larger file. What cannot be read is saved as zeros: blocks before it may be on their way already. */
  /** Counts what it reads as it goes, so that the progress of a large file is seen. */
  #readInPieces(fd: number, path: BytePath, sizeBytes: number, record: FileRecord): ReadOutcome {
    const digest = new ContentDigest(record.digestAlgorithm);
    const total: ReadOutcome = { readBytes: 0, failure: undefined };
    let isAtEnd = false;
    for (let left = sizeBytes; left > 0;) {
      const room = this.#cutter.room(left);
      if (isAtEnd) room.fill(0);
      else {
        const { readBytes, failure } = readFully(fd, room);
        // Nothing of it has left yet.
        if (failure !== undefined && total.readBytes + readBytes === 0) return { readBytes, failure };
        total.readBytes += readBytes;
        this.contentBytes += readBytes;
        this.#reading(path);
        total.failure = failure;
        isAtEnd = readBytes < room.length;
      }
      digest.update(room);
      this.#cutter.advance(room.length);
      left -= room.length;
    }
    record.digest = digest.finish();
    return total;
  }

  #checkUnchanged(
    fd: number,
    path: BytePath,
    before: BigIntStats,
    readBytes: number,
    options: EntryOptions,
  ): void {
    const promised = Number(before.size);
    const name = `File "${showPath(path)}"`;
    if (readBytes < promised) {
      const text = `${name} shrank while it was read: ${readBytes} of ${promised} bytes; the rest is saved as zeros`;
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
      change = `grew while it was read; its first ${promised} bytes are saved`;
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

interface ReadOutcome {
  readBytes: number;
  /** Why there is not more, unless that is the end of the file. */
  failure: { error: unknown } | undefined;
}

/** Fills `target` from the file; with zeros from where the file ends or cannot be read. */
function readFully(fd: number, target: Buffer): ReadOutcome {
  let readBytes = 0;
  let failure: ReadOutcome['failure'];
  try {
    for (let got = -1; got !== 0 && readBytes < target.length; readBytes += got) {
      got = readSync(fd, target, readBytes, target.length - readBytes, null);
    }
  } catch (error) {
    failure = { error };
  }
  target.fill(0, readBytes);
  return { readBytes, failure };
}

/** Paths in the archive are relative, so that a plain `tar -x` unpacks below where it stands. */
function tarName(path: BytePath, type: FileType): BytePath {
  if (path === '/') return './';
  return type === FileType.DIRECTORY ? `${path.slice(1)}/` : path.slice(1);
}

function tarEntry(record: FileRecord, path: BytePath, linkName: BytePath, sizeBytes: number): TarEntry {
  const typeFlag = TYPE_FLAGS.get(record.type);
  if (typeFlag === undefined) throw new Error(`No tar entry for a file of type ${record.type}`);
  const device = record.specialDevice;
  return {
    name: tarName(path, record.type),
    typeFlag,
    mode: record.mode & 0o7777,
    uid: record.uid,
    gid: record.gid,
    sizeBytes,
    mtimeSeconds: record.mtimeSeconds,
    mtimeNanoseconds: record.mtimeNanoseconds,
    linkName,
    // As the C library's major() and minor().
    deviceMajor: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)),
    deviceMinor: Number((device & 0xffn) | ((device >> 12n) & ~0xffn)),
  };
}

function openForReading(path: BytePath, noAtime: boolean): number {
  if (noAtime) {
    try {
      return openSync(fsPath(path), OPEN_FLAGS | constants.O_NOATIME);
    } catch (error) {
      // Only the owner and root may ask for it.
      if (!isErrno(error, 'EPERM')) throw error;
    }
  }
  return openSync(fsPath(path), OPEN_FLAGS);
}

function closeAfterReading(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Nothing was written, so nothing can be lost by it.
  }
}

/** Puts the access time back that reading has moved. As far as it goes: nothing that was saved depends on it. */
function keepAtime(fd: number, record: FileRecord): void {
  try {
    libc()?.setFileTimes(fd, { ...record, mtimeNanoseconds: UTIME_OMIT });
  } catch {
    // Somebody else's file, or a read-only file system.
  }
}
