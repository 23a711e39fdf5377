import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { hasProgram } from './support/has-program.ts';
import { isRoot } from './support/readable-tree.ts';
import type { Said } from './support/save-and-restore.ts';
import { attributesOf, setAttribute } from './support/xattrs.ts';

const NOBODY = 65_534;

/** Both jobs as an ordinary user. */
function saveAndRestoreAsNobody(source: string, where: string, context: TestContext): Said {
  const program = join(import.meta.dirname, 'support/save-and-restore.ts');
  chownSync(where, NOBODY, NOBODY);
  const as = { uid: NOBODY, gid: NOBODY };
  if (spawnSync('test', ['-r', program], as).status !== 0)
    context.skip('nobody cannot read the sources here');
  return JSON.parse(execFileSync(process.execPath, [program, source, where], as).toString('utf8')) as Said;
}

describe.runIf(isRoot && hasProgram('setfacl'))('the file daemon of an ordinary user', () => {
  it('saves what he can read and restores what he may set, and names all else', (context) => {
    using root = temporaryDirectory();
    using where = temporaryDirectory();
    chmodSync(root.path, 0o755);
    const source = join(root.path, 's');
    const path = (name: string) => join(source, name);
    mkdirSync(path('closed'), { recursive: true });
    mkdirSync(path('directory'));
    for (const name of ['capable', 'read-only', 'secret', 'setuid', 'directory/inside']) {
      writeFileSync(path(name), name);
    }
    for (const name of ['read-only', 'directory', 'directory/inside']) {
      setAttribute(path(name), 'user.of', name);
      execFileSync('setfacl', ['-m', 'u:1234:r', path(name)]);
      chownSync(path(name), NOBODY, NOBODY);
    }
    setAttribute(
      path('capable'),
      'security.capability',
      Buffer.from('0100000200040000000000000000000000000000', 'hex'),
    );
    setAttribute(path('read-only'), 'trusted.of', 'root');
    chmodSync(path('read-only'), 0o444);
    chmodSync(path('directory'), 0o555);
    chmodSync(path('setuid'), 0o4755);
    chmodSync(path('secret'), 0o600);
    chmodSync(path('closed'), 0o700);
    for (const name of ['read-only', 'directory']) utimesSync(path(name), 1000, 1000);

    const said = saveAndRestoreAsNobody(source, where.path, context);
    expect(said.saving).toEqual([
      `notSaved: Could not open directory "${path('closed')}": ERR=Permission denied`,
      `notSaved: Could not open "${path('secret')}": ERR=Permission denied`,
    ]);
    expect(said.restoring).toEqual([
      'warning: The file daemon does not run as root: all files will belong to its own user, and none is restored setuid or setgid',
      `error: Could not set the extended attribute "security.capability" of "${path('capable')}": ERR=Operation not permitted`,
    ]);
    expect(said.errors).toBe(1);

    const restored = (name: string) => join(where.path, source, name);
    for (const name of ['read-only', 'directory', 'directory/inside']) {
      const { 'trusted.of': _, ...saved } = attributesOf(path(name));
      expect(attributesOf(restored(name)), name).toEqual(saved);
      expect(lstatSync(restored(name)).mode, name).toBe(lstatSync(path(name)).mode);
      expect(lstatSync(restored(name)).mtimeMs, name).toBe(lstatSync(path(name)).mtimeMs);
    }
    expect(readFileSync(restored('read-only'), 'utf8')).toBe('read-only');
    // Nothing may run as whoever restored it.
    expect(lstatSync(restored('setuid')).mode & 0o7777).toBe(0o755);
  });
});
