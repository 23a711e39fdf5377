import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { readerOf } from '../../volume/positioned-reader.ts';
import { walkMembers, type FoundMember } from '../../volume/walk.ts';
import { makeOddTree } from '../support/odd-tree.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

const NOCTULE = join(import.meta.dirname, '../../bin/noctule');
const hasZstd = spawnSync('zstd', ['--version']).status === 0;

const VERIFY_JOB = `
Job {
  Name = Verify
  Type = Verify
  Level = Data
  Job To Verify = Backup
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
}
`;

describe('a job with compression = ZSTD', () => {
  let held: SiteUnderTest;
  let volume: string;
  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource: makeOddTree,
      compression: 'ZSTD9',
      fileSetOptions: 'verify = pugm1',
      directorConf: VERIFY_JOB,
    });
    volume = join(held.site.volumesDirectory, 'Full-0001');
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('is saved in zstd blocks', async () => {
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    const blocks = (await membersOf(volume)).filter(({ header }) => header.codec === 'zstd');
    expect(blocks.length).toBeGreaterThan(1);
  });

  it('comes back from a restore, without a difference', async () => {
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });

  it('is found whole by a Verify of its data', async () => {
    const output = await held.console('run job=Verify yes\nwait\nmessages\n');
    expect(reported(output, 'Termination')).toBe('Verify OK');
  });

  it.runIf(hasZstd)('comes back from zstd -dc and tar alone with the same bytes', () => {
    const target = join(held.site.directory, 'from-tar');
    mkdirSync(target);
    execFileSync('tar', ['-I', 'zstd', '-xpf', volume, '--numeric-owner', '-C', target], { stdio: 'pipe' });
    expect(compareTrees(held.source, join(target, held.source)).differences).toEqual([]);
  });

  it('is checked on the volume: what is damaged is found, and named', async () => {
    const copy = join(held.site.directory, 'Full-0001');
    copyFileSync(volume, copy);
    expect(check(copy)).toMatchObject({ status: 0 });
    const bytes = readFileSync(copy);
    const block = (await membersOf(copy)).find(({ header }) => header.codec === 'zstd')!;
    bytes[block.volumeOffset + 100]! ^= 1;
    writeFileSync(copy, bytes);
    const { status, stdout } = check(copy);
    expect(status).toBe(1);
    expect(stdout).toMatch(/block 0 of session \S+ at byte \d+ is damaged/);
    // Also where the header itself is gone, what follows is found again.
    bytes[block.volumeOffset + 1]! ^= 1;
    writeFileSync(copy, bytes);
    expect(check(copy).stdout).not.toContain('block 1 of');
  });
});

function check(volume: string): { status: number | null; stdout: string } {
  const { status, stdout } = spawnSync(NOCTULE, ['volume', 'check', '--deep', volume], { encoding: 'utf8' });
  return { status, stdout };
}

async function membersOf(volume: string): Promise<FoundMember[]> {
  const members: FoundMember[] = [];
  for await (const step of walkMembers(readerOf(readFileSync(volume)), { checkBlocksFrom: 0 })) {
    if (step.type === 'member') members.push(step);
  }
  return members;
}
