import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../../../tools/compare-trees.ts';
import { makeOddTree } from '../../support/odd-tree.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { hasProgram } from './support/has-program.ts';
import { isRoot } from './support/readable-tree.ts';
import { restore, save } from './support/round-trip.ts';
import { allocatedBytes, makeSparse } from './support/sparse-file.ts';
import { untar } from './support/volume-promise.ts';
import { attributesOf, EXTENDED, setAttribute } from './support/xattrs.ts';

const NET_BIND = Buffer.from('0100000200040000000000000000000000000000', 'hex');

/** The odd tree, with attributes, ACLs and capabilities on entries of all kinds, also on those with odd names. */
function makeTree(directory: string): void {
  makeOddTree(directory);
  const path = (name: string) => join(directory, name);
  makeSparse(path('holes'), 40_000_000, [0, 20_000_000]);
  symlinkSync('nowhere', path('link-with-attribute'));
  const everything = ['-exec', 'setfattr', '-h', '-n', 'trusted.mark', '-v', 'odd', '{}', '+'];
  execFileSync('find', [directory, '-maxdepth', '1', '-not', '-type', 's', ...everything]);
  for (const name of ['plain.txt', 'L'.repeat(255), 'linked', 'holes', 'random-3-MiB']) {
    setAttribute(path(name), 'user.binary\n=%', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
    execFileSync('setfacl', ['-m', 'u:1234:rwx,g:4294967294:r', path(name)]);
  }
  execFileSync('setfacl', ['-m', 'd:g:77:rx', path('linked')]);
  setAttribute(path('mode-4755'), 'security.capability', NET_BIND);
  chmodSync(path('mode-4755'), 0o4755);
}

function expectSame(source: string, restored: string): void {
  expect(compareTrees(source, restored).differences).toEqual([]);
  for (const name of readdirSync(source, { encoding: 'buffer' })) {
    const below = (directory: string) => Buffer.concat([Buffer.from(`${directory}/`), name]);
    expect(attributesOf(below(restored)), name.toString()).toEqual(attributesOf(below(source)));
  }
  expect(allocatedBytes(join(restored, 'holes'))).toBeLessThan(1_000_000);
}

it.runIf(isRoot && hasProgram('setfacl') && hasProgram('setfattr'))(
  'a tree with one of everything is the same after a restore, and after a plain tar',
  async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    makeTree(source);
    const store = await save(source, EXTENDED);

    using where = temporaryDirectory();
    expect((await restore(store, where.path)).texts).toEqual([]);
    expectSame(source, join(where.path, source));

    using plain = temporaryDirectory();
    untar(store.members, plain.path, '--xattrs', '--xattrs-include=*', '--acls');
    expectSame(source, join(plain.path, source));
  },
);
