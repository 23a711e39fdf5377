import Database from 'better-sqlite3';
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { backUp, reported } from '../support/site-under-test.ts';
import { twoStorages, type TwoStorages } from '../support/two-storages.ts';

const LEVELS = ['VolumeToCatalog', 'Data'] as const;

const verifyJob = (level: string) => `
Job { Name = ${level}; Type = Verify; Level = ${level}; Job To Verify = Backup; Client = site-fd; FileSet = Files
  Messages = Standard; Pool = Full-Pool }`;

/** The Full lies on three volumes on NAS, of which the second was moved to File, where the Incremental is. */
describe('a Verify of volumes on two storage daemons', () => {
  let held: TwoStorages;
  let moved: string;
  const verify = (level: string, jobId: number) =>
    held.console(`run job=${level} jobid=${jobId} yes\nwait\nmessages\n`);

  beforeAll(async () => {
    held = await twoStorages({
      makeSource(directory) {
        mkdirSync(directory);
        for (const name of ['a', 'b', 'c']) makeBigFile(join(directory, name), 2);
      },
      fileSetOptions: 'verify = pugm1',
      poolDirectives: 'Maximum Volume Bytes = 3 mb',
      directorConf: LEVELS.map(verifyJob).join(''),
    });
    expect(reported(await backUp(held, 'Full'), 'Volume name\\(s\\)')).toBe('Full-0001|Full-0002|Full-0003');
    appendFileSync(join(held.source, 'c'), 'more');
    expect(reported(await backUp(held, 'Incremental'), 'Storage')).toContain('File');
    moved = join(held.site.volumesDirectory, 'Full-0002');
    renameSync(join(held.nas.volumesDirectory, 'Full-0002'), moved);
    await stopDaemon(held.site, 'noctule-dir');
    const db = new Database(join(held.site.directory, 'director', 'Catalog.db'));
    const { changes } = db
      .prepare(
        `UPDATE Volume SET StorageId = (SELECT StorageId FROM Storage WHERE Name = 'File')
         WHERE VolumeName = 'Full-0002'`,
      )
      .run();
    db.close();
    await startDaemon(held.site, 'noctule-dir');
    expect(changes).toBe(1);
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it.each(LEVELS)('%s reads them in turn and finds no difference', async (level) => {
    const output = await verify(level, 1);
    expect(output.match(/Using Device "FileStorage" on Storage "\w+" to read/g)).toEqual(
      ['NAS', 'File', 'NAS'].map((name) => `Using Device "FileStorage" on Storage "${name}" to read`),
    );
    expect(reported(output, 'Termination')).toBe('Verify OK');
    expect(reported(output, 'Files Examined')).toBe('4');
    expect(output).not.toMatch(/ (Error|Warning): /);
  });

  it.each(LEVELS)('%s of the Incremental reads where that is', async (level) => {
    const output = await verify(level, 2);
    expect(output).toContain('Ready to read from volume "Incr-');
    expect(output).not.toContain('read in turn');
    expect(reported(output, 'Termination')).toBe('Verify OK');
    expect(reported(output, 'Files Expected')).toBe(reported(output, 'Files Examined'));
  });

  it('names the file that a flipped bit on the second hits', async () => {
    const sound = readFileSync(moved);
    const damaged = Buffer.from(sound);
    const at = sound.length >> 1;
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    writeFileSync(moved, damaged);
    const output = await verify('Data', 1);
    writeFileSync(moved, sound);
    expect(output).toContain(join(held.source, 'b'));
    expect(reported(output, 'Termination')).toBe('Verify Differences');
  });

  it('is not begun when one of them is down, and says which', async () => {
    await stopDaemon(held.site, 'noctule-sd');
    const output = await verify('Data', 1);
    await startDaemon(held.site, 'noctule-sd');
    expect(output.match(/^.* Fatal error: .*$/gm)).toEqual([
      expect.stringMatching(/Storage daemon "File" at 127\.0\.0\.1:\d+/),
    ]);
    expect(reported(output, 'Termination')).toBe('*** Verify Error ***');
    expect(reported(output, 'Files Examined')).toBe('0');
  });
});
