import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { compareTrees } from '../../tools/compare-trees.ts';
import { makeEverything } from '../support/odd-tree.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

const copyJob = (name: string, type: string, more: string) => `
Job {
  Name = ${name}
  Type = ${type}
  Client = site-fd
  FileSet = Files
  Messages = Standard
  Storage = File
  Pool = Full-Pool
  Next Pool = Copies
  ${more}
}
`;

const CONF = `
Pool { Name = Copies; Pool Type = Backup; Storage = File; Label Format = "Copy-"; Maximum Volume Bytes = 1200 KB }
Pool { Name = Moved; Pool Type = Backup; Storage = File; Label Format = "Moved-" }
Pool { Name = Unlabelled; Pool Type = Backup; Storage = File }
${copyJob('Copy', 'Copy', 'Selection Type = PoolUncopiedJobs; Run After Job = "/bin/echo original=%m copy=%I"')}
${copyJob('Migrate', 'Migrate', 'Selection Type = Job; Selection Pattern = "^Back"; Purge Migration Job = yes')}
`;

describe('Copy and Migrate jobs', () => {
  let held: SiteUnderTest;
  const run = (job: string, more = '') =>
    held.console(`run job=${job} ${more} yes\nwait\nmessages\nlist jobs\n`);
  const expectRestored = async () => {
    const output = await restoreAll(held);
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    return output;
  };

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource(directory) {
        makeEverything(directory);
        rmSync(join(directory, 'socket')); // is never restored
      },
      fileSetOptions: 'sparse = yes; xattrsupport = yes; aclsupport = yes',
      directorConf: CONF,
      jobDirectives: 'Accurate = yes',
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('copies a backup over several volumes of the Next Pool; the copy does not count while the original is there', async () => {
    const output = await run('Copy');
    expect(output).toContain('The following 1 JobId was chosen to be copied: 1');
    expect(reported(output, 'Termination')).toBe('Copying OK');
    expect(reported(output, 'Prev Backup JobId')).toBe('1');
    expect(reported(output, 'New Backup JobId')).toBe('3');
    expect(output).toContain('AfterJob: original=1 copy=3');
    expect(reported(output, 'Write Pool')).toBe('"Copies" (From Job resource)');
    expect(reported(output, 'Volume name\\(s\\)').split('|').length).toBeGreaterThan(2);
    const [original, , copy] = await rows(
      'SELECT JobId, Type, JobStatus, JobFiles, JobBytes, StartTime, EndTime, JobTDate, PriorJobId FROM Job ORDER BY JobId',
    );
    expect(copy).toEqual({ ...original, JobId: 3, Type: 'C', PriorJobId: 1 });
    expect(await expectRestored()).not.toContain('Copy-');
  });

  it('finds nothing more to copy', async () => {
    const output = await run('Copy');
    expect(output).toContain('No JobIds found to copy.');
    expect(reported(output, 'Termination')).toBe('Copying -- no files to copy');
  });

  it('restores from the copy while the original is there only when the line says "copies"', async () => {
    const target = join(held.site.directory, 'restored');
    const restore = (what: string) => {
      rmSync(target, { recursive: true, force: true });
      return held.console(`restore client=site-fd where=${target} ${what} yes\nwait\nmessages\n`);
    };
    for (const what of ['copies current all done', 'jobid=3 copies all done']) {
      const output = await restore(what);
      expect(output).toContain('Restoring from the copies with JobId 3.');
      expect(output).toContain('Copy-');
      expect(reported(output, 'Termination')).toBe('Restore OK');
      expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    }
    const output = await restore(`copies file=${join(held.source, 'plain.txt')}`);
    expect(reported(output, 'Files Restored')).not.toBe('0');
    expect(existsSync(join(held.restoredSource, 'plain.txt'))).toBe(true);
    expect(await restore('jobid=3 all done')).toContain(
      'JobId 3 is a copy. Add "copies" to restore from it.',
    );
  });

  it('restores the same from the copy, once the original has gone', async () => {
    expect(await held.console('list copies\n')).toMatch(/\| 1 +\| Backup\.\S+ +\| 3 +\| File +\|/);
    const output = await held.console('delete jobid=1 yes\nlist jobs\n');
    expect(output).toContain('Following Copy jobs have been upgraded to Backup jobs: 3');
    expect(await expectRestored()).toContain('Copy-');
  });

  it('copies an Incremental with its deleted files', async () => {
    writeFileSync(join(held.source, 'new'), randomBytes(3_000_000));
    linkSync(join(held.source, 'new'), join(held.source, 'zz-new-link'));
    rmSync(join(held.source, 'plain.txt'));
    await backUp(held, 'Incremental');
    const [incremental] = await rows("SELECT max(JobId) AS JobId FROM Job WHERE Level = 'I'");
    const output = await run('Copy', `pool=Incr-Pool jobid=${String(incremental!.JobId)}`);
    expect(reported(output, 'Termination')).toBe('Copying OK');
    await held.console(`delete jobid=${String(incremental!.JobId)} yes\n`);
    await expectRestored();
    expect(existsSync(join(held.restoredSource, 'plain.txt'))).toBe(false);
  });

  it('moves backups to another pool, one job for each, and purges the volumes that they leave', async () => {
    const output = await run('Migrate', 'pool=Copies nextpool=Moved');
    expect(output).toMatch(/The following 2 JobIds were chosen to be migrated: 3,\d+/);
    expect(output.match(/^ {2}Termination: +Migration OK$/gm)).toHaveLength(2);
    expect(output).toMatch(/There are no more Jobs associated with Volume "Copy-\d+". Marking it purged/);
    expect(
      await rows("SELECT Type, count(*) AS n FROM Job WHERE Type IN ('M', 'B') GROUP BY 1 ORDER BY 1"),
    ).toEqual([
      { Type: 'B', n: 2 },
      { Type: 'M', n: 2 },
    ]);
    expect(await expectRestored()).toContain('Moved-');
  });

  it('fails, and leaves the backup as it is, when a volume that it reads is damaged', async () => {
    const [moved] = await rows("SELECT JobId FROM Job WHERE Type = 'B' AND Level = 'F'");
    const [volume] = readdirSync(held.site.volumesDirectory).filter((name) => name.startsWith('Moved-'));
    const path = join(held.site.volumesDirectory, volume!);
    const sound = readFileSync(path);
    const damaged = Buffer.from(sound);
    damaged[2_000_000]! ^= 1;
    writeFileSync(path, damaged);
    const output = await run('Copy', `pool=Moved jobid=${String(moved!.JobId)}`);
    writeFileSync(path, sound);
    expect(reported(output, 'Termination')).toBe('*** Copying Error ***');
    expect(output).toMatch(
      /Fatal error: .*Block \d+ of session \d+\/\d+ on Volume "Moved-\d+": damaged, at byte \d+/,
    );
    expect(await rows('SELECT Type, JobStatus FROM Job ORDER BY JobId DESC LIMIT 1')).toEqual([
      { Type: 'C', JobStatus: 'f' },
    ]);
    await expectRestored();
  });

  describe('that waits for a volume', () => {
    /** Starts a copy that waits, ends it in some way, and gives what the console says. */
    async function ended(by: (jobId: number) => Promise<unknown>): Promise<string> {
      const [moved] = await rows("SELECT JobId FROM Job WHERE Type = 'B' AND Level = 'F'");
      const started = await held.console(
        `run job=Copy pool=Moved nextpool=Unlabelled jobid=${String(moved!.JobId)} yes\n`,
      );
      const jobId = Number(/JobId=(\d+)/.exec(started)?.[1]);
      while (!(await held.console('status dir\n')).includes('is waiting for an appendable Volume'));
      await by(jobId);
      return held.console('wait\nmessages\nstatus dir\n');
    }
    const newest = () => rows('SELECT Type, JobStatus FROM Job ORDER BY JobId DESC LIMIT 1');

    it('is canceled, and so is its copy', async () => {
      const output = await ended((jobId) => held.console(`cancel jobid=${jobId} yes\n`));
      expect(reported(output, 'Termination')).toBe('Copying Canceled');
      expect(await newest()).toEqual([{ Type: 'C', JobStatus: 'A' }]);
    });

    it('fails with its copy when the storage daemon dies', async () => {
      const output = await ended(() => stopDaemon(held.site, 'noctule-sd', 'SIGKILL'));
      expect(reported(output, 'Termination')).toBe('*** Copying Error ***');
      expect(await newest()).toEqual([{ Type: 'C', JobStatus: 'f' }]);
      await startDaemon(held.site, 'noctule-sd');
    });

    it('is marked as failed with its copy when the Director was killed and starts again', async () => {
      const output = await ended(async () => {
        await stopDaemon(held.site, 'noctule-dir', 'SIGKILL');
        await startDaemon(held.site, 'noctule-dir');
      });
      expect(output).toContain('No Jobs running.');
      expect(await rows('SELECT Type, JobStatus FROM Job ORDER BY JobId DESC LIMIT 2')).toEqual([
        { Type: 'C', JobStatus: 'f' },
        { Type: 'c', JobStatus: 'f' },
      ]);
      await expectRestored();
    });
  });

  it('refuses a JobId that is no backup, by name', async () => {
    const output = await run('Copy', 'jobid=999');
    expect(output).toContain('JobId 999 is no good backup, so it cannot be copied');
    expect(reported(output, 'Termination')).toBe('*** Copying Error ***');
  });

  async function rows(query: string): Promise<Record<string, unknown>[]> {
    const directory = join(held.site.directory, 'director');
    const db = new Database(
      join(
        directory,
        readdirSync(directory).find((name) => name.endsWith('.db'))!,
      ),
      {
        readonly: true,
      },
    );
    try {
      return db.prepare(query).all() as Record<string, unknown>[];
    } finally {
      db.close();
    }
  }
});
