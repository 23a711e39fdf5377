import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { isErrno } from '../../errors/operator-error.ts';
import { fsPath, joinPath, normalizePath, showPath, type BytePath } from '../byte-path.ts';
import type { EntryOptions } from '../fileset/entry-options.ts';
import type { CompiledFileSet, IncludeRules } from '../fileset/include-rules.ts';
import { fileTypeOf } from './file-kind.ts';
import { failedTo, type FileNotice } from './file-notice.ts';
import { Mounts } from './mounts.ts';
import type { WalkEntry } from './walk-entry.ts';

export interface WalkVisitor {
  /** An entry that the FileSet accepts. A directory comes after all that is in it. */
  entry(entry: WalkEntry): void;
  /** Nothing can be said of this entry, or only not of what is in it: it could not be looked at, as a notice says. */
  unseen(path: BytePath, part: 'entry' | 'contents'): void;
  notice(notice: FileNotice): void;
  /** A directory is about to be read. May throw to end the walk. */
  entering(path: BytePath): void;
}

/** A directory whose names are being gone through. */
interface Frame {
  readonly path: BytePath;
  readonly stat: BigIntStats;
  readonly options: EntryOptions;
  readonly rules: IncludeRules;
  /** Device of the File entry that the walk came from. */
  readonly topDevice: bigint;
  readonly names: readonly BytePath[];
  next: number;
}

const BIGINT = { bigint: true } as const;

/**
 * Goes through everything a FileSet names, synchronously, and shows the visitor what it accepts.
 *
 * Invariants
 *  (1) Names are visited in bytewise order; a directory follows its contents.
 *  (2) Links are never followed, and a directory that is its own parent is not entered: the walk ends.
 *  (3) Each File entry is visited once, with the rules of its own Include, also when another one contains it.
 *  (4) Memory is the names of the directories on the way down to the current one.
 */
export class Walker {
  readonly #visitor: WalkVisitor;
  /** File entries still to be visited, with the rules of the first Include that names them. */
  readonly #fileEntries = new Map<BytePath, IncludeRules>();
  readonly #notices: readonly FileNotice[];
  readonly #stack: Frame[] = [];
  #mounts: Mounts | undefined;

  constructor(fileSet: CompiledFileSet, visitor: WalkVisitor) {
    this.#visitor = visitor;
    this.#notices = fileSet.notices;
    const files = fileSet.includes.flatMap(({ files, rules }) => files.map((file) => ({ file, rules })));
    files.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
    for (const { file, rules } of files) {
      if (!this.#fileEntries.has(file)) this.#fileEntries.set(file, rules);
    }
  }

  run(): void {
    for (const notice of this.#notices) this.#visitor.notice(notice);
    for (const [path, rules] of this.#fileEntries) {
      this.#fileEntry(path, rules);
      for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) this.#step(frame);
    }
  }

  /** Visits the next name of the directory, or leaves it. */
  #step(frame: Frame): void {
    const name = frame.names[frame.next++];
    if (name !== undefined) {
      this.#child(frame, joinPath(frame.path, name));
      return;
    }
    this.#stack.pop();
    this.#visit(frame.path, frame.stat, frame.options);
  }

  #fileEntry(path: BytePath, rules: IncludeRules): void {
    this.#fileEntries.delete(path);
    const options = rules.fileEntryOptions;
    if (normalizePath(path) === undefined) {
      const text = `File entry "${showPath(path)}" is not an absolute path without ".."; it is not saved`;
      this.#visitor.notice({ type: 'notSaved', path, text });
      return;
    }
    let stat: BigIntStats;
    try {
      stat = lstatSync(fsPath(path), BIGINT);
    } catch (error) {
      this.#visitor.notice(failedTo('stat', path, error));
      if (!isGone(error)) this.#visitor.unseen(path, 'entry');
      return;
    }
    if (!this.#isFsTypeWanted(path, rules)) return;
    if (stat.isSymbolicLink()) {
      const text = `File entry "${showPath(path)}" is a symbolic link: the link is saved, not what it points to`;
      this.#visitor.notice({ type: 'info', path, text });
    } else if (stat.isBlockDevice()) {
      const text = `File entry "${showPath(path)}" is a device: the node is saved, not what the device holds (not supported yet)`;
      this.#visitor.notice({ type: 'warning', path, text });
    }
    if (stat.isDirectory()) this.#enter({ path, stat, options, rules, topDevice: stat.dev });
    else this.#visitOther(path, stat, options);
  }

  #child(parent: Frame, path: BytePath): void {
    const { rules, topDevice } = parent;
    const own = this.#fileEntries.get(path);
    if (own !== undefined) {
      this.#fileEntry(path, own);
      return;
    }
    let stat: BigIntStats;
    try {
      stat = lstatSync(fsPath(path), BIGINT);
    } catch (error) {
      // What the FileSet leaves out is not worth a word.
      if (rules.select(path, false) === undefined) return;
      this.#visitor.notice(failedTo('stat', path, error));
      if (!isGone(error)) this.#visitor.unseen(path, 'entry');
      return;
    }
    const isDirectory = stat.isDirectory();
    const options = rules.select(path, isDirectory);
    if (options === undefined) return;
    if (!isDirectory) this.#visitOther(path, stat, options);
    else if (!options.recurse || !this.#mayCross(parent, path, stat, options))
      this.#visit(path, stat, options);
    else this.#enter({ path, stat, options, rules, topDevice });
  }

  #visitOther(path: BytePath, stat: BigIntStats, options: EntryOptions): void {
    if (fileTypeOf(Number(stat.mode)) === undefined) {
      this.#visitor.notice({ type: 'skipped', path, text: `Socket "${showPath(path)}" is not saved` });
      return;
    }
    this.#visit(path, stat, options);
  }

  #visit(path: BytePath, stat: BigIntStats, options: EntryOptions): void {
    this.#visitor.entry({ path, accessPath: path, stat, options });
  }

  #enter(directory: Omit<Frame, 'names' | 'next'>): void {
    const { path, stat, options, rules } = directory;
    this.#visitor.entering(path);
    if (this.#stack.some((frame) => frame.stat.ino === stat.ino && frame.stat.dev === stat.dev)) {
      const text = `Directory "${showPath(path)}" contains itself; it is saved without its contents`;
      this.#visitor.notice({ type: 'skipped', path, text });
      this.#visit(path, stat, options);
      return;
    }
    let names: BytePath[] = [];
    try {
      names = readdirSync(fsPath(path), 'latin1');
    } catch (error) {
      this.#visitor.notice(failedTo('open directory', path, error));
      if (!isGone(error)) this.#visitor.unseen(path, 'contents');
      if (isErrno(error, 'ENOENT')) return;
    }
    if (rules.excludeDirContaining.some((name) => names.includes(name))) return;
    this.#stack.push({ ...directory, names: names.sort(), next: 0 });
  }

  /** Whether the directory may be entered for the file system it is on; says so when not. */
  #mayCross(parent: Frame, path: BytePath, stat: BigIntStats, options: EntryOptions): boolean {
    if (stat.dev === parent.stat.dev && stat.dev === parent.topDevice) return true;
    if (options.oneFs && stat.dev !== parent.topDevice) {
      const text = `Directory "${showPath(path)}" is on a different file system; it is saved without its contents`;
      this.#visitor.notice({ type: 'skipped', path, text });
      return false;
    }
    return stat.dev === parent.stat.dev || this.#isFsTypeWanted(path, parent.rules);
  }

  #isFsTypeWanted(path: BytePath, rules: IncludeRules): boolean {
    if (rules.fsTypes.length === 0) return true;
    this.#mounts ??= Mounts.read();
    const fsType = this.#mounts.fsTypeOf(path) ?? 'unknown';
    if (rules.fsTypes.includes(fsType)) return true;
    const text = `"${showPath(path)}" is on a file system of type ${fsType}, which the FileSet does not name`;
    this.#visitor.notice({ type: 'skipped', path, text });
    return false;
  }
}

function isGone(error: unknown): boolean {
  return isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR');
}
