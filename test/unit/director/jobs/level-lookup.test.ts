import { describe, expect, test } from 'vitest';
import {
  anyFullForOtherFileSet,
  failedSince,
  lastGoodBackup,
  lastGoodFull,
} from '../../../../catalog/levels.ts';
import { lookUpLevel, type LevelCatalog } from '../../../../director/jobs/level-lookup.ts';
import { minute, Site } from '../../catalog/site.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const conf = siteConf(scratchDirectory(), {
  extra: `
Job { Name = Failed; JobDefs = Defaults; Rerun Failed Levels = yes }
Job { Name = Diff; JobDefs = Defaults; Max Diff Interval = 10 minutes }`,
});

/** The level at which an Incremental of the Job runs at that minute. */
async function levelAt(site: Site, name: string, at: number): Promise<string> {
  const catalog: LevelCatalog = {
    anyFullForOtherFileSet: async (series) => anyFullForOtherFileSet(site.db, series),
    failedSince: async (query) => failedSince(site.db, query),
    lastGoodBackup: async (query) => lastGoodBackup(site.db, query),
    lastGoodFull: async (query) => lastGoodFull(site.db, query),
  };
  const { level } = await lookUpLevel(catalog, {
    ...{ job: named(conf.jobs, name), requested: 'I', fileSetName: 'Home', now: minute(at) },
    ...{ clientId: site.clientId, fileSetId: site.fileSet() },
  });
  return level;
}

describe('ReRunFailedLevels: a failed Full or Differential', () => {
  /** Jobs end half a minute after their start. */
  test.each([
    ['F', 6, 'F'],
    ['D', 6, 'D'],
    ['F', 5.2, 'F'],
    ['F', 4.9, 'I'],
    ['D', 3, 'I'],
  ])(
    'counts after the end of the last good backup, at minute 5.5: one of level %s begun at minute %d makes an Incremental a %s',
    async (level, start, next) => {
      using site = new Site();
      site.backup({ name: 'Failed', start: 1 });
      site.backup({ name: 'Failed', start: 5, level: 'I' });
      site.backup({ name: 'Failed', start, level, status: 'f' });
      expect(await levelAt(site, 'Failed', 9)).toBe(next);
    },
  );
});

test('MaxDiffInterval: reference time = start of last Differential, or of the last Full if that is later', async () => {
  using site = new Site();
  site.backup({ name: 'Diff', start: 1 });
  site.backup({ name: 'Diff', start: 8, level: 'D' });
  site.backup({ name: 'Diff', start: 12, level: 'I' });
  expect(await levelAt(site, 'Diff', 17)).toBe('I');
  expect(await levelAt(site, 'Diff', 18)).toBe('D');
  site.backup({ name: 'Diff', start: 18 });
  expect(await levelAt(site, 'Diff', 27)).toBe('I');
  expect(await levelAt(site, 'Diff', 28)).toBe('D');
});
