import { closeSync, constants, linkSync, openSync, renameSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { isErrno } from '../../errors/operator-error.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { fsPath, pathToBytes, type BytePath } from '../byte-path.ts';
import { ContentDigest } from '../content-digest.ts';
import { libc } from '../native/libc.ts';
import { EntryDamaged } from '../tar/header-reader.ts';
import { permissionsOf, setAttributes, setPathAttributes } from './attributes.ts';
import { PlaceRefused, type TargetTree } from './target-tree.ts';

const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const CREATE_ATTEMPTS_MAX = 1000;

/**
 * Makes files under a temporary name beside their place and renames them over when they are whole: nobody ever sees half
 * a file, and what was there before stays until then.
 */
export class FileMaker {
  readonly #tree: TargetTree;
  readonly #jobId: number;
  #counter = 0;

  constructor(tree: TargetTree, jobId: number) {
    this.#tree = tree;
    this.#jobId = jobId;
  }

  /** A regular file to be written piece by piece. */
  openFile(path: BytePath, record: FileRecord): FileWriter {
    let fd = -1;
    const temporary = this.#claim(path, (place) => {
      fd = openSync(fsPath(place), CREATE_FLAGS, 0o600);
    });
    return new FileWriter(this.#tree, { path, temporary, fd, record });
  }

  /** A symbolic link, FIFO or device, with its attributes. */
  makeSpecial(path: BytePath, record: FileRecord): void {
    const temporary = this.#claim(path, (place) => createSpecial(place, record));
    const place = this.#tree.entryPath(temporary);
    try {
      setPathAttributes(place, record);
      renameSync(fsPath(place), fsPath(this.#tree.entryPath(path)));
    } catch (error) {
      removeIfThere(place);
      throw error;
    }
    if (record.type === FileType.SYMLINK) this.#tree.noteLink(path);
  }

  /** A further name for what this restore, or somebody before it, put at `firstPath`. */
  makeHardLink(path: BytePath, firstPath: BytePath): void {
    const first = this.#tree.keptEntryPath(firstPath);
    try {
      const temporary = this.#claim(path, (place) => linkSync(fsPath(first.path), fsPath(place)));
      const place = this.#tree.entryPath(temporary);
      renameSync(fsPath(place), fsPath(this.#tree.entryPath(path)));
      // Renaming does nothing when both are names of the same file already.
      removeIfThere(place);
    } finally {
      first.close();
    }
  }

  /** Lets `create` make something under a free name beside `path`; returns that name as a path of the client. */
  #claim(path: BytePath, create: (place: BytePath) => void): BytePath {
    const directory = path.slice(0, path.lastIndexOf('/') + 1);
    for (let attempt = 0; attempt < CREATE_ATTEMPTS_MAX; attempt++) {
      const temporary = `${directory}.noctule-${this.#jobId}-${++this.#counter}.part`;
      try {
        create(this.#tree.entryPath(temporary));
        return temporary;
      } catch (error) {
        // A leftover of a restore that was killed.
        if (!isErrno(error, 'EEXIST')) throw error;
      }
    }
    throw new PlaceRefused('there is no free temporary name beside it');
  }
}

interface OpenFile {
  readonly path: BytePath;
  readonly temporary: BytePath;
  readonly fd: number;
  readonly record: FileRecord;
}

/** A regular file on its way. Must be finished or abandoned. */
export class FileWriter {
  readonly #tree: TargetTree;
  readonly #file: OpenFile;
  readonly #digest: ContentDigest;

  constructor(tree: TargetTree, file: OpenFile) {
    this.#tree = tree;
    this.#file = file;
    this.#digest = new ContentDigest(file.record.digestAlgorithm);
  }

  write(piece: Buffer): void {
    this.#digest.update(piece);
    for (let from = 0; from < piece.length;) from += writeSync(this.#file.fd, piece, from);
  }

  /**
   * Checks the digest, sets the attributes and puts the file in its place.
   * @throws EntryDamaged when the content is not what was saved; the file is to be abandoned then.
   */
  finish(): void {
    const { fd, path, temporary, record } = this.#file;
    const digest = this.#digest.finish();
    if (record.digest.length > 0 && !digest.equals(record.digest)) {
      throw new EntryDamaged(
        `its digest is ${digest.toString('hex')}, but ${record.digest.toString('hex')} was saved`,
      );
    }
    setAttributes(fd, record);
    const place = this.#tree.entryPath(temporary);
    renameSync(fsPath(place), fsPath(this.#tree.entryPath(path)));
    closeSync(fd);
  }

  abandon(): void {
    const { fd, temporary } = this.#file;
    closeSync(fd);
    removeIfThere(this.#tree.entryPath(temporary));
  }
}

function createSpecial(place: BytePath, record: FileRecord): void {
  switch (record.type) {
    case FileType.SYMLINK:
      symlinkSync(record.linkTarget, fsPath(place));
      return;
    case FileType.FIFO:
      native().makeFifo(pathToBytes(place), permissionsOf(record));
      return;
    case FileType.CHARACTER_DEVICE:
    case FileType.BLOCK_DEVICE:
      native().makeDevice(pathToBytes(place), record.mode, record.specialDevice);
      return;
    default:
      throw new Error(`A file of type ${record.type} is not made this way`);
  }
}

function native(): NonNullable<ReturnType<typeof libc>> {
  const library = libc();
  if (library === undefined) throw new PlaceRefused('FIFOs and device nodes need the native library koffi');
  return library;
}

function removeIfThere(place: BytePath): void {
  rmSync(fsPath(place), { force: true });
}
