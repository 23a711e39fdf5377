import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { MemberKind } from '../../volume/member.ts';
import { membersOf } from '../support/members.ts';
import { backUp, reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

const MIB = 1 << 20;

const verifyJob = (name: string, level: string) => `
Job {
  Name = ${name}
  Type = Verify
  Level = ${level}
  Job To Verify = Backup
  Priority = 12
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
}
`;

const LEVELS = [
  ['Volume', 'VolumeToCatalog'],
  ['Data', 'Data'],
] as const;

function makeSource(directory: string): void {
  mkdirSync(join(directory, 'sub'), { recursive: true });
  writeFileSync(join(directory, 'a-text'), 'the quick brown fox jumps over the lazy dog\n'.repeat(60_000));
  writeFileSync(join(directory, 'b-random'), randomBytes(2 * MIB));
  writeFileSync(join(directory, 'sub', 'c-small'), 'small');
  writeFileSync(join(directory, 'sub', 'd-empty'), '');
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/odd`), Buffer.from([0xff])]), 'odd');
  linkSync(join(directory, 'sub', 'c-small'), join(directory, 'sub', 'z-link'));
  symlinkSync('a-text', join(directory, 'symlink'));
  mkdirSync(join(directory, 'x'.repeat(120), 'y'.repeat(120)), { recursive: true });
}

describe('a Verify job that reads the volumes', () => {
  let held: SiteUnderTest;
  let volume: string;
  let sound: Buffer;
  const run = (job: string, more = '') => held.console(`run job=${job} ${more} yes\nwait\nmessages\n`);

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource,
      fileSetOptions: 'verify = pugm1; sparse = yes',
      directorConf: LEVELS.map(([name, level]) => verifyJob(name, level)).join(''),
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    volume = join(held.site.volumesDirectory, 'Full-0001');
    sound = readFileSync(volume);
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it.each(LEVELS)(
    '%s finds no difference on a sound volume, whatever the disk holds now',
    async (job, level) => {
      const output = await run(job);
      expect(reported(output, 'Termination')).toBe('Verify OK');
      expect(reported(output, 'Verify Level')).toBe(level);
      expect(reported(output, 'Verify JobId')).toBe('1');
      expect(reported(output, 'Files Expected')).toBe('11');
      expect(reported(output, 'Files Examined')).toBe('11');
      expect(reported(output, 'SD termination status')).toBe('OK');
      expect(output).toContain('Using Device "FileStorage" to read.');
    },
  );

  it.each(LEVELS)('%s names the file in which a bit has flipped, and goes on', async (job) => {
    const block = membersOf(sound).find(
      ({ kind, memberBytes, contentBytes }) => kind === MemberKind.BLOCK && memberBytes > contentBytes,
    )!;
    const damaged = Buffer.from(sound);
    const at = block.volumeOffset + (block.memberBytes >> 1);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at);
    writeFileSync(volume, damaged);
    const output = await run(job);
    writeFileSync(volume, sound);
    const named = [...output.matchAll(/File: (.*) is damaged on the Volume\(s\): /g)].map(([, path]) => path);
    expect(named).toEqual([join(held.source, 'b-random')]);
    expect(output).toContain('Volume "Full-0001"');
    expect(reported(output, 'Files Examined')).toBe('11');
    expect(reported(output, 'Termination')).toBe('Verify Differences');
  });

  it.each(LEVELS)('%s has nothing to read after an Incremental without changes, and says so', async (job) => {
    await backUp(held, 'Incremental');
    const output = await run(job);
    expect(output).toContain('No files found to read.');
    expect(reported(output, 'Termination')).toBe('Verify OK');
  });

  it('waits for the backup that was queued with it, by its Priority, and verifies that', async () => {
    const output = await held.console(
      'run job=Backup level=Full yes\nrun job=Data yes\nwait\nmessages\nlist jobs\n',
    );
    const [, backup] = /Job queued. JobId=(\d+)/.exec(output) ?? [];
    expect(output).toContain(`Verifying against JobId=${backup} `);
    expect(reported(output, 'Termination')).toBe('Verify OK');
  });

  /** Starts a verify that takes ten seconds; resolves with what it will say when the client is in it. */
  async function startSlowly(): Promise<Promise<string>[]> {
    const output = held.console(
      'setbandwidth limit=200kb/s client=site-fd\nrun job=Data jobid=1 yes\nwait\nmessages\n' +
        'setbandwidth limit=0 client=site-fd\n',
    );
    while ((await held.console('status client=site-fd\n')).includes('No Jobs running.'));
    return [output];
  }

  it('is in the status of Director and client while it runs, and ends as canceled when it is canceled', async () => {
    const [output] = await startSlowly();
    expect(await held.console('status dir\n')).toMatch(/Verify? +Data|Data.*is running|Veri/);
    expect(await held.console('status client=site-fd\n')).toContain('Verify Job');
    await held.console('cancel all yes\n');
    expect(reported(await output!, 'Termination')).toBe('Verify Canceled');
  });

  it('fails, and ends, when the client is killed in the middle', async () => {
    const [started] = await startSlowly();
    await stopDaemon(held.site, 'noctule-fd', 'SIGKILL');
    const output = await started!;
    expect(reported(output, 'Termination')).toBe('*** Verify Error ***');
    expect(output).toContain('site-fd');
    await startDaemon(held.site, 'noctule-fd');
  });

  it.each(LEVELS)('%s names what is on the volume and no more in the catalog', async (job) => {
    await stopDaemon(held.site, 'noctule-dir', 'SIGTERM');
    const [file] = readdirSync(join(held.site.directory, 'director')).filter((name) => name.endsWith('.db'));
    const db = new Database(join(held.site.directory, 'director', file!));
    db.prepare(
      `DELETE FROM FileRun WHERE JobId = 1 AND PathId =
      (SELECT PathId FROM FileRun WHERE JobId = 1 AND LinkCount = 1)`,
    ).run();
    db.close();
    await startDaemon(held.site, 'noctule-dir');
    const output = await run(job, 'jobid=1');
    for (const name of ['c-small', 'd-empty', 'z-link'])
      expect(output).toContain(`New file: ${join(held.source, 'sub', name)}`);
    expect(reported(output, 'Termination')).toBe('Verify Differences');
  });
});
