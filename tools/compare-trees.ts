import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type BigIntStats,
} from 'node:fs';
import { holes } from '../native/holes.ts';
import { xattrs } from '../native/xattr.ts';
import { printablePath } from '../text/printable.ts';

/** One way in which two trees differ. */
export interface TreeDifference {
  /** Path below the roots, printable. */
  readonly path: string;
  /** What differs: missing, extra, type, mode, owner, mtime, size, content, holes, target, device, links, xattrs. */
  readonly what: string;
  readonly detail: string;
}

export interface TreeComparison {
  readonly entries: number;
  readonly bytes: bigint;
  /** The first `differencesMax` of them. */
  readonly differences: readonly TreeDifference[];
  readonly differenceCount: number;
}

/**
 * Compares two trees entry by entry: type, content (SHA-1), holes that were lost, mode, owner, mtime to the nanosecond, link
 * targets, device numbers, extended attributes (ACLs and capabilities among them) and which names are hard links of one
 * another. Names are bytes, paths as long as they like. Reads files through one buffer. What `leftOut` names, absolute below the source, was not to be saved and is passed over on both sides.
 */
export function compareTrees(
  source: string,
  restored: string,
  { differencesMax = 20, leftOut = [] }: { differencesMax?: number; leftOut?: readonly string[] } = {},
): TreeComparison {
  const differences: TreeDifference[] = [];
  let differenceCount = 0;
  let entries = 0;
  let bytes = 0n;
  const differ = (path: Buffer, what: string, a: unknown, b: unknown) => {
    differenceCount += 1;
    if (differences.length < differencesMax) {
      differences.push({ path: printablePath(path), what, detail: `${String(a)} / ${String(b)}` });
    }
  };
  // First names of inodes with several names, on each side: two names must be linked on both sides or on neither.
  const firstNames: [Map<string, string>, Map<string, string>] = [
    new Map<string, string>(),
    new Map<string, string>(),
  ];
  const firstName = (side: 0 | 1, stat: BigIntStats, path: Buffer): string => {
    const ownName = path.toString('latin1');
    // A name whose other names all lie outside the tree is linked to nothing here.
    if (stat.nlink < 2n || stat.isDirectory()) return ownName;
    const key = `${stat.dev}:${stat.ino}`;
    const name = firstNames[side].get(key) ?? ownName;
    firstNames[side].set(key, name);
    return name;
  };

  const leftOutBelow = leftOut.map((one) => one.slice(source.length + 1));
  /** `path` below the roots; `a` and `b` lead to it. */
  const visit = (path: Buffer, a: Buffer, b: Buffer): void => {
    if (leftOutBelow.includes(path.toString())) return;
    const [x, y] = [lstatOrNone(a), lstatOrNone(b)];
    if (x === undefined || y === undefined) {
      differ(path, x === undefined ? 'extra' : 'missing', x?.mode, y?.mode);
      return;
    }
    entries += 1;
    const typeOf = (stat: BigIntStats) => stat.mode & 0o170000n;
    if (typeOf(x) !== typeOf(y)) {
      differ(path, 'type', x.mode.toString(8), y.mode.toString(8));
      return;
    }
    const isLink = x.isSymbolicLink();
    if (!isLink && x.mode !== y.mode) differ(path, 'mode', x.mode.toString(8), y.mode.toString(8));
    if (x.uid !== y.uid || x.gid !== y.gid) differ(path, 'owner', `${x.uid}:${x.gid}`, `${y.uid}:${y.gid}`);
    if (x.mtimeNs !== y.mtimeNs) differ(path, 'mtime', x.mtimeNs, y.mtimeNs);
    if (firstName(0, x, path) !== firstName(1, y, path)) differ(path, 'links', x.nlink, y.nlink);
    const [v, w] = [attributesOf(a), attributesOf(b)];
    if (v !== w) differ(path, 'xattrs', v, w);
    if (isLink) {
      const [p, q] = [readlinkSync(a, 'buffer'), readlinkSync(b, 'buffer')];
      if (!p.equals(q)) differ(path, 'target', printablePath(p), printablePath(q));
    } else if (x.isFile()) {
      bytes += x.size;
      if (x.size !== y.size) differ(path, 'size', x.size, y.size);
      else if (contentDigest(a) !== contentDigest(b)) differ(path, 'content', '', '');
      else if (dataBytes(b, y) > dataBytes(a, x) + HOLE_BYTES_MIN)
        differ(path, 'holes', dataBytes(a, x), dataBytes(b, y));
    } else if (x.isDirectory()) {
      using one = inside(a);
      using other = inside(b);
      const names = new Set([...namesIn(one.path), ...namesIn(other.path)]);
      for (const text of [...names].sort()) {
        const name = Buffer.from(text, 'latin1');
        visit(child(path, name), child(one.path, name), child(other.path, name));
      }
    } else if (x.rdev !== y.rdev) differ(path, 'device', x.rdev, y.rdev);
  };
  visit(Buffer.alloc(0), Buffer.from(source), Buffer.from(restored));
  return { entries, bytes, differences, differenceCount };
}

function namesIn(directory: Buffer): string[] {
  return readdirSync(directory, { encoding: 'buffer' }).map((name) => name.toString('latin1'));
}

function child(path: Buffer, name: Buffer): Buffer {
  return path.length === 0 ? name : Buffer.concat([path, SLASH, name]);
}

/** A path to what is in the directory, near enough to the kernel's limit of 4,095 bytes by way of its descriptor. */
function inside(directory: Buffer): Disposable & { readonly path: Buffer } {
  if (directory.length < NEAR_PATH_MAX) return { path: directory, [Symbol.dispose]: () => {} };
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: Buffer.from(`/proc/self/fd/${fd}`), [Symbol.dispose]: () => closeSync(fd) };
}

/** All extended attributes with their values, in a form to compare and to read. */
function attributesOf(path: Buffer): string {
  const native = xattrs();
  if (native === undefined) return '';
  return native
    .list(path)
    .map((name) => `${printablePath(name)}=${native.get(path, name)?.toString('hex')}`)
    .sort()
    .join(' ');
}

/** Of a regular file: bytes that are no holes. */
function dataBytes(path: Buffer, { size }: BigIntStats): number {
  const native = holes();
  if (native === undefined) return Number(size);
  const fd = openSync(path, 'r');
  try {
    const extents = native.dataExtents(fd, { sizeBytes: Number(size), unit: 512, extentsMax: 100_000 });
    return extents.reduce((sum, { length }) => sum + length, 0);
  } finally {
    closeSync(fd);
  }
}

const SLASH = Buffer.from('/');
/** Room for one more name. */
const NEAR_PATH_MAX = 3_500;
/** File systems differ in how large their smallest holes are. */
const HOLE_BYTES_MIN = 65_536;
const readBuffer = Buffer.allocUnsafe(1 << 20);

function contentDigest(path: Buffer): string {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha1');
    for (;;) {
      const count = readSync(file, readBuffer);
      if (count === 0) return hash.digest('hex');
      hash.update(readBuffer.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}

function lstatOrNone(path: Buffer): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}
