import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { makeEverything } from '../support/odd-tree.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

const CONF = `
Pool { Name = Virtual; Pool Type = Backup; Storage = File; Label Format = "Virtual-"; Maximum Volume Bytes = 4 MB }
Job {
  Name = Forever
  Type = Backup
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  Next Pool = Virtual
  Accurate = yes
  Backups To Keep = 1
  Delete Consolidated Jobs = yes
}
Job {
  Name = Raised
  Type = Backup
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  Next Pool = Virtual
  Accurate = yes
  Max Virtual Full Interval = 1 second
}
Job {
  Name = Chained
  Type = Backup
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  Next Pool = Virtual
  Accurate = yes
}
`;

describe('a VirtualFull', () => {
  let held: SiteUnderTest;
  const backUpForever = (level: string) =>
    held.console(`run job=Forever level=${level} yes\nwait\nmessages\nlist jobs\n`);
  const expectRestored = async () => {
    const output = await restoreAll(held);
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    return output;
  };
  const path = (...names: string[]) => join(held.source, ...names);

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource(directory) {
        makeEverything(directory);
        rmSync(join(directory, 'socket')); // is never restored
      },
      compression: 'ZSTD3', // what is cut out of its blocks is put together in deflate
      fileSetOptions: 'sparse = yes; xattrsupport = yes; aclsupport = yes',
      directorConf: CONF,
      jobDirectives: 'Accurate = yes\n  Next Pool = Virtual',
    });
    await backUp(held, 'Full');
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('puts a Full, a Differential and an Incremental together to a Full that restores the newest state', async () => {
    // Of whole blocks most go over; from others files are gone, replaced, renamed, linked.
    rmSync(path('text-5-MiB'));
    writeFileSync(path('plain.txt'), 'changed\n');
    await backUp(held, 'Differential');
    rmSync(path('many', 'd3'), { recursive: true });
    renameSync(path('many', 'd4', 'f50'), path('many', 'd5', 'renamed'));
    rmSync(path('random-3-MiB')); // its content lives on under its other name
    mkdirSync(path('new-directory'));
    writeFileSync(path('new-directory', 'file'), randomBytes(2_000_000));
    linkSync(path('new-directory', 'file'), path('new-directory', 'zz-link'));
    appendFileSync(path('many', 'd7', 'f7'), 'more');
    await backUp(held, 'Incremental');

    const output = await backUp(held, 'VirtualFull');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(reported(output, 'Backup Level')).toBe('Virtual Full');
    expect(output).toContain('Consolidating JobIds=1,2,3');
    expect(reported(output, 'Volume name\\(s\\)')).toMatch(/^Virtual-/);
    // It has the times of the last job that it contains, and is stored as a Full.
    const times = await held.console(
      '.sql query="SELECT StartTime, EndTime FROM Job WHERE JobId IN (3, 4)"\n',
    );
    const [last, made] = times.match(/^\d{4}-\d\d-\d\d .*$/gm) ?? [];
    expect(made).toBeDefined();
    expect(made).toBe(last);
    expect(await held.console('list jobs jobid=4\n')).toMatch(/\| B +\| F +\|/);

    await held.console(
      'purge jobs jobid=1,2,3\ndelete jobid=1 yes\ndelete jobid=2 yes\ndelete jobid=3 yes\n',
    );
    const restored = await expectRestored();
    expect(restored).toContain('Virtual-');
    expect(restored).not.toContain('Full-0001');
  });

  it('is what the next Incremental goes on from', async () => {
    writeFileSync(path('after'), 'after the virtual full');
    const output = await backUp(held, 'Incremental');
    expect(reported(output, 'Backup Level')).toMatch(/^Incremental, since=/);
    expect(reported(output, 'FD Files Written')).toMatch(/^[23]$/);
    await expectRestored();
  });

  it('writes volumes in which the volume tools find nothing wrong', async () => {
    const volumes = readdirSync(held.site.volumesDirectory).filter((name) => name.startsWith('Virtual-'));
    const paths = volumes.map((name) => join(held.site.volumesDirectory, name));
    const { stdout } = await promisify(execFile)('bin/noctule', ['volume', 'check', '--deep', ...paths]);
    expect(stdout).toMatch(/no damage|0 errors|sound/i);
  });

  it('with Backups To Keep leaves the newest alone, and deletes what it has put together', async () => {
    await backUpForever('Full');
    expect(await backUpForever('VirtualFull')).toContain(
      'Nothing to consolidate: there are 1 backups, and Backups To Keep is 1.',
    );
    for (const name of ['one', 'two', 'three']) {
      writeFileSync(path(name), name);
      await backUpForever('Incremental');
    }
    const output = await backUpForever('VirtualFull');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(output).toContain('Deleted 3 consolidated Jobs');
    const forever = output.split('\n').filter((line) => /\| Forever +\| .*\| B /.test(line));
    expect(forever.map((line) => line.split('|')[5]!.trim())).toEqual(['f', 'I', 'F']);
    await expectRestored();
  });

  it('is what an Incremental becomes when the last Full is older than Max Virtual Full Interval', async () => {
    const run = () => held.console('run job=Raised level=Incremental yes\nwait\nmessages\n');
    expect(reported(await run(), 'Backup Level')).toBe('Full (upgraded from Incremental)');
    const fullEndedAt = Date.now();
    writeFileSync(path('raised'), 'raised');
    // Nothing to put together, however old the Full is.
    expect(reported(await run(), 'Backup Level')).toMatch(/^Incremental, since=/);
    while (Date.now() < fullEndedAt + 1_000) await held.console('time\n');
    const output = await run();
    expect(output).toContain('Max Virtual Full Interval exceeded. Doing VirtualFull backup.');
    expect(reported(output, 'Backup Level')).toBe('Virtual Full (upgraded from Incremental)');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    writeFileSync(path('raised'), 'raised again');
    expect(reported(await run(), 'Backup Level')).toMatch(/^Incremental, since=/);
    await expectRestored();
  });

  it('of a list without a Full is an Incremental that stands for its jobs, deleted files and all', async () => {
    const run = (what: string) => held.console(`run job=Chained ${what} yes\nwait\nmessages\n`);
    const idOf = (output: string) => Number(reported(output, 'JobId'));
    for (const name of ['kept', 'replaced', 'gone', 'came-back']) writeFileSync(path(name), name);
    await run('level=Full');
    rmSync(path('gone'));
    rmSync(path('came-back'));
    writeFileSync(path('replaced'), 'once');
    const first = idOf(await run('level=Incremental'));
    writeFileSync(path('replaced'), 'twice');
    writeFileSync(path('came-back'), 'anew');
    writeFileSync(path('short-lived'), 'soon gone');
    const second = idOf(await run('level=Incremental'));
    rmSync(path('short-lived'));
    const third = idOf(await run('level=Incremental'));

    const gap = await run(`level=VirtualFull jobid=${first},${third}`);
    expect(gap).toContain(`Name all from the first to the last: jobid=${first},${second},${third}`);
    expect(reported(gap, 'Termination')).toBe('*** Backup Error ***');

    const output = await run(`level=VirtualFull jobid=${first},${second},${third}`);
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(reported(output, 'Backup Level')).toBe('Virtual Incremental');
    for (const jobId of [first, second, third]) await held.console(`delete jobid=${jobId} yes\n`);
    const restored = await expectRestored();
    expect(restored).toContain(`,${idOf(output)}\n`);
    expect(existsSync(path('gone'))).toBe(false);
    expect(existsSync(join(held.restoredSource, 'came-back'))).toBe(true);
    expect(reported(await run('level=Incremental'), 'Backup Level')).toMatch(/^Incremental, since=/);
  });

  it('of a list without a Full fails when the jobs are not of the Job', async () => {
    const output = await held.console('run job=Backup level=VirtualFull jobid=99999 yes\nwait\nmessages\n');
    expect(output).toContain('JobId 99999 is no good backup of Client "site-fd"');
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
  });
});
