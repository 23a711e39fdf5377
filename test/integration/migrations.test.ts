import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

const migration = (name: string, selection: string) => `
Job {
  Name = ${name}
  Type = Migrate
  Client = site-fd
  FileSet = Files
  Messages = Standard
  Storage = File
  Pool = Full-Pool
  Selection Type = ${selection}
  Run After Job = "/bin/echo previous=%m written=%I"
}
`;

/** A Full takes 3 MB: three of them are too many, and two must go. */
const LIMITS = `Migration High Bytes = 7 mb
  Migration Low Bytes = 5 mb
  Migration Time = 1 day
  Next Pool = Moved`;

const CONF = `
Pool { Name = Moved; Pool Type = Backup; Storage = File; Label Format = "Moved-"; Migration Time = 1 second; Next Pool = Rest }
Pool { Name = Rest; Pool Type = Backup; Storage = File; Label Format = "Rest-" }
${migration('Occupancy', 'PoolOccupancy')}
${migration('Age', 'PoolTime')}
`;

describe('Migrate jobs that a Pool asks for', { timeout: 30_000 }, () => {
  let held: SiteUnderTest;
  const run = (words: string) => held.console(`run job=${words} yes\nwait\nmessages\n`);
  /** Of the backups: how many lie in the pool. */
  const backupsIn = async (pool: string) => {
    const listed = await held.console(
      `.sql query="SELECT 'n=', count(*) FROM Job JOIN Pool USING (PoolId) WHERE Type = 'B' AND Pool.Name = '${pool}'"\n`,
    );
    return Number(/n=\s*(\d+)/.exec(listed)?.[1]);
  };

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource(directory) {
        mkdirSync(directory);
        writeFileSync(join(directory, 'file'), randomBytes(3_000_000));
      },
      directorConf: CONF,
      poolDirectives: LIMITS,
      jobDirectives: 'Rerun Failed Levels = yes',
    });
    for (let full = 1; full <= 3; full++) {
      expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    }
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('PoolTime: none of the jobs that are younger than the Migration Time', async () => {
    const output = await run('Age');
    expect(output).toContain('No JobIds found to migrate.');
    expect(reported(output, 'Termination')).toBe('Migration -- no files to migrate');
  });

  it('PoolOccupancy: the pool holds more than MigrationHighBytes: oldest jobs until below MigrationLowBytes', async () => {
    const output = await run('Occupancy');
    expect(output).toContain('The following 2 JobIds were chosen to be migrated: 1,2');
    expect(output.match(/^ {2}Termination: +Migration OK$/gm)).toHaveLength(2);
    expect(await backupsIn('Full-Pool')).toBe(1);
    expect(await backupsIn('Moved')).toBe(2);
    // Now it is below both marks.
    expect(await run('Occupancy')).toContain('No JobIds found to migrate.');
  });

  it('%I is the JobId of the writing job of a migration, %m that of the previous (migrated) job', async () => {
    const log = readFileSync(join(held.site.directory, 'director', 'messages.log'), 'utf8');
    const written = [...log.matchAll(/Migrating JobId=(\d+) Job=\S+ to JobId=(\d+)/g)];
    expect(written.map(([, previous]) => previous)).toEqual(['1', '2']);
    for (const [, previous, jobId] of written) {
      expect(log).toContain(`AfterJob: previous=${previous} written=${jobId}\n`);
    }
  });

  it("PoolTime: jobs older than the pool's MigrationTime (by real end time)", async () => {
    // That of a backup that was moved is when it was moved; its end time stays.
    const movedAt = Date.now();
    while (Date.now() < movedAt + 1_000) await held.console('time\n');
    const output = await run('Age pool=Moved');
    expect(output).toMatch(/The following 2 JobIds were chosen to be migrated: \d+,\d+/);
    expect(output.match(/^ {2}Termination: +Migration OK$/gm)).toHaveLength(2);
    expect(await backupsIn('Moved')).toBe(0);
    expect(await backupsIn('Rest')).toBe(2);
  });

  it('a Migrate that fails is no failed Full for Rerun Failed Levels', async () => {
    const volumes = readdirSync(held.site.volumesDirectory).filter((name) => name.startsWith('Full-'));
    const path = join(held.site.volumesDirectory, volumes.at(-1)!);
    const sound = readFileSync(path);
    const damaged = Buffer.from(sound);
    damaged[damaged.length - 100_000]! ^= 1;
    writeFileSync(path, damaged);
    const failed = await run('Age jobid=3');
    writeFileSync(path, sound);
    expect(reported(failed, 'Termination')).toBe('*** Migration Error ***');

    writeFileSync(join(held.source, 'later'), 'later');
    const incremental = await backUp(held, 'Incremental');
    expect(reported(incremental, 'Backup Level')).toMatch(/^Incremental, since=/);
    expect(reported(await run('Age jobid=3'), 'Termination')).toBe('Migration OK');
    expect(reported(await backUp(held, 'Incremental'), 'Backup Level')).toMatch(/^Incremental, since=/);
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });
});
