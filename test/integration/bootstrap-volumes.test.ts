import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { MemberKind } from '../../volume/member.ts';
import { makeManyFiles } from '../support/many-files.ts';
import { membersOf } from '../support/members.ts';
import { restoreForgotten } from '../support/restore-forgotten.ts';
import { backUp, reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const DAY_MS = 86_400_000;
/** A time of day that is far from now, so that a run at it is neither due nor about to be. */
const farTime = `${new Date(Date.now() + DAY_MS / 2).getHours()}:00`;

/** Restores by a bootstrap file of a job that lies on several volumes, and what may go wrong while these are read. */
describe('a bootstrap file that names several volumes', { timeout: 30_000 }, () => {
  const kept = temporaryDirectory();
  const file = join(kept.path, 'site-fd.bsr');
  let held: SiteUnderTest;
  let volumes: string[];

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource: makeManyFiles,
      poolDirectives: 'Maximum Volume Bytes = 8 mb',
      jobDirectives: `Write Bootstrap = "${file}"`,
      directorConf: `
Schedule { Name = Nightly; Catch Up = yes; Run = at ${farTime} }
Job { Name = Nightly-Restore; Type = Restore; Client = site-fd; FileSet = Files; Storage = File; Pool = Full-Pool
  Messages = Standard; Schedule = Nightly; Where = "${kept.path}/nightly"; Bootstrap = "${file}" }`,
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    volumes = readdirSync(held.site.volumesDirectory).filter((name) => name.startsWith('Full-'));
  });
  afterAll(async () => {
    await held[Symbol.asyncDispose]();
    kept[Symbol.dispose]();
  });

  const restore = (from = file) => restoreForgotten(held, from);

  async function expectGood(output: string): Promise<void> {
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    expect(await held.console('list files jobid=1\n')).toContain('link-90');
  }

  /** The one error says it; the job counts as one without files, as it did before. */
  async function expectFailed(output: string, error: RegExp): Promise<void> {
    expect(output.match(/^.* Fatal error: .*$/gm)).toEqual([expect.stringMatching(error)]);
    expect(reported(output, 'Termination')).toBe('*** Restore Error ***');
    const listed = await held.console('list files jobid=1\nlist jobs\nlist jobmedia jobid=1\n');
    expect(listed).not.toContain('/dir-');
    expect(listed).toMatch(/^\| 1 +\| Backup .*\| T +\|$/m);
    for (const volume of volumes) expect(listed).toContain(volume);
  }

  it('restores whole when the records come from all of them', async () => {
    expect(volumes.length).toBeGreaterThan(3);
    expect(readFileSync(file, 'utf8').match(/^Volume = .*$/gm)).toEqual(
      volumes.map((name) => `Volume = "${name}"`),
    );
    const output = await restore();
    for (const volume of volumes)
      expect(output).toContain(`Reading the file records of 1 job from Volume "${volume}"`);
    await expectGood(output);
  });

  it('ends with one error when the last of them is not in it', async () => {
    const some = join(kept.path, 'some.bsr');
    const text = readFileSync(file, 'utf8');
    writeFileSync(some, text.slice(0, text.lastIndexOf('Storage = ')));
    await expectFailed(
      await restore(some),
      /Session \d+\/\d+ does not come to its end on Volume "Full-0001", /,
    );
  });

  it('is what a Restore job with Bootstrap restores when its Schedule says', async () => {
    await held.console('purge files jobid=1 yes\n');
    await stopDaemon(held.site, 'noctule-dir', 'SIGTERM');
    const since = new Date(Date.now() - DAY_MS);
    writeFileSync(join(held.site.directory, 'director', 'site-dir.schedules'), `${since.toISOString()}\n`);
    await startDaemon(held.site, 'noctule-dir');
    const output = await held.console('wait\nmessages\n');
    expect(output).toContain('Start Restore Job Nightly-Restore.');
    expect(reported(output, 'Termination')).toBe('Restore OK');
    const restored = join(kept.path, 'nightly', held.source);
    expect(compareTrees(held.source, restored).differences).toEqual([]);
  });

  describe('of which one is damaged', () => {
    const damages = [
      ['the beginning of the job', MemberKind.SESSION_START],
      ['the file records', MemberKind.RECORDS],
      ['the end of the job', MemberKind.SESSION_END],
    ] as const;

    it.each(damages)('in %s, ends with one error that names volume and place', async (_, kind) => {
      // The second, but for the end, which is on the last.
      const volume = kind === MemberKind.SESSION_END ? volumes.at(-1)! : volumes[1]!;
      const { volumeOffset, output } = await damaged(volume, kind);
      await expectFailed(
        output,
        new RegExp(`Storage "File": Volume "${volume}" on device .* is damaged at byte ${volumeOffset}\\b`),
      );
    });

    it('in the data, has its records, and costs the file that is in it and no other', async () => {
      const { output } = await damaged(volumes[1]!, MemberKind.BLOCK);
      const lost = [...output.matchAll(/Could not restore ".*\/(.*)": /g)].map(([, name]) => name);
      expect(output).toContain(`Volume "${volumes[1]}"`);
      expect(reported(output, 'Termination')).toBe('Restore OK -- with errors');
      const { differences } = compareTrees(held.source, held.restoredSource, {
        differencesMax: Infinity,
      });
      expect(differences.map(({ path }) => basename(path)).sort()).toEqual(lost.sort());
      expect(lost.length).toBeGreaterThan(0);
      expect(await held.console('list files jobid=1\n')).toContain('link-90');
    });

    /** Restores while a bit in the middle of the first such member is flipped. */
    async function damaged(
      volume: string,
      kind: MemberKind,
    ): Promise<{ volumeOffset: number; output: string }> {
      const path = join(held.site.volumesDirectory, volume);
      const sound = readFileSync(path);
      const member = membersOf(sound).find((one) => one.kind === kind)!;
      const at = member.volumeOffset + member.memberBytes - 20;
      const bytes = Buffer.from(sound);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
      writeFileSync(path, bytes);
      try {
        return { volumeOffset: member.volumeOffset, output: await restore() };
      } finally {
        writeFileSync(path, sound);
      }
    }
  });
});
