import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, startSite, stopDaemon } from '../../tools/site.ts';
import { canMount, mountedFileSystem } from '../support/loop-file-system.ts';
import { makeEverything } from '../support/odd-tree.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

const EVERYTHING = 'xattrsupport = yes\n aclsupport = yes\n sparse = yes';
const isRoot = process.getuid?.() === 0;

/** Starts the site so that messages name also what is passed over on purpose. */
async function tellSkipped({ site }: SiteUnderTest): Promise<void> {
  for (const file of [site.confFiles['noctule-dir'], site.confFiles['noctule-fd']])
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('!skipped', 'skipped'));
  await startSite(site);
}

/** Messages that name something that went wrong, without their times and the tree's own path. */
function notices(output: string, { source }: SiteUnderTest): string[] {
  return [...output.matchAll(/^\d\d-\w{3} \d\d:\d\d \S+ JobId \d+: (.*)$/gm)]
    .map(([, text]) => text!.trim().replaceAll(`${source}/`, ''))
    .filter((text) => /^(Warning|Error|Fatal|Could not)/.test(text) && !text.includes('Noctule'))
    .sort();
}

function allNames(directory: string): string[] {
  return execFileSync('find', [directory, '-print0'], { maxBuffer: 1e8 })
    .toString('latin1')
    .split('\0')
    .sort();
}

describe.each(['ext4', 'btrfs', 'xfs'])('on %s, with the file daemon as root', (type) => {
  it.skipIf(!canMount(type))(
    'a tree with one of everything comes back as it was',
    { timeout: 120_000 },
    async () => {
      using fileSystem = mountedFileSystem(type);
      await using held = await siteUnderTest({
        parent: fileSystem.path,
        start: false,
        fileSetOptions: EVERYTHING,
        makeSource: makeEverything,
      });
      await tellSkipped(held);
      // A directory that contains itself, and a flag that nobody can lift by accident.
      const loop = join(held.source, 'loop');
      mkdirSync(join(loop, 'inside'), { recursive: true });
      writeFileSync(join(held.source, 'immutable'), 'i');
      execFileSync('chattr', ['+i', join(held.source, 'immutable')]);
      execFileSync('mount', ['--bind', loop, join(loop, 'inside')]);
      try {
        const saved = await backUp(held, 'Full');
        expect(reported(saved, 'Termination')).toBe('Backup OK');
        expect(saved).toMatch(/Socket ".*\/socket" is not saved/);
        expect(saved).toMatch(/Directory ".*\/loop\/inside" contains itself/);
      } finally {
        execFileSync('umount', [join(loop, 'inside')]);
        execFileSync('chattr', ['-i', join(held.source, 'immutable')]);
      }

      const restored = await restoreAll(held);
      expect(reported(restored, 'Termination')).toBe('Restore OK');
      expect(restored).toMatch(/"\/.*\/immutable" had the flags [^;]*immutable/);
      const { differences } = compareTrees(held.source, held.restoredSource);
      expect(differences).toEqual([
        { path: 'socket', what: 'missing', detail: expect.anything() as unknown },
      ]);
      expect(readdirSync(join(held.restoredSource, 'loop', 'inside'))).toEqual([]);

      // In place, over what is there: nothing is lost by it, and nothing is left lying about.
      const before = allNames(held.source);
      expect(
        reported(
          await held.console(
            `restore client=site-fd where=/ replace=always select all done yes\nwait\nmessages\n`,
          ),
          'Termination',
        ),
      ).toBe('Restore OK');
      expect(allNames(held.source)).toEqual(before);
      expect(compareTrees(held.source, held.restoredSource).differences).toEqual(differences);
    },
  );
});

describe('with the file daemon as an ordinary user', () => {
  it.skipIf(!isRoot)(
    'the tree comes back but for what the kernel forbids, each named',
    { timeout: 120_000 },
    async () => {
      await using held = await siteUnderTest({
        fileSetOptions: EVERYTHING,
        makeSource: makeEverything,
      });
      const { site } = held;
      await stopDaemon(site, 'noctule-fd');
      chmodSync(join(site.directory, '..'), 0o755);
      for (const name of ['', 'conf', 'run', 'client']) chmodSync(join(site.directory, name), 0o755);
      for (const name of ['client', 'run'])
        execFileSync('chown', ['-R', 'nobody', join(site.directory, name)]);
      chownSync(site.confFiles['noctule-fd'], 65534, 65534);
      mkdirSync(join(site.directory, 'restored'));
      chownSync(join(site.directory, 'restored'), 65534, 65534);
      await startDaemon(site, 'noctule-fd', ['-u', 'nobody', '-g', 'nogroup']);

      const saved = await backUp(held, 'Full');
      expect(reported(saved, 'Termination')).toBe('Backup OK -- with warnings');
      const refused = 'ERR=Permission denied';
      expect(notices(saved, held)).toEqual([
        `Could not open "mode-0000": ${refused}`,
        `Could not open "mode-0400": ${refused}`,
        `Could not open "with-acls/file": ${refused}`,
        `Could not open directory "empty-directory": ${refused}`,
        `Could not open directory "mode-0000-directory": ${refused}`,
        `Could not read the extended attribute "user.of a directory" of "empty-directory": ${refused}`,
      ]);
      const restored = await held.console(
        `restore client=site-fd where=${join(site.directory, 'restored')} select all done yes\nwait\nmessages\n`,
      );
      const forbidden = 'ERR=Operation not permitted';
      expect(notices(restored, held)).toEqual([
        `Error: Could not restore "loop-device": ${forbidden}`,
        `Error: Could not restore "null-device": ${forbidden}`,
        `Error: Could not set the extended attribute "security.capability" of "with-capability": ${forbidden}`,
        'Warning: The file daemon does not run as root: all files will belong to its own user, and none is restored setuid or setgid',
      ]);
      const { differences } = compareTrees(held.source, held.restoredSource, { differencesMax: Infinity });
      const others = differences
        .filter(({ what }) => what !== 'owner')
        .map(({ path, what }) => `${path}: ${what}`);
      expect(others).toEqual([
        'empty-directory: xattrs',
        'loop-device: missing',
        'mode-0000: missing',
        'mode-0000-directory/file: missing',
        'mode-0400: missing',
        'mode-2755: mode',
        'mode-4755: mode',
        'null-device: missing',
        'socket: missing',
        'with-acls/file: missing',
        'with-capability: xattrs',
        'with-xattrs: xattrs',
      ]);
    },
  );
});
