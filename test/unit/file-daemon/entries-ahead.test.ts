import { linkSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EntriesAhead } from '../../../file-daemon/backup/entries-ahead.ts';
import { PriorState } from '../../../file-daemon/backup/prior-state.ts';
import type { WalkEntry } from '../../../file-daemon/walk/walk-entry.ts';
import type { PageCache } from '../../../native/page-cache.ts';
import { FileRecordBatch } from '../../../proto/noctule/record/v1/volume_members.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { cachedPages, isOnDisk, makeCold, native } from './support/cold-files.ts';
import { collectBackup } from './support/collected-backup.ts';
import { fileSet, include, options } from './support/file-sets.ts';

const FILES = 100;
const AHEAD = 16;

/** Puts files in whose content is in the cache or not; gives what happened, in order. */
function passThrough(isCold: (file: number) => boolean): string[] {
  using root = temporaryDirectory();
  const events: string[] = [];
  let asked = 0;
  const cache: PageCache = {
    cachedPages: () => (isCold(asked) ? 0 : 1),
    willNeed: () => void events.push(`ahead ${asked}`),
    drop: () => undefined,
  };
  const ahead = new EntriesAhead((entry, wasCold) => {
    const file = Number(entry.savedPath);
    events.push(`save ${file}`);
    return wasCold ?? isCold(file);
  }, cache);
  for (asked = 0; asked < FILES; asked++) {
    const path = join(root.path, `${asked}`);
    writeFileSync(path, 'content');
    const { mode, size, nlink } = lstatSync(path);
    const entry = {
      path,
      savedPath: `${asked}`,
      accessPath: path,
      stat: { mode, size, nlink },
      options: options(),
    };
    ahead.put(entry as unknown as WalkEntry);
  }
  ahead.flush();
  return events;
}

const all = Array.from({ length: FILES }, (_, file) => file);

describe('entries on their way into the stream', () => {
  it('pass at once while what they hold is in the page cache', () => {
    expect(passThrough(() => false)).toEqual(all.map((file) => `save ${file}`));
  });

  it('are asked of the disk before their turn once one was not, and keep their order', () => {
    const events = passThrough(() => true);
    expect(events.filter((event) => event.startsWith('save'))).toEqual(all.map((file) => `save ${file}`));
    for (const file of all.slice(1)) {
      const inTurn = Math.max(0, file - AHEAD - 1);
      expect(events.indexOf(`ahead ${file}`)).toBeGreaterThan(events.indexOf(`save ${inTurn}`));
      expect(events.indexOf(`ahead ${file}`)).toBeLessThan(
        events.indexOf(`save ${Math.max(1, file - AHEAD)}`),
      );
    }
  });

  it('pass at once again when many in a row were in the cache', () => {
    const events = passThrough((file) => file === 0 || file > 90);
    // The 64 behind the first are asked for, in vain; the rest is not until one is cold at its turn.
    expect(events.filter((event) => event.startsWith('ahead'))).toEqual(
      all.filter((file) => file > 91).map((file) => `ahead ${file}`),
    );
  });
});

describe.runIf(native !== undefined)('a tree that is not in the page cache', () => {
  it('is saved in the order of the walk, with its links and what is gone, and stays out of the cache', () => {
    using root = temporaryDirectory();
    if (!isOnDisk(root.path)) return;
    const source = join(root.path, 'source');
    mkdirSync(source);
    const file = (number: number) => join(source, `file-${String(number).padStart(3, '0')}`);
    const set = fileSet([include([source], [options()])]);
    for (const number of all) makeCold(file(number), 5_000);
    linkSync(file(10), join(source, 'link-of-10'));
    const { records, stream, notices } = collectBackup(set);
    const paths = records.map(({ path }) => path.toString());
    expect(paths).toEqual([...all.map(file), join(source, 'link-of-10'), `${source}/`]);
    expect(records.at(-2)).toMatchObject({ linkTarget: Buffer.from(file(10)), linkFileIndex: 11 });
    expect(stream.toString('latin1').split('c'.repeat(5_000))).toHaveLength(FILES + 1);
    expect(notices).toEqual([]);
    expect(all.map((number) => cachedPages(file(number), 0, 5_000))).toEqual(all.map(() => 0));

    for (const number of all) {
      if (number % 3 === 0) rmSync(file(number));
      else makeCold(file(number), 6_000);
    }
    const batch = FileRecordBatch.encode({ records }).finish();
    const prior = new PriorState(() => ({ batch, isLast: true }));
    const after = collectBackup(set, { prior });
    expect(after.records.map(({ path }) => path.toString()).filter((path) => path.includes('file-'))).toEqual(
      all.map(file),
    );
    expect(after.records.filter(({ deleted }) => deleted)).toHaveLength(Math.ceil(FILES / 3));
  });
});
