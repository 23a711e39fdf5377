import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
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

const ROOT = join(import.meta.dirname, '../..');
const NOCTULE = join(ROOT, 'bin/noctule');
const SOCKET = { path: 'socket', what: 'missing' };
const run = promisify(execFile);

let held: SiteUnderTest;
const temporary = temporaryDirectory();
const database = () => join(held.site.directory, 'director/Catalog.db');

/** What the tool printed, and its exit status. */
async function noctule(...args: string[]): Promise<{ text: string; status: number }> {
  try {
    const { stdout, stderr } = await run(NOCTULE, args);
    return { text: stdout + stderr, status: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { text: stdout + stderr, status: code };
  }
}

const care = (...args: string[]) => noctule('catalog', ...args);

/** Job, Schedule and FileSet of the sample conf, with the names and directories of a site. */
function sampleJob(site: string): string {
  const sample = readFileSync(join(ROOT, 'conf/noctule-dir.conf'), 'utf8');
  const resources = ['Job', 'Schedule', 'FileSet'].map((kind) => {
    const found = sample.match(new RegExp(`^${kind} \\{\n(?:(?!^\\}).*\n)*\\}`, 'gm')) ?? [];
    return found.find((text) => /Name = "(BackupCatalog|WeeklyCycleAfterBackup|Catalog)"/.test(text));
  });
  expect(resources).not.toContain(undefined);
  return resources
    .join('\n')
    .replace('JobDefs = "DefaultJob"', 'Type = Backup\nStorage = File\nPool = Full-Pool\nMessages = Standard')
    .replace('Client = noctule-fd', 'Client = site-fd')
    .replace('"noctule catalog', `"${NOCTULE} catalog`)
    .replaceAll('/etc/noctule', join(site, 'conf'))
    .replaceAll('/var/lib/noctule', join(site, 'director'));
}

beforeAll(async () => {
  held = await siteUnderTest({
    makeSource: makeEverything,
    fileSetOptions: 'xattrsupport = yes\n aclsupport = yes\n sparse = yes',
    jobDirectives: 'Accurate = yes',
    directorConf: '@jobs.conf\n',
    start: false,
  });
  writeFileSync(join(held.site.directory, 'conf/jobs.conf'), sampleJob(held.site.directory));
  for (const daemon of ['noctule-sd', 'noctule-fd', 'noctule-dir'] as const)
    await startDaemon(held.site, daemon);
  expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  rmSync(join(held.source, 'plain.txt'));
  expect(reported(await backUp(held, 'Incremental'), 'Termination')).toBe('Backup OK');
});
afterAll(async () => {
  await held[Symbol.asyncDispose]();
  temporary[Symbol.dispose]();
});

describe('noctule catalog', () => {
  it('checks while the Director runs, and refuses then what would disturb it', async () => {
    const conf = held.site.confFiles['noctule-dir'];
    expect(await care('check', '-c', conf)).toEqual({
      status: 0,
      text: `${database()}: all is right\n`,
    });
    for (const args of [['check', '--fix'], ['vacuum']]) {
      const { text, status } = await care(...args, '-c', conf);
      expect([status, text]).toEqual([1, expect.stringContaining('is locked by another program')]);
    }
    expect(await held.console('list jobs\n')).toContain('Backup');
  });

  it('names orphans and wrong counts, and removes what belongs to nothing', async () => {
    const copy = join(temporary.path, 'copy.db');
    expect((await care('backup', database(), copy)).status).toBe(0);
    const db = new Database(copy);
    db.exec(`PRAGMA foreign_keys = OFF; DELETE FROM JobRun WHERE JobId = 2;
             UPDATE JobRun SET JobFiles = JobFiles + 1 WHERE JobId = 1`);
    db.close();
    const found = await care('check', copy);
    expect(found.status).toBe(1);
    expect(found.text).toMatch(/^JobId 1 has \d+ files here, its end says \d+$/m);
    expect(found.text).toMatch(/^\d+ JobMedia records without a job \(check --fix removes them\)$/m);
    expect((await care('check', '--fix', copy)).text).toMatch(/^1 deleted files without a job: removed$/m);
    const rest = await care('check', copy);
    expect(rest.text).not.toContain('without a job');
    expect([rest.status, rest.text]).toEqual([1, expect.stringContaining('JobId 1 has')]);
  });

  it('gives the space of what was deleted back to the disk', async () => {
    const copy = join(temporary.path, 'large.db');
    await care('backup', database(), copy);
    const db = new Database(copy);
    db.exec(`CREATE TABLE Filler AS SELECT randomblob(1000000) AS bytes; DROP TABLE Filler`);
    db.close();
    const before = statSync(copy).size;
    expect((await care('vacuum', copy)).status).toBe(0);
    expect(statSync(copy).size).toBeLessThan(before - 900_000);
    expect((await care('check', copy)).status).toBe(0);
  });

  it('finds damage of the database', async () => {
    const copy = join(temporary.path, 'damaged.db');
    await care('backup', database(), copy);
    const bytes = readFileSync(copy);
    bytes.fill(0x5a, 3 * 8192, 4 * 8192);
    writeFileSync(copy, bytes);
    const { text, status } = await care('check', copy);
    expect([status, text]).toEqual([1, expect.stringMatching(/is damaged|something is wrong/)]);
  });

  it.each([
    [['check', '/nowhere/Catalog.db'], 1, 'directory does not exist'],
    [['check', '/etc/passwd'], 1, 'is not a catalog database'],
    [['vacuum', '-c', '/nowhere/dir.conf'], 1, 'does not say where the catalog is'],
    [['check'], 2, 'neither -c DIR-CONF nor a DATABASE is named'],
    [['backup', 'x.db'], 2, 'TARGET is missing'],
    [['mend'], 2, 'usage: noctule catalog check'],
  ])('%j is answered with what is wrong', async (args, status, problem) => {
    const answer = await care(...args);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(problem);
  });
});

describe('the job BackupCatalog of the samples', () => {
  it('saves the catalog while the Director runs; extracted, it takes the place of the lost one', async () => {
    const report = await held.console('run job=BackupCatalog yes\nwait\nmessages\n');
    expect(reported(report, 'Termination')).toBe('Backup OK');
    const saved = join(held.site.directory, 'director/catalog-backup.db');
    expect(existsSync(saved)).toBe(false);

    await stopDaemon(held.site, 'noctule-dir', 'SIGKILL');
    const state = join(held.site.directory, 'director');
    for (const name of readdirSync(state)) if (name.includes('.db')) rmSync(join(state, name));
    const volumes = readdirSync(held.site.volumesDirectory).filter((name) => /^\w+-\d+$/.test(name));
    const target = join(temporary.path, 'extracted');
    const extracted = await noctule(
      'volume',
      'extract',
      '-j',
      '3',
      ...volumes.map((name) => join(held.site.volumesDirectory, name)),
      target,
    );
    expect([extracted.status, extracted.text]).toEqual([
      0,
      expect.stringMatching(/(^|\n)1 files restored\.\n$/),
    ]);
    copyFileSync(join(target, saved), database());
    await startDaemon(held.site, 'noctule-dir');
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toMatchObject([SOCKET]);
  });
});
