import { readdirSync } from 'node:fs';
import { isErrno } from '../../errors/operator-error.ts';
import type { EntryStat } from '../../native/statx.ts';
import { FileType } from '../../proto/noctule/record/v1/file_record.ts';
import { fsPath, joinPath, showPath, type BytePath } from '../byte-path.ts';
import type { EntryOptions } from '../fileset/entry-options.ts';
import type { CompiledFileSet, IncludeRules } from '../fileset/include-rules.ts';
import { closeAccess, openAccess, type DirectoryAccess } from './directory-access.ts';
import { FileEntries, type FileEntry, type FileEntrySpan } from './file-entries.ts';
import { statOfEntry } from './entry-stat.ts';
import { fileTypeOf, isDirectory } from './file-kind.ts';
import { failedTo, type FileNotice } from './file-notice.ts';
import { asksToBeLeftOut } from './keep-out.ts';
import { Mounts } from './mounts.ts';
import type { WalkEntry } from './walk-entry.ts';

export interface WalkVisitor {
  /** An entry that the FileSet accepts. */
  entry(entry: WalkEntry): void;
  /** Nothing can be said of this entry, or only not of what is in it: it could not be looked at, as a notice says. */
  unseen(path: BytePath, part: 'entry' | 'contents'): void;
  notice(notice: FileNotice): void;
  /** A directory is about to be read. May throw to end the walk. */
  entering(path: BytePath): void;
}

/** A path that the walk has come to. */
interface Stop {
  readonly path: BytePath;
  /** As that of WalkEntry. */
  readonly accessPath: BytePath;
  readonly fileEntriesBelow: FileEntrySpan;
  /** As that of WalkEntry. */
  readonly isFileEntry: boolean;
}

/** What is there, and how it is to be saved. */
interface Found {
  readonly stat: EntryStat;
  readonly options: EntryOptions;
  readonly rules: IncludeRules;
  /** Device of the File entry that the walk came from. */
  readonly topDevice: bigint;
}

/** A directory whose names are being gone through. */
interface Frame {
  readonly stop: Stop;
  /** Visited when the frame is left; absent where the walk only comes through on its way to File entries. */
  readonly found: Found | undefined;
  /** Whether the names are all that the directory holds, or just those that lead to File entries. */
  readonly isEntered: boolean;
  readonly access: DirectoryAccess;
  readonly names: readonly BytePath[];
  next: number;
}

/**
 * Goes through everything a FileSet names, synchronously, and shows the visitor what it accepts. It is one walk from the
 * root, in which a directory that no rule lets it enter is only passed through, towards the File entries below it.
 *
 * Invariants
 *  (1) Entries come in walk order (`compareWalkOrder`), each path once. `unseen` comes before what is shown below it.
 *  (2) Links are never followed, and a directory that is its own parent is not entered: the walk ends. (Links on the way
 *      to a File entry are.)
 *  (3) Each File entry is visited once, with the rules of its own Include, also when another one contains or excludes it.
 *  (4) Memory is the names of the directories on the way down to the current one; open files are one for each 3,500 bytes
 *      of its path.
 */
export class Walker {
  readonly #visitor: WalkVisitor;
  readonly #notices: readonly FileNotice[];
  readonly #fileEntries: FileEntries;
  readonly #stack: Frame[] = [];
  #mounts: Mounts | undefined;

  constructor(fileSet: CompiledFileSet, visitor: WalkVisitor) {
    this.#visitor = visitor;
    this.#notices = fileSet.notices;
    this.#fileEntries = new FileEntries(
      fileSet.includes.flatMap(({ files, rules }) => files.map((path) => ({ path, rules }))),
    );
  }

  run(): void {
    for (const notice of this.#notices) this.#visitor.notice(notice);
    try {
      const { own, below } = this.#fileEntries.take(this.#fileEntries.all(), '/');
      const root = { path: '/', accessPath: '/', fileEntriesBelow: below, isFileEntry: own !== undefined };
      if (own !== undefined) this.#fileEntry(root, own);
      else this.#passThrough(root);
      for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) this.#step(frame);
    } finally {
      for (const { access } of this.#stack) closeAccess(access);
    }
  }

  /** Comes to the next name of the directory, or leaves it. */
  #step(frame: Frame): void {
    const name = frame.names[frame.next++];
    if (name === undefined) {
      this.#leave(frame);
      return;
    }
    const { stop: directory, access } = frame;
    const path = joinPath(directory.path, name);
    const accessPath = access.path === directory.path ? path : joinPath(access.path, name);
    const { own, below } = this.#fileEntries.take(directory.fileEntriesBelow, path);
    const stop = { path, accessPath, fileEntriesBelow: below, isFileEntry: own !== undefined };
    if (own !== undefined) this.#fileEntry(stop, own);
    else if (frame.isEntered && frame.found !== undefined) this.#child(frame.found, stop);
    else this.#passThrough(stop);
  }

  #leave({ stop, found, access }: Frame): void {
    this.#stack.pop();
    closeAccess(access);
    if (found !== undefined) this.#visit(stop, found.stat, found.options, found.rules);
  }

  #fileEntry(stop: Stop, { path, rules }: FileEntry): void {
    const options = rules.fileEntryOptions;
    let stat: EntryStat;
    try {
      stat = statOfEntry(stop.accessPath);
    } catch (error) {
      this.#passThrough(stop);
      this.#visitor.notice(failedTo('stat', path, error));
      if (!isGone(error)) this.#visitor.unseen(path, 'entry');
      return;
    }
    if (!this.#isFsTypeWanted(path, rules) || asksToBeLeftOut(stop.accessPath, stat, rules)) {
      this.#passThrough(stop);
      return;
    }
    if (fileTypeOf(stat.mode) === FileType.SYMLINK) {
      const text = `File entry "${showPath(path)}" is a symbolic link: the link is saved, not what it points to`;
      this.#visitor.notice({ type: 'info', path, text });
    }
    if (isDirectory(stat.mode)) this.#enter(stop, { stat, options, rules, topDevice: stat.dev });
    else this.#other(stop, stat, options, rules);
  }

  /** An entry of a directory that was entered, and is not a File entry. */
  #child(parent: Found, stop: Stop): void {
    const { path, accessPath } = stop;
    const { rules, topDevice } = parent;
    let stat: EntryStat;
    try {
      stat = statOfEntry(accessPath);
    } catch (error) {
      this.#passThrough(stop);
      this.#noteMissing(stop, rules, error);
      return;
    }
    const isEnterable = isDirectory(stat.mode);
    const options = asksToBeLeftOut(accessPath, stat, rules) ? undefined : rules.select(path, isEnterable);
    if (options === undefined) {
      this.#passThrough(stop);
    } else if (!isEnterable) {
      this.#other(stop, stat, options, rules);
    } else {
      const found = { stat, options, rules, topDevice };
      if (options.recurse && this.#mayCross(parent, path, found)) this.#enter(stop, found);
      else this.#passThrough(stop, found);
    }
  }

  /** Nothing is worth a word that the FileSet leaves out, or that was only the way to File entries, which say it. */
  #noteMissing({ path, fileEntriesBelow }: Stop, rules: IncludeRules, error: unknown): void {
    if (!isGone(error)) this.#visitor.unseen(path, 'entry');
    else if (fileEntriesBelow.from < fileEntriesBelow.to) return;
    if (rules.select(path, false) ?? rules.select(path, true)) {
      this.#visitor.notice(failedTo('stat', path, error));
    }
  }

  #other(stop: Stop, stat: EntryStat, options: EntryOptions, rules: IncludeRules): void {
    const { path, fileEntriesBelow } = stop;
    // Another path leads through a link to something else that is to be saved.
    if (fileEntriesBelow.from < fileEntriesBelow.to) {
      this.#passThrough(stop, { stat, options, rules, topDevice: stat.dev });
    } else if (fileTypeOf(stat.mode) === undefined) {
      this.#visitor.notice({ type: 'skipped', path, text: `Socket "${showPath(path)}" is not saved` });
    } else {
      this.#visit(stop, stat, options, rules);
    }
  }

  /** Goes on to the File entries below, if there are any, without looking at what else is there; visits `found` then. */
  #passThrough(stop: Stop, found?: Found): void {
    const { path, fileEntriesBelow } = stop;
    if (fileEntriesBelow.from < fileEntriesBelow.to) {
      const names = this.#fileEntries.namesOnTheWay(fileEntriesBelow, path);
      let access: DirectoryAccess = { path: stop.accessPath, fd: undefined };
      try {
        access = openAccess(stop.accessPath);
      } catch {
        // Each of the File entries will say so.
      }
      this.#stack.push({ stop, found, isEntered: false, access, names, next: 0 });
    } else if (found !== undefined) {
      this.#visit(stop, found.stat, found.options, found.rules);
    }
  }

  #enter(stop: Stop, found: Found): void {
    const { path, accessPath, fileEntriesBelow } = stop;
    this.#visitor.entering(path);
    if (this.#isOnTheWayDown(found.stat)) {
      const text = `Directory "${showPath(path)}" contains itself; it is saved without its contents`;
      this.#visitor.notice({ type: 'info', path, text });
      this.#passThrough(stop, found);
      return;
    }
    let access: DirectoryAccess | undefined;
    let names: BytePath[];
    try {
      access = openAccess(accessPath);
      names = readdirSync(fsPath(access.path), 'latin1');
    } catch (error) {
      if (access !== undefined) closeAccess(access);
      this.#unreadable(stop, found, error);
      return;
    }
    if (fileEntriesBelow.from < fileEntriesBelow.to) {
      names = [...new Set([...names, ...this.#fileEntries.namesOnTheWay(fileEntriesBelow, path)])];
    }
    this.#stack.push({ stop, found, isEntered: true, access, names: names.sort(), next: 0 });
  }

  /** A directory whose names cannot be had is saved as an entry, unless it is gone. */
  #unreadable(stop: Stop, found: Found, error: unknown): void {
    const { path } = stop;
    this.#visitor.notice(failedTo('open directory', path, error));
    if (isGone(error)) {
      this.#passThrough(stop);
      return;
    }
    this.#visitor.unseen(path, 'contents');
    this.#passThrough(stop, found);
  }

  #isOnTheWayDown({ ino, dev }: EntryStat): boolean {
    return this.#stack.some(
      ({ isEntered, found }) => isEntered && found?.stat.ino === ino && found.stat.dev === dev,
    );
  }

  #visit(stop: Stop, stat: EntryStat, options: EntryOptions, rules: IncludeRules): void {
    const { path, accessPath, isFileEntry } = stop;
    this.#visitor.entry({ path, savedPath: rules.savedPath(path), accessPath, stat, options, isFileEntry });
  }

  /** Whether the directory may be entered for the file system it is on; says so when not. */
  #mayCross(parent: Found, path: BytePath, { stat, options, topDevice }: Found): boolean {
    if (stat.dev === parent.stat.dev && stat.dev === topDevice) return true;
    if (options.oneFs && stat.dev !== topDevice) {
      const text = `Directory "${showPath(path)}" is on a different file system; it is saved without its contents`;
      this.#visitor.notice({ type: 'info', path, text });
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
    this.#visitor.notice({ type: 'info', path, text });
    return false;
  }
}

/** Whether the error says that nothing is there. */
function isGone(error: unknown): boolean {
  return isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR');
}
