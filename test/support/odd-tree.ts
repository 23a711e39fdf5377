import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { POSIX_ACL, xattrs } from '../../native/xattr.ts';

const isRoot = process.getuid?.() === 0;

/** Below `directory`, one of everything that first light promises to bring back. Returns how many entries it made. */
export function makeOddTree(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const path = (...names: string[]) => join(directory, ...names);
  const bytes = (name: Buffer) => Buffer.concat([Buffer.from(directory + '/'), name]);

  writeFileSync(path('plain.txt'), 'hello\n');
  writeFileSync(path('empty'), '');
  writeFileSync(path('exactly-512'), Buffer.alloc(512, 'x'));
  writeFileSync(path('exactly-1-MiB'), Buffer.alloc(1 << 20, 'y'));
  writeFileSync(path('random-3-MiB'), randomBytes((3 << 20) + 17));
  writeFileSync(path('text-5-MiB'), 'the quick brown fox jumps over the lazy dog\n'.repeat(120_000));

  // Names are bytes.
  writeFileSync(path('\u00e4\u4e2d\ud83d\ude80 unicode'), 'u');
  writeFileSync(path('with\nnewline'), 'n');
  writeFileSync(path('back\\slash "quoted" \'single\''), 'b');
  writeFileSync(path('-leading-dash'), 'd');
  writeFileSync(path(' blanks '), 's');
  writeFileSync(path('L'.repeat(255)), 'long');
  writeFileSync(bytes(Buffer.from([0x62, 0xff, 0xfe, 0x80, 0x2e, 0x62])), 'not UTF-8');
  mkdirSync(bytes(Buffer.from([0xc3, 0x28])));
  writeFileSync(bytes(Buffer.from([0xc3, 0x28, 0x2f, 0x01, 0x7f])), 'in a directory that is not UTF-8');
  let deep = 'deep';
  for (let level = 0; level < 12; level++) deep = join(deep, `level-${level}-${'d'.repeat(60)}`);
  mkdirSync(path(deep), { recursive: true });
  writeFileSync(path(deep, 'bottom'), 'far below');

  // Links and the rest of the zoo.
  symlinkSync('plain.txt', path('link-relative'));
  symlinkSync('/nowhere/at all', path('link-dangling'));
  symlinkSync('t'.repeat(300), path('link-long-target'));
  linkSync(path('plain.txt'), path('zz-hard-link'));
  mkdirSync(path('linked'));
  linkSync(path('random-3-MiB'), path('linked', 'hard-link-to-random'));
  execFileSync('mkfifo', [path('fifo')]);
  mkdirSync(path('empty-directory'));
  if (isRoot) {
    execFileSync('mknod', [path('null-device'), 'c', '1', '3']);
    execFileSync('mknod', [path('loop-device'), 'b', '7', '0']);
    chownSync(path('linked'), 1234, 4321);
    writeFileSync(path('owned'), 'by somebody');
    chownSync(path('owned'), 65534, 3_000_000);
  }

  // Modes and times.
  // Without root the first could not even be read.
  for (const mode of [...(isRoot ? [0o000] : []), 0o400, 0o4755, 0o2755, 0o1777, 0o666]) {
    const name = path(`mode-${mode.toString(8).padStart(4, '0')}`);
    writeFileSync(name, 'm');
    chmodSync(name, mode);
  }
  chmodSync(path('empty-directory'), 0o1750);
  for (const [name, seconds] of [
    ['before-1970', -86_400.5],
    ['in-2100', 4_102_444_800],
    ['in-2200', 7_258_118_400],
    ['with-fraction', 1_700_000_000.123456],
  ] as const) {
    writeFileSync(path(name), name);
    utimesSync(path(name), seconds, seconds);
  }
  execFileSync('touch', ['-d', '2001-02-03 04:05:06.123456789', path('nanoseconds')]);
  execFileSync('touch', ['-h', '-d', '2002-03-04 05:06:07.987654321', path('link-relative')]);
  execFileSync('touch', ['-d', '2003-04-05 06:07:08.111111111', path('empty-directory')]);

  // Many small files, so that blocks hold many entries and records need several members.
  for (let directoryNumber = 0; directoryNumber < 10; directoryNumber++) {
    mkdirSync(path('many', `d${directoryNumber}`), { recursive: true });
    for (let file = 0; file < 100; file++) {
      writeFileSync(
        path('many', `d${directoryNumber}`, `f${file}`),
        `${directoryNumber}/${file}\n`.repeat(file),
      );
    }
  }
}

/**
 * Below `directory`, all that a Linux file system can hold and `makeOddTree` has not: extended attributes, ACLs,
 * capabilities, holes, a path longer than the kernel takes, names of symbolic links, sockets, inode flags. With root also
 * what only root may make.
 */
export function makeEverything(directory: string): void {
  makeOddTree(directory);
  const path = (...names: string[]) => join(directory, ...names);

  writeFileSync(path('with-xattrs'), 'x');
  setAttribute(path('with-xattrs'), 'user.text', 'value');
  setAttribute(path('with-xattrs'), 'user.bytes = %', Buffer.from([0, 255, 10, 61, 37]));
  setAttribute(path('with-xattrs'), 'user.empty', '');
  setAttribute(path('empty-directory'), 'user.of a directory', 'd'.repeat(1000));
  mkdirSync(path('with-acls'));
  writeFileSync(path('with-acls', 'file'), 'a');
  setAttribute(path('with-acls', 'file'), POSIX_ACL.access, posixAcl(1234));
  setAttribute(path('with-acls'), POSIX_ACL.default, posixAcl(4321));

  const sparse = openSync(path('sparse'), 'w');
  for (const offset of [0, 3 << 20, 40 << 20]) writeSync(sparse, Buffer.alloc(5000, 's'), 0, 5000, offset);
  ftruncateSync(sparse, 64 << 20);
  closeSync(sparse);
  const all = openSync(path('one-hole'), 'w');
  ftruncateSync(all, 8 << 20);
  closeSync(all);

  execFileSync('ln', ['-P', path('link-relative'), path('zz-hard-link-to-link')]);
  makeDeepPath(directory);
  mkdirSync(path('read-only-directory'));
  writeFileSync(path('read-only-directory', 'file'), 'r');
  chmodSync(path('read-only-directory'), 0o555);
  makeSocket(path('socket'));
  if (!isRoot) return;
  setAttribute(path('with-xattrs'), 'trusted.of-root', 't');
  writeFileSync(path('with-capability'), 'c');
  setAttribute(path('with-capability'), 'security.capability', NET_BIND_SERVICE);
  mkdirSync(path('mode-0000-directory'));
  writeFileSync(path('mode-0000-directory', 'file'), 'h');
  chmodSync(path('mode-0000-directory'), 0);
}

/** vfs_cap_data of linux/capability.h, revision 2: cap_net_bind_service=ep */
const NET_BIND_SERVICE = Buffer.from('0100000200040000000000000000000000000000', 'hex');

/** rwx for the owner, r-x for a further user and the mask, nothing for others, as linux/posix_acl_xattr.h has it. */
function posixAcl(uid: number): Buffer {
  const entries: [tag: number, permissions: number, id: number][] = [
    [0x01, 7, 0xffffffff],
    [0x02, 5, uid],
    [0x04, 5, 0xffffffff],
    [0x10, 5, 0xffffffff],
    [0x20, 0, 0xffffffff],
  ];
  const bytes = Buffer.alloc(4 + entries.length * 8);
  bytes.writeUInt32LE(2, 0);
  for (const [index, [tag, permissions, id]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + index * 8);
    bytes.writeUInt16LE(permissions, 6 + index * 8);
    bytes.writeUInt32LE(id, 8 + index * 8);
  }
  return bytes;
}

function setAttribute(path: string, name: string, value: Buffer | string): void {
  xattrs()?.set(Buffer.from(path), Buffer.from(name), Buffer.from(value));
}

/** Twenty names of 250 bytes below each other, made from descriptor to descriptor, with a file at the bottom. */
function makeDeepPath(directory: string): void {
  let fd = openSync(directory, 'r');
  for (let level = 0; level < 20; level++) {
    const path = `/proc/self/fd/${fd}/${String(level).padStart(250, 'p')}`;
    mkdirSync(path);
    const below = openSync(path, 'r');
    closeSync(fd);
    fd = below;
  }
  writeFileSync(`/proc/self/fd/${fd}/bottom`, 'five thousand bytes down');
  closeSync(fd);
}

/** A process that ends without closing its socket leaves it there. */
function makeSocket(path: string): void {
  const program = "require('node:net').createServer().listen(process.argv[1], () => process.exit())";
  execFileSync(process.execPath, ['-e', program, path]);
}

/** A file of `mebibytes` that no codec can shrink, written through a small buffer. */
export function makeBigFile(file: string, mebibytes: number): void {
  const handle = openSync(file, 'w');
  for (let i = 0; i < mebibytes; i++) writeSync(handle, randomBytes(1 << 20));
  closeSync(handle);
}
