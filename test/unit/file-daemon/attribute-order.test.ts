import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../../../tools/compare-trees.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { hasProgram } from './support/has-program.ts';
import { isRoot } from './support/readable-tree.ts';
import { restore, save } from './support/round-trip.ts';
import { attributesOf, EXTENDED, setAttribute } from './support/xattrs.ts';

const MIB = 1024 * 1024;

/** vfs_cap_data of linux/capability.h, revision 2: cap_net_bind_service=ep */
const NET_BIND_SERVICE = Buffer.from('0100000200040000000000000000000000000000', 'hex');

/**
 * What is written or given to another owner afterwards loses setuid and capabilities, and gets a new mtime; what is put into
 * a directory afterwards changes its mtime.
 */
it.runIf(isRoot && hasProgram('setfacl'))(
  'Data streams are restored first, then owner, mode, times, ACL, extended attributes; directories last',
  async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    const directory = join(source, 'directory');
    mkdirSync(directory, { recursive: true });
    for (const [name, content] of [
      ['plain', 'content'],
      ['program', 'content'],
      ['large', Buffer.alloc(3 * MIB, 'z')],
      ['empty', ''],
    ] as const) {
      const file = join(directory, name);
      writeFileSync(file, content);
      chownSync(file, 1234, 4321);
      chmodSync(file, 0o6555);
      if (name !== 'plain') {
        execFileSync('setfacl', ['-m', 'u:77:r,m::r', file]);
        setAttribute(file, 'user.text', 'value');
        setAttribute(file, 'security.capability', NET_BIND_SERVICE);
      }
      utimesSync(file, 1_000_000, 2_000_000);
    }
    execFileSync('setfacl', ['-m', 'd:u:77:rwx,u:77:rx', directory]);
    setAttribute(directory, 'user.text', 'value');
    chownSync(directory, 4321, 1234);
    chmodSync(directory, 0o2555);
    utimesSync(directory, 3_000_000, 4_000_000);

    using where = temporaryDirectory();
    const { errors, texts } = await restore(await save(source, EXTENDED), where.path);
    expect({ errors, texts }).toEqual({ errors: 0, texts: [] });
    const restored = join(where.path, directory);
    expect(lstatSync(join(restored, 'program'))).toMatchObject({ uid: 1234, gid: 4321, mtimeMs: 2e9 });
    expect(lstatSync(join(restored, 'plain')).mode & 0o7777).toBe(0o6555);
    expect(Object.keys(attributesOf(join(restored, 'program')))).toHaveLength(3);
    expect(compareTrees(source, join(where.path, source)).differences).toEqual([]);
  },
);
