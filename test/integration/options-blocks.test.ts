import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSite } from '../../tools/site.ts';
import { backupJob } from '../support/backup-job.ts';
import { reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

// A pattern is for the whole path: the second matches nothing.
const WILDS = 'WildFile = "*.bak"\n WildFile = "notes.txt"';
const SETTINGS = 'signature = SHA1\n compression = GZIP';

/** What Bacula was seen to do with the Options that admins write, by the catalog and by the report of the job. */
describe('a backup whose FileSet has', () => {
  let held: SiteUnderTest;

  beforeAll(async () => {
    const blocks: Record<string, string> = {
      OneBlock: `Options {\n ${SETTINGS}\n ${WILDS}\n Exclude = yes\n }`,
      WildsLast: `Options {\n ${SETTINGS}\n }\n Options {\n ${WILDS}\n Exclude = yes\n }`,
      EmptyLast: `Options {\n ${SETTINGS}\n ${WILDS}\n Exclude = yes\n }\n Options { }`,
      ExcludeAlone: 'Options {\n Exclude = yes\n }',
      NoOptions: '',
      WildToo: `Options {\n signature = MD5\n Wild = "*.BAK"\n IgnoreCase = yes\n Exclude = yes\n }`,
    };
    held = await siteUnderTest({ start: false, makeSource });
    const conf = Object.entries(blocks).map(
      ([name, options]) =>
        `FileSet { Name = ${name}\n Include {\n ${options}\n File = "${held.source}"\n } }\n` +
        backupJob(name, '').replace('FileSet = Files', `FileSet = ${name}`),
    );
    appendFileSync(held.site.confFiles['noctule-dir'], conf.join('\n'));
    await startSite(held.site);
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  function makeSource(directory: string): void {
    for (const name of ['dir.bak', '.hidden']) mkdirSync(join(directory, name), { recursive: true });
    for (const name of ['a.bak', 'a.BAK', 'notes.txt', 'text', 'dir.bak/inside', '.hidden/.b.bak']) {
      writeFileSync(join(directory, name), 'text\n'.repeat(100));
    }
    symlinkSync('text', join(directory, 'link.bak'));
    execFileSync('mkfifo', [join(directory, 'fifo.bak')]);
  }

  /** Path below the source and digest as Bacula's column MD5 has it, of what the job saved; and its report. */
  async function saved(name: string): Promise<{ digests: Record<string, string>; report: string }> {
    const report = await held.console(`run job=${name} yes\nwait\nmessages\n`);
    expect(reported(report, 'Termination')).toBe('Backup OK');
    const jobId = reported(report, 'JobId');
    const rows = await held.console(
      `sql\nSELECT Path.Path || File.Filename AS Name, MD5 FROM File JOIN Path USING (PathId) WHERE JobId = ${jobId};\n\n`,
    );
    const found = [...rows.matchAll(/^\| (\/\S*) +\| (\S*) +\|$/gm)];
    const digests = found.map(([, path, digest]) => [path!.slice(held.source.length + 1), digest!] as const);
    return { digests: Object.fromEntries(digests), report };
  }

  const SHA1 = expect.stringMatching(/^[\w+/]{27}$/) as string;

  it('patterns, Exclude and settings in one block: what matches is left out, all else has the settings', async () => {
    const { digests, report } = await saved('OneBlock');
    expect(digests).toEqual({
      '': '0',
      '.hidden/': '0',
      'a.BAK': SHA1,
      'dir.bak/': '0',
      'dir.bak/inside': SHA1,
      'notes.txt': SHA1,
      text: SHA1,
    });
    expect(reported(report, 'Software Compression')).toMatch(/^\d+\.\d% \d+\.\d:1$/);
  });

  it.each(['WildsLast', 'EmptyLast'])(
    'a last block without them: no digest and no compression (%s)',
    async (name) => {
      const { digests, report } = await saved(name);
      expect(Object.keys(digests).sort()).toEqual(
        ['', '.hidden/', 'a.BAK', 'dir.bak/', 'dir.bak/inside', 'notes.txt', 'text'].sort(),
      );
      expect(new Set(Object.values(digests))).toEqual(new Set(['0']));
      expect(reported(report, 'Software Compression')).toBe('None');
    },
  );

  it('Exclude without a pattern: nothing but the File entry itself is left', async () => {
    expect((await saved('ExcludeAlone')).digests).toEqual({ '': '0' });
  });

  it('no Options: everything is saved, without digest and compression', async () => {
    const { digests, report } = await saved('NoOptions');
    expect(Object.keys(digests)).toHaveLength(11);
    expect(new Set(Object.values(digests))).toEqual(new Set(['0']));
    expect(reported(report, 'Software Compression')).toBe('None');
  });

  it('Wild: directories are left out too, with all below them; case matters unless IgnoreCase is set', async () => {
    expect(Object.keys((await saved('WildToo')).digests).sort()).toEqual(
      ['', '.hidden/', 'notes.txt', 'text'].sort(),
    );
  });
});
