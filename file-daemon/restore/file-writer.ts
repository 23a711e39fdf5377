import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { isErrno } from '../../errors/operator-error.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { fsPath } from '../byte-path.ts';
import { ContentDigest, digestOf } from '../content-digest.ts';
import { libc, type Libc } from '../../native/libc.ts';
import { O_PATH } from '../../native/open-flags.ts';
import type { ExtendedAttributes } from '../tar/extended-pax.ts';
import { EntryDamaged } from '../tar/header-reader.ts';
import { NO_EXTENDED, setFileAttributes, setHeldAttributes, type AttributeFailure } from './attributes.ts';
import { dropInheritedAclOfFile, dropInheritedAcls } from './inherited-acl.ts';
import { PlaceRefused, pathOf, type Place } from './target-tree.ts';
import { temporaryName, type UnfinishedFile } from './unfinished-file.ts';

const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const CREATE_ATTEMPTS_MAX = 1000;

/**
 * Makes files under a temporary name beside their place and renames them over when they are whole: nobody ever sees half
 * a file, and what was there before stays until then. In a fresh directory, which is for its owner only and has nothing
 * that could be replaced, what is made at once gets its name at once: a rename is a third of what a small file costs. A
 * Place given to it must stay good until the file is done.
 */
export class FileMaker {
  readonly #jobId: number;
  readonly #unfinished: Pick<UnfinishedFile, 'note'>;
  /** Goes up when a name is taken: one file is on its way at a time, and leaves the name to the next. */
  #number = 1;

  constructor(jobId: number, unfinished: Pick<UnfinishedFile, 'note'>) {
    this.#jobId = jobId;
    this.#unfinished = unfinished;
  }

  /** A regular file to be written piece by piece. */
  openFile(place: Place, record: FileRecord): FileWriter {
    return this.#open(place, record, (create) => this.#claimTemporary(place, create));
  }

  /**
   * A regular file that is about to be written whole.
   * @throws EEXIST in a fresh directory where something stands in its place
   */
  openFileAtOnce(place: Place, record: FileRecord): FileWriter {
    return this.#open(place, record, (create) => this.#claim(place, record, create));
  }

  /** A symbolic link, FIFO or device, with its attributes. */
  makeSpecial(place: Place, record: FileRecord, extended: ExtendedAttributes): AttributeFailure[] {
    const claimed = this.#claim(place, record, (path) => createSpecial(path, record));
    try {
      if (!place.isFresh) dropInheritedAcls(claimed.at);
      const failures = setSpecialAttributes(claimed.at, record, extended);
      putInPlace(claimed);
      return failures;
    } catch (error) {
      removeIfThere(claimed.at);
      throw error;
    }
  }

  /** A further name for the file at `first`. */
  makeHardLink(place: Place, first: Place): void {
    if (place.isFresh) {
      linkSync(fsPath(pathOf(first)), fsPath(pathOf(place)));
      return;
    }
    const claimed = this.#claimTemporary(place, (path) => linkSync(fsPath(pathOf(first)), path));
    try {
      putInPlace(claimed);
    } finally {
      // Renaming does nothing when both are names of the same file already.
      removeIfThere(claimed.at);
    }
  }

  #open(place: Place, record: FileRecord, claim: (create: Create) => Claimed): FileWriter {
    let fd = -1;
    const claimed = claim((path) => {
      fd = openSync(path, CREATE_FLAGS, 0o600);
    });
    if (!place.isFresh) dropInheritedAclOfFile(fd);
    return new FileWriter({ claimed, fd, record });
  }

  /** Lets `create` make something in a fresh directory, elsewhere under a free name beside the place. */
  #claim(place: Place, record: FileRecord, create: Create): Claimed {
    if (!place.isFresh) return this.#claimTemporary(place, create);
    this.#unfinished.note(place, record);
    const path = fsPath(pathOf(place));
    create(path);
    return { at: path, place: path };
  }

  #claimTemporary(place: Place, create: Create): Claimed {
    for (let attempt = 0; attempt < CREATE_ATTEMPTS_MAX; attempt++) {
      const temporary = { ...place, name: temporaryName(this.#jobId, this.#number) };
      const at = fsPath(pathOf(temporary));
      this.#unfinished.note(temporary);
      try {
        create(at);
        return { at, place: fsPath(pathOf(place)) };
      } catch (error) {
        // A leftover of a restore that was killed, where nobody could take it away yet.
        if (!isErrno(error, 'EEXIST')) throw error;
        this.#number += 1;
      }
    }
    throw new PlaceRefused('there is no free temporary name beside it');
  }
}

type Create = (path: string | Buffer) => void;

/** Where something has been made, and where it belongs. */
interface Claimed {
  readonly at: string | Buffer;
  readonly place: string | Buffer;
}

function putInPlace({ at, place }: Claimed): void {
  if (at !== place) renameSync(at, place);
}

interface OpenFile {
  readonly claimed: Claimed;
  readonly fd: number;
  readonly record: FileRecord;
}

/** A regular file on its way. Must be finished or abandoned. */
export class FileWriter {
  readonly #file: OpenFile;
  /** Made when the content does not come in one piece. */
  #digestOfPieces: ContentDigest | undefined;
  /** Of content that came in one piece. */
  #digestOfWhole: Buffer | undefined;
  /** Where the next piece goes. */
  #position = 0;
  #endsInHole = false;
  #isClosed = false;

  constructor(file: OpenFile) {
    this.#file = file;
  }

  write(piece: Buffer): void {
    if (piece.length === 0) return;
    const { digestAlgorithm, sizeBytes } = this.#file.record;
    if (this.#position === 0 && piece.length === sizeBytes) {
      this.#digestOfWhole = digestOf(digestAlgorithm, piece);
    } else {
      this.#pieces().update(piece);
    }
    this.#write(piece);
  }

  #write(piece: Buffer): void {
    for (let from = 0; from < piece.length;) {
      from += writeSync(this.#file.fd, piece, from, piece.length - from, this.#position + from);
    }
    this.#position += piece.length;
    this.#endsInHole = false;
  }

  /** Leaves so many bytes out: they read as zeros and take no room. */
  hole(bytes: number): void {
    if (bytes === 0) return;
    this.#pieces().updateZeros(bytes);
    this.#position += bytes;
    this.#endsInHole = true;
  }

  /** The whole content, of which the caller knows that it is what was saved. */
  finishWith(content: Buffer): AttributeFailure[] {
    this.#write(content);
    return this.#settle(NO_EXTENDED);
  }

  /**
   * Checks the digest, sets the attributes and puts the file in its place.
   * @throws EntryDamaged when the content is not what was saved; the file is to be abandoned then.
   */
  finish(extended: ExtendedAttributes): AttributeFailure[] {
    const { record } = this.#file;
    const digest = this.#digestOfWhole ?? this.#pieces().finish();
    if (record.digest.length > 0 && !digest.equals(record.digest)) {
      throw new EntryDamaged(
        `its digest is ${digest.toString('hex')}, but ${record.digest.toString('hex')} was saved`,
      );
    }
    return this.#settle(extended);
  }

  #settle(extended: ExtendedAttributes): AttributeFailure[] {
    const { fd, claimed, record } = this.#file;
    if (this.#endsInHole) ftruncateSync(fd, this.#position);
    const failures = setFileAttributes(fd, record, extended);
    // Some file systems tell only now that the data has found no room.
    this.#close();
    putInPlace(claimed);
    return failures;
  }

  #pieces(): ContentDigest {
    if (this.#digestOfWhole !== undefined) throw new EntryDamaged('there is more of it than was saved');
    return (this.#digestOfPieces ??= new ContentDigest(this.#file.record.digestAlgorithm));
  }

  /** Removes what was written. */
  abandon(): void {
    this.#close();
    removeIfThere(this.#file.claimed.at);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file.fd);
  }
}

function createSpecial(path: string | Buffer, record: FileRecord): void {
  switch (record.type) {
    case FileType.SYMLINK:
      symlinkSync(record.linkTarget, path);
      return;
    case FileType.FIFO:
      native().makeFifo(Buffer.from(path), 0o600);
      return;
    case FileType.CHARACTER_DEVICE:
    case FileType.BLOCK_DEVICE:
      native().makeDevice(Buffer.from(path), (record.mode & constants.S_IFMT) | 0o600, record.specialDevice);
      return;
    default:
      throw new PlaceRefused(`its type (${record.type}) is unknown to this version`);
  }
}

/** Looks at what it is about to give away: somebody may have put something else in its place. */
function setSpecialAttributes(
  path: string | Buffer,
  record: FileRecord,
  extended: ExtendedAttributes,
): AttributeFailure[] {
  const fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const stat = fstatSync(fd);
    if ((stat.mode & constants.S_IFMT) !== (record.mode & constants.S_IFMT) || stat.nlink !== 1) {
      throw new PlaceRefused('something else took its place while it was made');
    }
    return setHeldAttributes(fd, record, extended);
  } finally {
    closeSync(fd);
  }
}

function native(): Libc {
  const library = libc();
  if (library === undefined) throw new PlaceRefused('FIFOs and device nodes need the native library koffi');
  return library;
}

function removeIfThere(path: string | Buffer): void {
  rmSync(path, { force: true });
}
