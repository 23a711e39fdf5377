import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { makeEverything } from '../support/odd-tree.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOCTULE = join(import.meta.dirname, '../../bin/noctule');
const run = promisify(execFile);
const SOCKET = { path: 'socket', what: 'missing' };

let held: SiteUnderTest;
const volume = (name: string) => join(held.site.volumesDirectory, name);
const allVolumes = () =>
  readdirSync(held.site.volumesDirectory)
    .filter((name) => /^\w+-\d+$/.test(name))
    .map(volume);

/** What the tool printed, and its exit status. */
const tool = (...args: string[]) => noctule('volume', ...args);

async function noctule(...args: string[]): Promise<{ text: string; status: number }> {
  try {
    const { stdout, stderr } = await run(NOCTULE, args, { maxBuffer: 1e8 });
    return { text: stdout + stderr, status: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { text: stdout + stderr, status: code };
  }
}

beforeAll(async () => {
  held = await siteUnderTest({
    makeSource: makeEverything,
    fileSetOptions: 'xattrsupport = yes\n aclsupport = yes\n sparse = yes',
    poolDirectives: 'Maximum Volume Bytes = 2 mb',
    jobDirectives: 'Accurate = yes',
  });
  expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  rmSync(join(held.source, 'plain.txt'));
  writeFileSync(join(held.source, 'of the Incremental'), 'new');
  expect(reported(await backUp(held, 'Incremental'), 'Termination')).toBe('Backup OK');
});
afterAll(async () => held[Symbol.asyncDispose]());

describe('noctule volume ls', () => {
  it('lists files, jobs, blocks and labels, by file or by name and device', async () => {
    const { text, status } = await tool('ls', ...allVolumes());
    expect(status).toBe(0);
    expect(text).toMatch(/^-rw-r--r-- +2 0 +0 +6 .*\/source\/plain\.txt$/m);
    expect(text).toMatch(/^deleted +.*\/source\/plain\.txt$/m);
    const jobs = await tool(
      'ls',
      '-j',
      '-V',
      'Full-0001|Full-0002',
      '-c',
      held.site.confFiles['noctule-sd'],
      'FileStorage',
    );
    expect(jobs.text).toMatch(
      /Begin Job Session Record: SessId=\d+ SessTime=\d+ JobId=1\n {3}Job=Backup\.\S+ Date=.* Level=F Type=B\n/,
    );
    expect(jobs.text).toContain('goes on in another volume');
    expect((await tool('ls', '-k', volume('Full-0001'))).text).toMatch(
      /^Block: 0 SessId=\d+\/\d+ addr=\d+ size=\d+ content=\d+$/m,
    );
    expect((await tool('ls', '-L', '-V', 'Full-0001', held.site.volumesDirectory)).text).toContain(
      'Pool:        Full-Pool',
    );
  });

  it.each([
    [['ls', '/nowhere/V'], 1, 'there is no such file'],
    [['ls', '/etc/passwd'], 1, 'is not a volume'],
    [['ls'], 2, 'something is missing'],
    [['ls', '-x', 'V'], 2, "Unknown option '-x'"],
    [['ls', '-V', 'A', '/nowhere'], 1, '/nowhere is no directory'],
    [['nix'], 2, 'usage: noctule volume ls'],
  ])('%j is answered with what is wrong', async (args, status, problem) => {
    const answer = await tool(...args);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(problem);
  });
});

describe('noctule volume check', () => {
  it('finds all sound, also deep', async () => {
    const { text, status } = await tool('check', '--deep', ...allVolumes());
    expect(status).toBe(0);
    expect(text.match(/: sound$/gm)).toHaveLength(allVolumes().length);
  });

  it('names a flipped bit by volume, block and file; all other files are extracted', async () => {
    const sound = readFileSync(volume('Full-0001'));
    using target = temporaryDirectory();
    try {
      const damaged = Buffer.from(sound);
      const at = Math.floor(sound.length / 2);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      writeFileSync(volume('Full-0001'), damaged);
      const { text, status } = await tool('check', ...allVolumes());
      expect(status).toBe(1);
      const block = /Volume "Full-0001": block (\d+) of session \d+\/\d+ at byte \d+ is damaged/.exec(
        text,
      )?.[1];
      expect(block).toBeDefined();
      const hit = [...text.matchAll(/file "(.*)" is hit/g)].map(([, path]) => path!);
      expect(hit.length).toBeGreaterThan(0);
      const extracted = await tool('extract', '-j', '1', ...allVolumes(), target.path);
      expect(extracted.status).toBe(1);
      expect(extracted.text).toContain(`Volume "Full-0001": block ${block} at byte`);
      for (const path of hit) expect(extracted.text).toContain(`Could not restore "${path}"`);
      // Its other names come with it.
      const lost = extracted.text.match(/^Could not restore (?!.*it is a hard link to).*$/gm) ?? [];
      expect(lost).toHaveLength(hit.length);
    } finally {
      writeFileSync(volume('Full-0001'), sound);
    }
  });
});

describe('noctule volume extract', () => {
  it('gives back the tree with all its attributes, job after job', async () => {
    using target = temporaryDirectory();
    const { text, status } = await tool('extract', ...allVolumes(), target.path);
    expect([status, text.match(/^Could not/gm)]).toEqual([0, null]);
    const { differences } = compareTrees(held.source, join(target.path, held.source));
    // It was gone when the Incremental ran, and the Full had it.
    expect(differences).toMatchObject([{ path: 'plain.txt', what: 'extra' }, SOCKET]);
  });

  it('takes only what a list names, and leaves out what another does', async () => {
    using target = temporaryDirectory();
    writeFileSync(join(target.path, 'in'), `${held.source}/many/\n${held.source}/empty\n`);
    writeFileSync(join(target.path, 'out'), `${held.source}/many/d3\n`);
    mkdirSync(join(target.path, 'to'));
    const lists = ['-i', join(target.path, 'in'), '-e', join(target.path, 'out')];
    const { text } = await tool('extract', ...lists, ...allVolumes(), join(target.path, 'to'));
    expect(text).toMatch(/\n?911 files restored\.\n$/);
    expect(readdirSync(join(target.path, 'to', held.source)).sort()).toEqual(['empty', 'many']);
  });
});

describe('noctule volume copy', () => {
  it('makes one volume of jobs that lie on several, as tar and all tools read it', async () => {
    using target = temporaryDirectory();
    const copy = join(target.path, 'Copy-1');
    const copied = await tool('copy', ...allVolumes(), copy);
    expect([copied.status, copied.text]).toEqual([
      0,
      expect.stringMatching(/Copy-1: 2 jobs, [\d,]+ bytes\n$/),
    ]);
    expect((await tool('check', '--deep', copy)).status).toBe(0);
    expect((await tool('ls', copy)).text).toBe((await tool('ls', ...allVolumes())).text);
    await run('sh', ['-c', `zcat "$1" | tar -tf - >"$1.list"`, 'sh', copy]);
    const all = ['-c', `zcat "$@" | tar -tf -`, 'sh', ...allVolumes()];
    expect(readFileSync(`${copy}.list`, 'utf8')).toBe((await run('sh', all)).stdout);
    const { text } = await tool('extract', '-j', '2', copy, join(target.path, 'to'));
    expect(text).toMatch(/[1-9] files restored\.\n$/);

    const again = await tool('copy', ...allVolumes(), copy);
    expect([again.status, again.text]).toEqual([1, expect.stringContaining('Copy-1 exists')]);
    expect(readdirSync(target.path).sort()).toEqual(['Copy-1', 'Copy-1.list', 'to']);
  });

  it('leaves out what is damaged or not there as a whole, and says which job', async () => {
    using target = temporaryDirectory();
    const parts = allVolumes().filter((path) => path.includes('Full'));
    const [first = '', ...others] = parts;
    const damaged = join(target.path, 'Full-0001');
    const bytes = readFileSync(first);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    writeFileSync(damaged, bytes);
    const incremental = allVolumes().filter((path) => path.includes('Incr'));
    const { text, status } = await tool('copy', damaged, ...others, ...incremental, join(target.path, 'A'));
    expect(status).toBe(1);
    expect(text).toMatch(/JobId 1 is left out: volume "Full-0001" is damaged at byte \d+/);
    expect(text).toMatch(/A: 1 jobs, /);
    expect((await tool('check', '--deep', join(target.path, 'A'))).status).toBe(0);
    expect((await tool('copy', first, join(target.path, 'B'))).text).toContain(
      'JobId 1 is left out: it goes on in a volume that was not named',
    );
  });
});

describe('the names of Bacula', () => {
  it('lead to the same tools, with the flags of those', async () => {
    using target = temporaryDirectory();
    const list = join(target.path, 'list');
    writeFileSync(list, `${held.source}/many/d3\n`);
    const conf = ['-c', held.site.confFiles['noctule-sd']];
    const volumes = [
      '-V',
      allVolumes()
        .map((path) => basename(path))
        .join('|'),
    ];
    const listed = await noctule('bls', ...conf, '-p', '-i', list, ...volumes, 'FileStorage');
    const files = listed.text.trim().split('\n');
    expect(files.every((line) => line.includes('/source/many/d3/'))).toBe(true);
    const to = join(target.path, 'to');
    const extracted = await noctule('bextract', ...conf, '-i', list, ...volumes, 'FileStorage', to);
    expect([extracted.status, extracted.text]).toEqual([
      0,
      expect.stringContaining(`${files.length} files restored.`),
    ]);
    const missing = await noctule('bextract', '-i', '/nowhere/list', ...allVolumes(), to);
    expect([missing.status, missing.text]).toEqual([2, expect.stringContaining('there is no such file')]);
    expect((await noctule('bscan', '-s', '-m', ...conf, ...volumes, 'FileStorage')).text).toContain(
      '--director DIR-CONF is missing',
    );
  });
});

describe('noctule volume scan', () => {
  const LISTS =
    'list jobs\nlist volumes\nlist jobmedia\nlist files jobid=1\nlist files type=all jobid=2\nlist pools\nlist clients\n';

  it(
    'gives a catalog that was lost back, from the volumes and the conf alone',
    { timeout: 120_000 },
    async () => {
      const before = await held.console(LISTS);
      await stopDaemon(held.site, 'noctule-dir');
      const state = join(held.site.directory, 'director');
      for (const name of readdirSync(state)) if (name.includes('.db')) rmSync(join(state, name));
      const director = held.site.confFiles['noctule-dir'];
      const { text, status } = await tool('scan', '--director', director, ...allVolumes());
      expect([status, text]).toEqual([
        0,
        expect.stringMatching(/: 2 jobs with [\d,]+ files were written to /),
      ]);
      expect((await tool('scan', '--director', director, ...allVolumes())).text).toContain(
        '0 jobs with 0 files',
      );

      await startDaemon(held.site, 'noctule-dir');
      expect(comparable(await held.console(LISTS))).toEqual(comparable(before));
      expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
      expect(compareTrees(held.source, held.restoredSource).differences).toMatchObject([SOCKET]);

      // And life goes on.
      writeFileSync(join(held.source, 'later'), 'l');
      const next = await backUp(held, 'Incremental');
      expect(reported(next, 'Termination')).toBe('Backup OK');
      expect(reported(next, 'Backup Level')).toContain('Incremental, since=');
      expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
      expect(compareTrees(held.source, held.restoredSource).differences).toMatchObject([SOCKET]);
    },
  );
});

/** Without the moments that only the Director knew: to the second an end may be the storage daemon's. */
function comparable(lists: string): string[] {
  return lists
    .split('\n')
    .filter((line) => line.startsWith('|') || line.startsWith('/'))
    .map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \| \d+ +\|$/, '').replace(/ +/g, ' '));
}
