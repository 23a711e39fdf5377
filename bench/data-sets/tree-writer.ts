import {
  chmodSync,
  chownSync,
  closeSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { libc } from '../../native/libc.ts';
import { POSIX_ACL, xattrs } from '../../native/xattr.ts';
import { SeededRandom } from './seeded-random.ts';

export interface EntryAttributes {
  readonly mode?: number;
  /** Set by root only. */
  readonly owner?: readonly [uid: number, gid: number];
  readonly mtimeSeconds?: number;
}

/** 2023-11-14: what is made now is older, whenever that is. */
const NEWEST_SECONDS = 1_700_000_000;
const YEARS_SECONDS = 4 * 365 * 86_400;
const isRoot = process.getuid?.() === 0;

/** Writes a tree whose contents, modes, owners and times are the same for the same seed. Names are below its top and may be bytes. */
export class TreeWriter {
  readonly #top: Buffer;
  readonly #random: SeededRandom;
  /** Their times are set last: what is written into a directory changes them. */
  readonly #directories: Buffer[] = [];

  constructor(top: string, seed: string) {
    this.#top = Buffer.from(top);
    this.#random = new SeededRandom(`tree ${seed}`);
    mkdirSync(top, { recursive: true });
    this.#directories.push(this.#top);
  }

  path(name: string | Buffer): Buffer {
    return Buffer.concat([this.#top, Buffer.from('/'), Buffer.from(name as string)]);
  }

  directory(name: string | Buffer, mode = 0o755): void {
    const path = this.path(name);
    mkdirSync(path);
    chmodSync(path, readable(mode, 0o700));
    this.#directories.push(path);
  }

  file(name: string | Buffer, content: Buffer | Iterable<Buffer>, attributes: EntryAttributes = {}): void {
    const path = this.path(name);
    const file = openSync(path, 'wx');
    for (const piece of Buffer.isBuffer(content) ? [content] : content) writeFully(file, piece);
    closeSync(file);
    this.finish(path, attributes);
  }

  symlink(name: string | Buffer, target: string | Buffer): void {
    symlinkSync(target, this.path(name));
    const seconds = this.#someTime();
    lutimesSync(this.path(name), seconds, seconds);
  }

  /** Owner, then mode (a change of owner takes setuid away), then times. */
  finish(path: Buffer, { mode = 0o644, owner, mtimeSeconds }: EntryAttributes = {}): void {
    if (owner && isRoot) chownSync(path, ...owner);
    chmodSync(path, readable(mode, 0o600));
    this.#setTime(path, mtimeSeconds);
  }

  /** Nothing where the file system has no such thing. */
  attribute(path: Buffer, name: string, value: Buffer): void {
    try {
      xattrs()?.set(path, Buffer.from(name), value);
    } catch {
      return;
    }
    this.#setTime(path);
  }

  /** @param kind which of the two ACLs; entries of acl(5) as tag, permissions and id. */
  acl(
    path: Buffer,
    kind: keyof typeof POSIX_ACL,
    entries: readonly (readonly [number, number, number])[],
  ): void {
    const value = Buffer.alloc(4 + 8 * entries.length);
    value.writeUInt32LE(2); // version, linux/posix_acl_xattr.h
    for (const [index, [tag, permissions, id]] of entries.entries()) {
      value.writeUInt16LE(tag, 4 + 8 * index);
      value.writeUInt16LE(permissions, 6 + 8 * index);
      value.writeUInt32LE(id, 8 + 8 * index);
    }
    this.attribute(path, POSIX_ACL[kind], value);
  }

  /** To be called last. */
  close(): void {
    for (const path of this.#directories.toReversed()) this.#setTime(path);
  }

  #setTime(path: Buffer, mtimeSeconds = this.#someTime()): void {
    const [seconds, nanoseconds] = [Math.floor(mtimeSeconds), this.#random.between(0, 1e9)];
    libc()?.setPathTimes(path, {
      atimeSeconds: seconds,
      atimeNanoseconds: nanoseconds,
      mtimeSeconds: seconds,
      mtimeNanoseconds: nanoseconds,
    });
  }

  #someTime(): number {
    return NEWEST_SECONDS - this.#random.between(0, YEARS_SECONDS);
  }
}

function writeFully(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

/** What its owner may not read, only root can back up. */
function readable(mode: number, ownersBits: number): number {
  return isRoot ? mode : mode | ownersBits;
}
