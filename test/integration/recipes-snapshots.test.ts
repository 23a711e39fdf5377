import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { recipeBlock } from '../support/recipe.ts';
import { reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { startSite } from '../../tools/site.ts';

const FILES = 300;
const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'pipe' }).toString();

/** A place for the data of a recipe, as its page wants it. */
interface Place extends Disposable {
  readonly data: string;
  /** What the page calls otherwise. */
  readonly changes: Readonly<Record<string, string>>;
  /** Names of the snapshots that are there. */
  snapshots(): string[];
}

function btrfsPlace(directory: string): Place {
  const [image, mounted] = [join(directory, 'image'), join(directory, 'mounted')];
  writeFileSync(image, '');
  truncateSync(image, 400_000_000);
  mkdirSync(mounted);
  run('mkfs.btrfs', '-q', image);
  run('mount', '-o', 'loop', image, mounted);
  const data = join(mounted, 'data');
  run('btrfs', 'subvolume', 'create', data);
  return {
    data,
    changes: { '/srv/data': data },
    snapshots: () => readdirSync(data).filter((name) => name === '.noctule-snapshot'),
    [Symbol.dispose]: () => void run('umount', mounted),
  };
}

function lvmPlace(directory: string): Place {
  const [image, data] = [join(directory, 'image'), join(directory, 'data')];
  writeFileSync(image, '');
  truncateSync(image, 400_000_000);
  const device = run('losetup', '--find', '--show', image).trim();
  const group = `noctule${process.pid}`;
  const dispose = () => {
    if (existsSync(data)) execFileSync('umount', ['-q', data], { stdio: 'ignore' });
    run('vgremove', '--force', '--yes', group);
    run('losetup', '--detach', device);
  };
  run('vgcreate', group, device);
  try {
    run('lvcreate', '--yes', '--size', '200M', '--name', 'data', group);
  } catch (error) {
    dispose();
    throw error;
  }
  run('mkfs.ext4', '-q', `/dev/${group}/data`);
  mkdirSync(data);
  run('mount', `/dev/${group}/data`, data);
  return {
    data,
    changes: { 'vg0/data': `${group}/data`, '/srv/data': data },
    snapshots: () =>
      run('lvs', '--noheadings', '-o', 'lv_name', group)
        .split(/\s+/)
        .filter((name) => name.endsWith('_noctule')),
    [Symbol.dispose]: dispose,
  };
}

function canHave(place: (directory: string) => Place): boolean {
  using directory = temporaryDirectory();
  try {
    place(directory.path)[Symbol.dispose]();
    return true;
  } catch {
    return false; // no root, no such program, or not with this kernel
  }
}

/** Files that a process writes in turns: at any moment the first ones have a number, the others the one before. */
function writeInTurns(data: string): Disposable {
  const script = `n=0; while :; do n=$((n + 1)); for i in $(seq 1000 ${999 + FILES}); do echo $n > "$1/f$i"; done; done`;
  const pid = Number(run('sh', '-c', `sh -c '${script}' sh "$1" > /dev/null 2>&1 & echo $!`, 'sh', data));
  return { [Symbol.dispose]: () => void process.kill(pid, 'SIGKILL') };
}

function isOfOneMoment(directory: string): boolean {
  const numbers = readdirSync(directory)
    .filter((name) => /^f\d+$/.test(name))
    .sort()
    .map((name) => Number(readFileSync(join(directory, name), 'utf8')) || undefined)
    .filter((number) => number !== undefined); // one may just be truncated
  const falls = numbers.filter((number, index) => index > 0 && number !== numbers[index - 1]).length;
  return numbers.length >= FILES - 1 && falls <= 1;
}

describe.each([
  ['btrfs', btrfsPlace],
  ['lvm', lvmPlace],
])('the recipe for snapshots of %s', (page, placeIn) => {
  const disposables: Disposable[] = [];
  afterEach(() =>
    disposables
      .splice(0)
      .reverse()
      .forEach((one) => one[Symbol.dispose]()),
  );

  async function site(): Promise<{ held: SiteUnderTest; place: Place; script: string }> {
    const directory = temporaryDirectory();
    const place = placeIn(directory.path);
    disposables.push(directory, place);
    const [script, seen] = [join(directory.path, 'snapshot'), join(directory.path, 'seen')];
    const places = { '/run/noctule-snapshot': seen, ...place.changes };
    writeFileSync(script, recipeBlock(page, 'snapshot', places), { mode: 0o755 });
    const depth = seen.split('/').length - 1;
    const conf = recipeBlock(page, 'director', {
      '/etc/noctule/snapshot': script,
      'strippath = 2': `strippath = ${depth}`,
      '/run/noctule-snapshot': seen,
      '/srv/data': place.data,
    });
    const held = await siteUnderTest({
      makeSource: (source) => mkdirSync(source),
      start: false,
      directorConf: conf,
    });
    await startSite(held.site);
    return { held, place, script };
  }

  it.skipIf(!canHave(placeIn))(
    'saves all files as they were at one moment, under the paths they have in life',
    { timeout: 120_000 },
    async () => {
      const { held, place, script } = await site();
      await using _held = held;
      for (let file = 0; file < FILES; file++) writeFileSync(join(place.data, `f${1000 + file}`), '0\n');
      // A crash left these.
      run(script, 'begin');
      expect(place.snapshots()).toHaveLength(1);
      {
        using _writer = writeInTurns(place.data);
        const saved = await held.console('run job=Data yes\nwait\nmessages\n');
        expect(reported(saved, 'Termination')).toBe('Backup OK');
      }
      expect(place.snapshots()).toEqual([]);

      const where = join(held.site.directory, 'restored');
      const restored = await held.console(
        `restore client=site-fd fileset=Data where=${where} select all done yes\nwait\nmessages\n`,
      );
      expect(reported(restored, 'Termination')).toBe('Restore OK');
      expect(isOfOneMoment(join(where, place.data))).toBe(true);

      // In place.
      rmSync(join(place.data, 'f1007'));
      const inPlace = await held.console(
        `restore client=site-fd fileset=Data where=/ file=${join(place.data, 'f1007')} done yes\nwait\nmessages\n`,
      );
      expect(reported(inPlace, 'Termination')).toBe('Restore OK');
      expect(existsSync(join(place.data, 'f1007'))).toBe(true);
    },
  );

  it.skipIf(!canHave(placeIn))(
    'fails the job before it saves anything when there can be no snapshot, and leaves none behind',
    async () => {
      const { held, place, script } = await site();
      await using _held = held;
      const program = page === 'btrfs' ? 'btrfs' : 'lvcreate';
      const broken = readFileSync(script, 'utf8').replace(
        'set -eu',
        `set -eu\n${program}() { case "$*" in *snapshot*) echo "no room" >&2; return 5;; *) command ${program} "$@";; esac; }`,
      );
      writeFileSync(script, broken);
      const failed = await held.console('run job=Data yes\nwait\nmessages\n');
      expect(reported(failed, 'Termination')).toBe('*** Backup Error ***');
      expect(failed).toContain('no room');
      expect(reported(failed, 'FD Files Written')).toBe('0');
      expect(place.snapshots()).toEqual([]);
    },
  );
});
