import {
  appendFileSync,
  globSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { backUp, reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A restore of what Write Bootstrap has written, with less and less of a catalog. */
describe('a bootstrap file', () => {
  const kept = temporaryDirectory();
  const file = join(kept.path, 'site-fd.bsr');
  let held: SiteUnderTest;

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource: (directory) => {
        mkdirSync(join(directory, 'inner', 'empty'), { recursive: true });
        // More blocks than one, that do not shrink.
        writeFileSync(join(directory, 'inner', 'large'), randomBytes(3_000_000));
        linkSync(join(directory, 'inner', 'large'), join(directory, 'other name'));
        symlinkSync('inner/large', join(directory, 'link'));
        writeFileSync(join(directory, 'deleted'), 'of the Full');
        writeFileSync(join(directory, 'changed'), 'of the Full');
      },
      jobDirectives: `Accurate = yes\nWrite Bootstrap = "${kept.path}/%c.bsr"\n`,
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    unlinkSync(join(held.source, 'deleted'));
    appendFileSync(join(held.source, 'changed'), ', and more');
    writeFileSync(join(held.source, 'added'), 'by the Incremental');
    expect(reported(await backUp(held, 'Incremental'), 'Termination')).toBe('Backup OK');
  }, 60_000);
  afterAll(async () => {
    await held[Symbol.asyncDispose]();
    kept[Symbol.dispose]();
  });

  async function restoredBy(line: string): Promise<string> {
    rmSync(join(held.site.directory, 'restored'), { recursive: true, force: true });
    return held.console(`${line} yes\nwait\nmessages\n`);
  }

  function expectSource(): void {
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  }

  it('names a Full and the Incremental on it', () => {
    expect(readFileSync(file, 'utf8').match(/^Volume = .*$/gm)).toEqual([
      expect.stringMatching(/"Full-/),
      expect.stringMatching(/"Incr-/),
    ]);
  });

  it('restores by the catalog while that has the records', async () => {
    const output = await restoredBy(`restore bootstrap=${file}`);
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(output).not.toContain('Reading the file records');
    expectSource();
  });

  it('is shown before the question, and taken by mod', async () => {
    const shown = await held.console(`run job=RestoreFiles bootstrap=${file}\nno\n`);
    expect(shown).toMatch(new RegExp(`^Bootstrap: +${file}$`, 'm'));
    const modified = await held.console(
      `restore client=site-fd select all done\nmod bootstrap=${file}\nmod\n8\n/nowhere.bsr\nno\n`,
    );
    expect(modified).toMatch(new RegExp(`^Bootstrap: +${file}$`, 'm'));
    expect(modified).toContain('The bootstrap file "/nowhere.bsr" cannot be read');
  });

  it('restores by the volumes when the file records were purged, and gives them back to the catalog', async () => {
    await held.console('purge files jobid=1,2 yes\n');
    expect(await held.console('list files jobid=1\n')).not.toContain('changed');
    const output = await restoredBy(`run job=RestoreFiles bootstrap=${file}`);
    expect(output).toContain('Reading the file records of 1 job from Volume "Full-');
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expectSource();
    expect(await held.console('list files jobid=1\n')).toContain('changed');
    expect(reported(await restoredBy('restore client=site-fd select all done'), 'Termination')).toBe(
      'Restore OK',
    );
    expectSource();
  });

  it('takes single files by their index', async () => {
    const first = readFileSync(file, 'utf8').split(/^# /m)[1]!;
    const some = join(kept.path, 'some.bsr');
    writeFileSync(
      some,
      `# ${first}`.replace(/^FileIndex = .*$/m, 'FileIndex = 2').replace(/^Count.*\n/m, ''),
    );
    const output = await restoredBy(`restore bootstrap=${some}`);
    expect(reported(output, 'Termination')).toBe('Restore OK');
    const listed = await held.console('list files jobid=1\n');
    const second = [...listed.matchAll(/^\| (\/.*?) +\|$/gm)][1]![1]!;
    const files = globSync('**/*', { cwd: held.restoredSource, withFileTypes: true }).filter(
      (one) => !one.isDirectory(),
    );
    expect(files.map((one) => join(one.parentPath, one.name))).toEqual([
      join(held.site.directory, 'restored', second),
    ]);
  });

  /** By a file of which the first volume is right, and the job on the last is not there. */
  async function failedRestore(): Promise<string> {
    const half = join(kept.path, 'half.bsr');
    const text = readFileSync(file, 'utf8');
    const last = text.lastIndexOf('VolSessionId = ');
    writeFileSync(half, text.slice(0, last) + text.slice(last).replace(/\d+/, '4711'));
    const output = await restoredBy(`restore bootstrap=${half}`);
    expect(output).toMatch(/There is no session 4711\/\d+ on Volume "Incr-/);
    expect(reported(output, 'Termination')).toBe('*** Restore Error ***');
    return output;
  }

  it('that comes to nothing leaves a purged volume purged, to be written anew', async () => {
    const purged = await held.console('purge volume=Full-0001 yes\nlist volumes\n');
    expect(purged).toMatch(/Full-0001 +\| Purged/);
    expect(await failedRestore()).toContain('Volume "Full-0001" is Purged again.');
    expect(await held.console('list volumes\n')).toMatch(/Full-0001 +\| Purged/);
    expect(await held.console('list jobs\n')).not.toMatch(/^\| 1 /m);
  });

  it('restores with an empty catalog of a new Director, also after a restore that came to nothing', async () => {
    await stopDaemon(held.site, 'noctule-dir', 'SIGTERM');
    for (const name of globSync('*.db*', { cwd: join(held.site.directory, 'director') })) {
      unlinkSync(join(held.site.directory, 'director', name));
    }
    await startDaemon(held.site, 'noctule-dir');
    expect(await failedRestore()).toContain('Volume "Full-0001" is unknown to the catalog again.');
    expect(await held.console('list volumes\n')).not.toContain('-000');
    const output = await restoredBy(`restore bootstrap=${file}`);
    expect(output).toContain('Its status is Archive now');
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expectSource();
    const jobs = await held.console('list jobs\n');
    expect(jobs).toMatch(/\| Backup +\|.*\| T +\|/);
    expect(jobs).not.toMatch(/\| R +\|$/m);
  });

  it.each([
    ['is not there', undefined, /bootstrap file ".*" cannot be read: ENOENT/],
    ['holds something else', 'root:x:0:0\n', /:1: "root:x:0:0" is no line of a bootstrap file/],
    ['names no session', 'Volume = Full-0001\n', /names no session of its Volume/],
  ])('that %s is refused before there is a job', async (_, text, message) => {
    const wrong = join(kept.path, 'wrong.bsr');
    rmSync(wrong, { force: true });
    if (text !== undefined) writeFileSync(wrong, text);
    const output = await held.console(`restore bootstrap=${wrong} yes\n`);
    expect(output).toMatch(message);
    expect(output).not.toContain('Job queued');
  });

  it.each([
    [
      'a volume that is not there',
      /^Volume = .*$/gm,
      'Volume = Gone-0001',
      /Storage "File": Volume "Gone-0001"/,
    ],
    [
      'another session',
      /^VolSessionId = .*$/gm,
      'VolSessionId = 4711',
      /There is no session 4711\/\d+ on Volume "Full-/,
    ],
    [
      'a Storage that is not defined',
      /^Storage = .*$/gm,
      'Storage = Nowhere',
      /lies on Storage "Nowhere", which is not defined/,
    ],
  ])(
    'that names %s fails with one sentence, and leaves the catalog as it was',
    async (_, line, instead, message) => {
      await held.console('purge files jobid=2,3 yes\n');
      const before = await held.console('list volumes\n');
      const wrong = join(kept.path, 'wrong.bsr');
      writeFileSync(wrong, readFileSync(file, 'utf8').replace(line, instead));
      const output = await held.console(`restore bootstrap=${wrong} yes\nwait\nmessages\n`);
      expect(output).toMatch(message);
      expect(reported(output, 'Termination')).toBe('*** Restore Error ***');
      expect(await held.console('list volumes\n')).toBe(before);
    },
  );
});
