import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCatalog } from '../../catalog/catalog.ts';
import { expectationsOf, SOURCE, volumesOf } from '../golden/expectations.ts';
import { readAsStranger } from '../golden/stranger.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const GOLDEN = join(import.meta.dirname, '../golden');
const SETS = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const CATALOGS = SETS.filter((set) => readdirSync(join(GOLDEN, set)).includes('catalog.db'));

describe.each(SETS)('the golden volumes %s', (set) => {
  const volumes = volumesOf(join(GOLDEN, set));

  it('are listed, checked, extracted and read by tar as when they were made', async () => {
    using directory = temporaryDirectory();
    const told = await expectationsOf(volumes, join(directory.path, 'extracted'));
    for (const [name, text] of Object.entries(told))
      expect(text, name).toBe(readFileSync(join(GOLDEN, set, name), 'utf8'));
  });

  it('say the same to a reader that knows only docs/volume-format.md', () => {
    const check = readFileSync(join(GOLDEN, set, 'check.txt'), 'utf8');
    const files = readFileSync(join(GOLDEN, set, 'files.txt'), 'utf8');
    for (const volume of volumes) {
      const { volumeName, sessions, problems } = readAsStranger(readFileSync(volume));
      expect(volumeName).toBe(basename(volume));
      const blocks = sessions.flatMap((session) => session.blocks);
      const sound = `Volume "${volumeName}": ${sessions.length} sessions, ${blocks.length} blocks, `;
      expect(check.includes(sound)).toBe(problems.length === 0);
      for (const path of sessions.flatMap(({ paths }) => paths).filter((one) => /^[\w/-]*$/.test(one)))
        expect(files).toContain(` ${path}`);
      for (const { blocks: own } of sessions)
        expect(own).toEqual(own.map((_, index) => (own[0] ?? 0) + index));
    }
  });
});

describe.each(CATALOGS)('the golden catalog of %s', (set) => {
  it('is opened, brought up to date and read', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'catalog.db');
    copyFileSync(join(GOLDEN, set, 'catalog.db'), file);
    await using catalog = await openCatalog(file);
    const jobs = await catalog.listJobs({});
    expect(jobs.map(({ jobId, level, jobStatus }) => `${jobId} ${level} ${jobStatus}`)).toEqual([
      '1 F T',
      '2 I T',
      '3 I T',
      '4 F A',
    ]);
    const chain = await catalog.restoreChain({ clientName: 'site-fd' });
    expect(chain.map(({ jobId }) => jobId)).toEqual([1, 2, 3]);
    const paths = async (kind: 'saved' | 'deleted') =>
      (await catalog.filesPage({ jobId: 2, kind, limit: 10 })).files.map(({ path }) => path.toString());
    expect(await paths('saved')).toEqual([`${SOURCE}/text`, `${SOURCE}/`]);
    expect(await paths('deleted')).toEqual([`${SOURCE}/deleted-later`]);
    const names = (await catalog.listVolumes({})).map(({ volumeName }) => volumeName);
    expect(names.sort()).toEqual(readdirSync(join(GOLDEN, set, 'volumes')).sort());
  });
});
