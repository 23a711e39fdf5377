import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp, reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

const verifyJob = (name: string, level: string, more = '') => `
Job {
  Name = ${name}
  Type = Verify
  Level = ${level}
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  ${more}
}
`;

const ODD_NAME = Buffer.from([0x6f, 0x64, 0x64, 0xff, 0x80]);

describe('a Verify job that looks at the disk', () => {
  let held: SiteUnderTest;
  const at = (...names: string[]) => join(held.source, ...names);
  const run = (job: string, more = '') => held.console(`run job=${job} ${more} yes\nwait\nmessages\n`);

  beforeAll(async () => {
    held = await siteUnderTest({
      fileSetOptions: 'verify = pnugsm1',
      directorConf:
        verifyJob('Baseline', 'Catalog') +
        verifyJob('AgainstBackup', 'DiskToCatalog', 'Job To Verify = Backup') +
        verifyJob('OfClient', 'DiskToCatalog'),
      makeSource: (directory) => {
        mkdirSync(join(directory, 'sub'), { recursive: true });
        for (const name of ['keep', 'mode', 'size', 'digest', 'time', 'gone', 'sub/gone too']) {
          writeFileSync(join(directory, name), `content of ${name}`);
        }
        writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), ODD_NAME]), 'odd');
        symlinkSync('keep', join(directory, 'link'));
      },
    });
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('fails with its cure when there is no backup or no InitCatalog yet', async () => {
    const backup = await run('AgainstBackup');
    expect(backup).toContain('There is no backup of Job "Backup" to verify');
    expect(reported(backup, 'Termination')).toBe('*** Verify Error ***');
    expect(await run('Baseline')).toContain('run job="Baseline" level=InitCatalog');
  });

  it('finds no difference right after a backup, and after an InitCatalog', async () => {
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    const against = await run('AgainstBackup');
    expect(against).toMatch(/Verifying against JobId=3 Job=Backup\./);
    expect(reported(against, 'Termination')).toBe('Verify OK');
    expect(reported(against, 'Verify Level')).toBe('DiskToCatalog');
    expect(reported(against, 'Verify JobId')).toBe('3');
    expect(reported(against, 'Verify Job')).toBe('Backup');
    expect(reported(against, 'Files Examined')).toBe('11');
    expect(reported(await run('OfClient'), 'Verify JobId')).toBe('3');
    const init = await run('Baseline', 'level=InitCatalog');
    expect(reported(init, 'Termination')).toBe('Verify OK');
    const catalog = await run('Baseline');
    expect(reported(catalog, 'Verify JobId')).toBe('6');
    expect(reported(catalog, 'Termination')).toBe('Verify OK');
  });

  it('keeps what an InitCatalog found away from levels and restores', async () => {
    expect(reported(await backUp(held, 'Incremental'), 'FD Files Written')).toBe('0');
    expect(await held.console('restore jobid=6 all done yes\n')).toContain('JobId 6 is no backup');
    expect(await held.console('run job=AgainstBackup jobid=6 yes\nwait\nmessages\n')).toContain(
      'JobId 6 is no backup, so it cannot be verified',
    );
    expect(await held.console('list files jobid=6\n')).toContain(at('keep'));
  });

  describe('after changes', () => {
    beforeAll(() => {
      chmodSync(at('mode'), 0o600);
      appendFileSync(at('size'), 'more');
      const { mtime } = { mtime: new Date(1_700_000_000_000) };
      writeFileSync(at('digest'), 'CONTENT of digest');
      utimesSync(at('time'), mtime, mtime);
      rmSync(at('gone'));
      rmSync(at('sub'), { recursive: true });
      writeFileSync(at('new'), 'new');
      truncateSync(Buffer.concat([Buffer.from(`${held.source}/`), ODD_NAME]), 1);
    });

    it.each([
      ['Baseline', ''],
      ['AgainstBackup', 'jobid=3'],
    ])('%s names each, and what of it differs', async (job, more) => {
      const output = await run(job, more);
      const lines = output
        .split('\n')
        .map((line) => line.replace(/^\d\d-\w{3} \d\d:\d\d site-fd JobId \d+: /, ''));
      const below = (name: string) => {
        const from = lines.indexOf(`File: ${at(name)}`);
        const rest = lines.slice(from + 1);
        return from < 0
          ? []
          : rest.slice(
              0,
              rest.findIndex((line) => !line.startsWith('      ')),
            );
      };
      expect(below('mode')).toEqual(['      st_mode  differ. Cat: 100644 File: 100600']);
      expect(below('size')).toEqual(
        expect.arrayContaining([
          '      st_size  differ. Cat: 15 File: 19',
          '      st_mtime differs',
          expect.stringMatching(/^ {6}SHA1 digest differs\. File=[\w+/]{27} Cat=[\w+/]{27}$/),
        ]),
      );
      expect(below('digest')).toContainEqual(expect.stringContaining('SHA1 digest differs'));
      expect(below('digest').join()).not.toContain('st_size');
      expect(below('time')).toEqual(['      st_mtime differs']);
      expect(below('odd\\xff\\x80')).toContain('      st_size  differ. Cat: 3 File: 1');
      expect(lines).toContain(`New file: ${at('new')}`);
      expect(output).toContain('Warning: The following files are in the Catalog but not on disk:');
      for (const name of ['gone', 'sub/gone too', 'sub/']) expect(lines).toContain(`      ${at(name)}`);
      expect(output).not.toContain(at('keep'));
      expect(reported(output, 'Termination')).toBe('Verify Differences');
      const listed = await held.console(`list jobs\n`);
      expect(listed).toMatch(new RegExp(`\\| ${job} .* V .* D +\\|`));
    });
  });

  it('verifies no backup that did not end well', async () => {
    const started = await held.console(
      `setbandwidth limit=1kb/s client=site-fd\nrun job=Backup level=Full yes\ncancel all yes\nwait\nmessages\n`,
    );
    expect(reported(started, 'Termination')).toBe('Backup Canceled');
    const output = await run('AgainstBackup');
    expect(output).toMatch(/cannot be verified: it did not end well, JobStatus=A/);
    expect(reported(output, 'Termination')).toBe('*** Verify Error ***');
  });
});
