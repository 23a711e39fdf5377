import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, type BigIntStats } from 'node:fs';
import { OperatorError, isErrno } from '../../errors/operator-error.ts';
import { fsPath, showPath, type BytePath } from '../byte-path.ts';
import { errnoText } from '../errno-text.ts';
import { dropInheritedAcls } from './inherited-acl.ts';
import { O_PATH } from '../../native/open-flags.ts';

/** Open directories kept for the next file. More than the usual depth of a tree, far less than open files allowed. */
const DIRECTORIES_OPEN_MAX = 128;

const { O_DIRECTORY, O_NOFOLLOW } = constants;

/** Of directories whose attributes are not set yet. */
const OWNER_ONLY = 0o700;

/** A file that cannot be restored to its place; the message is the reason. The others can. */
export class PlaceRefused extends OperatorError {
  readonly code = 'FD_PLACE_REFUSED';
}

/** The name of an entry in a directory that is held open. */
export interface Place {
  /** `/proc/self/fd/N/` */
  readonly directory: BytePath;
  /** The directory's path relative to the root, which tells it from others that have the same N later. */
  readonly parent: BytePath;
  readonly name: BytePath;
  /** This restore has made the directory, for its owner only, and put in all that is in it. */
  readonly isFresh: boolean;
}

interface OpenDirectory {
  readonly fd: number;
  readonly isFresh: boolean;
}

/** The path for `node:fs`. */
export function pathOf({ directory, name }: Place): BytePath {
  return directory + name;
}

/**
 * The tree that is restored into. Gives for each entry a path of the form `/proc/self/fd/N/name`, where N is its parent
 * directory, opened name by name without following links. So nothing that happens to the tree meanwhile can lead a
 * restore outside, and a path may be longer than the kernel takes in one piece.
 *
 * Invariants
 *  (1) Below `where` no symbolic link is ever followed.
 *  (2) In place, a link on the way is followed only if it belongs to the user the daemon runs as (others could have put
 *      theirs there), and was not made by this restore.
 */
export class TargetTree implements Disposable {
  readonly #isInPlace: boolean;
  readonly #ownUid = BigInt(process.geteuid?.() ?? 0);
  readonly #root: OpenDirectory;
  /** By path relative to the root, without slashes at the ends; least recently used first. */
  readonly #open = new Map<BytePath, OpenDirectory>();
  /** The youngest of them, which the next file mostly belongs into. */
  #latest: { readonly path: BytePath; readonly directory: OpenDirectory };
  /** Symbolic links by their inodes: a link has other paths by hard links, and by links on the way. */
  readonly #linksMade = new Set<string>();
  /** Made by this restore, and their attributes are not known yet: those on the way down, and those that were not saved. */
  readonly #bare = new Set<BytePath>();

  /**
   * @param where everything goes, absolute; '' = in place.
   * @throws PlaceRefused when `where` cannot be made or opened.
   */
  constructor(where: BytePath) {
    this.#isInPlace = where === '';
    const root = this.#isInPlace ? '/' : where;
    try {
      mkdirSync(fsPath(root), { recursive: true });
      this.#root = { fd: openSync(fsPath(root), O_PATH | O_DIRECTORY), isFresh: false };
    } catch (cause) {
      throw new PlaceRefused(`Cannot restore into "${showPath(root)}": ERR=${errnoText(cause)}`, { cause });
    }
    this.#latest = { path: '', directory: this.#root };
  }

  /**
   * Where the entry with this absolute path of the client goes. Missing directories on the way are made, for the owner
   * only until their attributes are set. Good until the next call.
   * @throws PlaceRefused
   */
  place(path: BytePath): Place {
    const relative = checkedPath(path);
    const slash = relative.lastIndexOf('/');
    const parent = slash < 0 ? '' : relative.slice(0, slash);
    const { fd, isFresh } = this.#directory(parent);
    return { directory: `/proc/self/fd/${fd}/`, parent, name: relative.slice(slash + 1), isFresh };
  }

  /** As `place`, but good until it is disposed of. */
  hold(path: BytePath): Place & Disposable {
    const place = this.place(path);
    const fd = openSync(place.directory, O_PATH | O_DIRECTORY);
    return { ...place, directory: `/proc/self/fd/${fd}/`, [Symbol.dispose]: () => closeSync(fd) };
  }

  /**
   * The directory with this absolute path of the client, made if it is missing: a descriptor with O_PATH, good until the
   * next call.
   * @throws PlaceRefused
   */
  directory(path: BytePath): number {
    return this.#directory(checkedPath(path)).fd;
  }

  /** The restore has made the symbolic link that stands there. */
  noteLink(place: Place): void {
    const link = this.#isInPlace ? lstatOf(pathOf(place)) : undefined;
    if (link !== undefined) this.#linksMade.add(inodeOf(link));
  }

  /** Whether this restore has made the directory, and has not come to its attributes. */
  isBare(path: BytePath): boolean {
    return this.#bare.has(checkedPath(path));
  }

  /** The attributes of the directory are known, and will be set by whoever knows them. */
  noteDescribed(path: BytePath): void {
    this.#bare.delete(checkedPath(path));
  }

  /** All such, by their absolute paths. */
  bareDirectories(): BytePath[] {
    return Array.from(this.#bare, (path) => `/${path}`);
  }

  [Symbol.dispose](): void {
    for (const { fd } of this.#open.values()) closeSync(fd);
    this.#open.clear();
    closeSync(this.#root.fd);
  }

  #directory(path: BytePath): OpenDirectory {
    if (path === this.#latest.path) return this.#latest.directory;
    const directory = path === '' ? this.#root : this.#lookUp(path);
    this.#latest = { path, directory };
    return directory;
  }

  #lookUp(path: BytePath): OpenDirectory {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const slash = path.lastIndexOf('/');
    const parent = this.#directory(slash < 0 ? '' : path.slice(0, slash));
    const directory = this.#openOrMake(path, `/proc/self/fd/${parent.fd}/${path.slice(slash + 1)}`);
    this.#open.set(path, directory);
    if (this.#open.size > DIRECTORIES_OPEN_MAX) this.#closeOldest();
    return directory;
  }

  #closeOldest(): void {
    for (const [path, { fd }] of this.#open) {
      this.#open.delete(path);
      closeSync(fd);
      return;
    }
  }

  #openOrMake(path: BytePath, entry: BytePath): OpenDirectory {
    const flags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
    try {
      return { fd: openSync(fsPath(entry), flags), isFresh: false };
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) {
        return { fd: this.#openThroughLink(path, entry, error), isFresh: false };
      }
    }
    try {
      mkdirSync(fsPath(entry), OWNER_ONLY);
      dropInheritedAcls(fsPath(entry));
      this.#bare.add(path);
      const fd = openSync(fsPath(entry), flags);
      return { fd, isFresh: this.#isOursAlone(fd) };
    } catch (cause) {
      throw new PlaceRefused(`Could not make directory "/${showPath(path)}": ERR=${errnoText(cause)}`, {
        cause,
      });
    }
  }

  /** Whether it is what was just made, and not what somebody has put in its place. */
  #isOursAlone(fd: number): boolean {
    const { uid, mode } = fstatSync(fd);
    return BigInt(uid) === this.#ownUid && (mode & 0o777) === OWNER_ONLY;
  }

  #openThroughLink(path: BytePath, entry: BytePath, cause: unknown): number {
    const name = `"/${showPath(path)}"`;
    const link = lstatOf(entry);
    if (link?.isSymbolicLink() !== true) {
      throw new PlaceRefused(`Could not open directory ${name}: ERR=${errnoText(cause)}`, { cause });
    }
    if (!this.#isInPlace || this.#linksMade.has(inodeOf(link))) {
      throw new PlaceRefused(`${name} is a symbolic link, which a restore does not follow`);
    }
    if (link.uid !== this.#ownUid) {
      throw new PlaceRefused(`${name} is a symbolic link of another user, which a restore does not follow`);
    }
    try {
      return openSync(fsPath(entry), O_PATH | O_DIRECTORY);
    } catch (error) {
      throw new PlaceRefused(`Could not open directory ${name}: ERR=${errnoText(error)}`, { cause: error });
    }
  }
}

/** What is there, without following a link; undefined when nothing is. */
export function lstatOf(path: BytePath): BigIntStats | undefined {
  return lstatSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
}

function inodeOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

const SLASHES_AT_THE_ENDS = /^\/+|\/+$/g;
/** In a path that is not empty: a name that is empty or `.` or `..`, or a zero. */
const ODD_NAME = /\/(?=\/)|(?:^|\/)\.{1,2}(?:\/|$)|\0/;

/** The path without slashes at its ends. @throws PlaceRefused when it could lead elsewhere. */
function checkedPath(path: BytePath): BytePath {
  const relative = path.replace(SLASHES_AT_THE_ENDS, '');
  if (!path.startsWith('/') || ODD_NAME.test(relative)) {
    throw new PlaceRefused('its path could lead outside the target');
  }
  return relative;
}
