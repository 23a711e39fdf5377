import { describe, expect, test } from 'vitest';
import type { PlanCursor, RestorePlan, SelectionRule } from '../../../catalog/inputs.ts';
import { restorePlanPage } from '../../../catalog/restore/page.ts';
import { closeRestorePlan, openRestorePlan } from '../../../catalog/restore/plan.ts';
import { FileType } from '../../../proto/noctule/record/v1/file_record.ts';
import type { ReadRange } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { BLOCK_BYTES, Site, type TestFile } from './site.ts';
import { entriesOf, type RestoreEntry } from '../../support/restore-entries.ts';

const mark = (path: string, recursive = path.endsWith('/')): SelectionRule => ({
  path: Buffer.from(path, 'latin1'),
  recursive,
  marked: true,
});
const unmark = (path: string, recursive = path.endsWith('/')): SelectionRule => ({
  ...mark(path, recursive),
  marked: false,
});
const ALL = [mark('/')];

const files = (...paths: string[]): TestFile[] => paths.map((path) => ({ path, size: 10 }));

interface Restored {
  readonly plan: RestorePlan;
  readonly entries: RestoreEntry[];
  readonly ranges: ReadRange[];
  /** "JobId path", as the session's number is the JobId here. */
  readonly lines: string[];
}

function restore(site: Site, jobIds: number[], rules: SelectionRule[] = ALL, limit = 1000): Restored {
  const plan = site.db.transaction('read', () => openRestorePlan(site.db, { jobIds, rules }));
  const entries: RestoreEntry[] = [];
  const ranges: ReadRange[] = [];
  let after: PlanCursor | undefined;
  do {
    const query = { planId: plan.planId, limit, ...(after && { after }) };
    const page = restorePlanPage(site.db, query);
    const ofPage = entriesOf(page);
    expect(ofPage.length).toBeLessThanOrEqual(limit);
    entries.push(...ofPage);
    ranges.push(...page.ranges);
    after = page.next;
  } while (after !== undefined);
  closeRestorePlan(site.db, plan.planId);
  const lines = entries.map(
    ({ volSessionId, record }) => `${volSessionId} ${record.path.toString('latin1')}`,
  );
  return { plan, entries, ranges, lines };
}

describe('a restore plan', () => {
  test('takes the newest version of each path over the chain', () => {
    using site = new Site();
    const full = site.backup({ start: 1, files: files('/', '/d/', '/d/a', '/d/b', '/e/', '/e/x') });
    const differential = site.backup({ start: 2, level: 'D', files: files('/d/a', '/d/c') });
    const incremental = site.backup({ start: 3, level: 'I', files: files('/d/c') });
    const { plan, lines } = restore(site, [full, differential, incremental]);
    expect(lines).toEqual([
      `${full} /`,
      `${full} /d/`,
      `${full} /d/b`,
      `${full} /e/`,
      `${full} /e/x`,
      `${differential} /d/a`,
      `${incremental} /d/c`,
    ]);
    expect(plan).toMatchObject({ files: 7, bytes: 40 });
  });

  test('leaves out what a later job saw gone', () => {
    using site = new Site();
    const full = site.backup({ start: 1, files: files('/d/', '/d/a', '/d/b', '/d/s/', '/d/s/x') });
    const gone = ['/d/a', '/d/s/', '/d/s/x'].map((path) => ({ path, deleted: true }));
    const later = site.backup({ start: 2, level: 'I', files: gone });
    expect(restore(site, [full, later]).lines).toEqual([`${full} /d/`, `${full} /d/b`]);
  });

  test('drops a directory with all below it that a file replaced, and a file that a directory replaced', () => {
    using site = new Site();
    const full = site.backup({
      start: 1,
      files: files('/d/', '/d/x/', '/d/x/1', '/d/x/deep/', '/d/x/deep/2', '/d/y'),
    });
    const swapped = site.backup({ start: 2, level: 'I', files: files('/d/x', '/d/y/', '/d/y/3') });
    const back = site.backup({ start: 3, level: 'I', files: files('/d/x/', '/d/x/4') });
    expect(restore(site, [full, swapped]).lines).toEqual([
      `${full} /d/`,
      `${swapped} /d/x`,
      `${swapped} /d/y/`,
      `${swapped} /d/y/3`,
    ]);
    expect(restore(site, [full, swapped, back]).lines).toEqual([
      `${full} /d/`,
      `${swapped} /d/y/`,
      `${swapped} /d/y/3`,
      `${back} /d/x/`,
      `${back} /d/x/4`,
    ]);
    expect(restore(site, [full, swapped], [mark('/d/x/deep/')]).lines).toEqual([]);
    expect(restore(site, [full, swapped], [mark('/d/x/1')]).lines).toEqual([]);
  });

  test('of thousands of files in one directory, over several jobs, misses none', () => {
    using site = new Site();
    const paths = Array.from({ length: 2500 }, (_, i) => `/d/${String(i).padStart(4, '0')}`);
    const full = site.backup({ start: 1, files: files('/d/', ...paths) });
    const changed = paths.filter((_, i) => i % 4 === 0);
    const later = site.backup({ start: 2, level: 'I', files: files(...changed) });
    const expected = [
      `${full} /d/`,
      ...paths.filter((_, i) => i % 4 !== 0).map((path) => `${full} ${path}`),
      ...changed.map((path) => `${later} ${path}`),
    ];
    expect(restore(site, [full, later]).lines).toEqual(expected);
    expect(restore(site, [full, later], ALL, 333).lines).toEqual(expected);
  });

  test('carries every field of the record and the identity of its session', () => {
    using site = new Site();
    const jobId = site.backup({
      start: 1,
      files: [
        { path: '/a', size: 5000 },
        { path: '/b', size: 77 },
      ],
    });
    const { entries } = restore(site, [jobId]);
    expect(entries).toMatchObject([
      {
        volSessionId: jobId,
        volSessionTime: 1_795_000_000,
        record: { fileIndex: 1, sizeBytes: 5000, streamOffset: 0 },
      },
      {
        volSessionId: jobId,
        record: { fileIndex: 2, sizeBytes: 77, streamOffset: 1536 + 5120, streamBytes: 2048 },
      },
    ]);
    expect(entries[1]?.record).toMatchObject({ inode: 1002n, device: 65_025n, digest: Buffer.alloc(20, 7) });
  });

  test('cannot be made of jobs that are not there', () => {
    using site = new Site();
    expect(() => openRestorePlan(site.db, { jobIds: [7, 8], rules: ALL })).toThrow(
      'None of the jobs 7, 8 is in the catalog',
    );
  });

  test('that is closed gives no more pages, and can be closed again', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: files('/a') });
    const { planId } = openRestorePlan(site.db, { jobIds: [jobId], rules: ALL });
    const other = openRestorePlan(site.db, { jobIds: [jobId], rules: ALL });
    closeRestorePlan(site.db, planId);
    closeRestorePlan(site.db, planId);
    const gone = expect.objectContaining({ code: 'CAT_PLAN_GONE' }) as Error;
    expect(() => restorePlanPage(site.db, { planId, limit: 1 })).toThrow(gone);
    expect(entriesOf(restorePlanPage(site.db, { planId: other.planId, limit: 9 }))).toHaveLength(1);
  });

  test('says so when files in it were purged before they were read', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: files('/a', '/b') });
    const { planId } = openRestorePlan(site.db, { jobIds: [jobId], rules: ALL });
    site.db.run('DELETE FROM FileRun');
    expect(() => restorePlanPage(site.db, { planId, limit: 9 })).toThrow(
      /left the catalog during the restore/,
    );
  });
});

describe('the rules of a selection', () => {
  const TREE = files('/', '/h/', '/h/a/', '/h/a/1', '/h/a/s/', '/h/a/s/2', '/h/b/', '/h/b/3', '/z');
  const selected = (...rules: SelectionRule[]) => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: TREE });
    return restore(site, [jobId], rules).lines.map((line) => line.split(' ')[1]);
  };

  test('a marked directory comes with all below it and the directories above it', () => {
    expect(selected(mark('/h/a/'))).toEqual(['/', '/h/', '/h/a/', '/h/a/1', '/h/a/s/', '/h/a/s/2']);
  });

  test('a marked file comes with the directories above it and nothing else', () => {
    expect(selected(mark('/h/a/1'))).toEqual(['/', '/h/', '/h/a/', '/h/a/1']);
  });

  test('a directory marked alone comes without what is in it', () => {
    expect(selected(mark('/h/a/', false))).toEqual(['/', '/h/', '/h/a/']);
  });

  test('what is unmarked below a marked directory stays out', () => {
    expect(selected(mark('/'), unmark('/h/a/'), unmark('/z'))).toEqual(['/', '/h/', '/h/b/', '/h/b/3']);
  });

  test('what is marked again below brings back the directories on the way', () => {
    expect(selected(mark('/'), unmark('/h/'), mark('/h/a/s/'))).toEqual([
      '/',
      '/h/',
      '/h/a/',
      '/h/a/s/',
      '/h/a/s/2',
      '/z',
    ]);
  });

  test('a directory unmarked alone is left out only when nothing below is wanted', () => {
    expect(selected(mark('/h/b/'), unmark('/h/b/', false))).toEqual(['/', '/h/', '/h/b/', '/h/b/3']);
    expect(selected(mark('/h/a/s/'), unmark('/h/a/s/', false), unmark('/h/a/s/2'))).toEqual([]);
  });

  test('a rule for the entry alone outdoes one for the whole subtree, and a later rule an earlier one', () => {
    expect(selected(mark('/h/b/', false), unmark('/h/b/'))).toEqual(['/', '/h/', '/h/b/']);
    expect(selected(mark('/z'), unmark('/z'))).toEqual([]);
    expect(selected(unmark('/h/a/s/'), mark('/h/a/s/'))).toEqual([
      '/',
      '/h/',
      '/h/a/',
      '/h/a/s/',
      '/h/a/s/2',
    ]);
  });

  test('rules for what was never saved select nothing', () => {
    expect(selected(mark('/h/nothing'), mark('/none/'), mark('/h/a'), mark('/z/'))).toEqual([]);
    expect(selected()).toEqual([]);
  });

  test('everything includes drives of Windows', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: files('C:/', 'C:/Users/', 'C:/Users/bob') });
    expect(restore(site, [jobId]).lines).toHaveLength(3);
    expect(restore(site, [jobId], [mark('C:/Users/')]).lines).toHaveLength(3);
  });

  test('a directory above the FileSet, that no job saved, is not in the plan', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: files('/srv/data/', '/srv/data/x') });
    expect(restore(site, [jobId]).lines).toEqual([`${jobId} /srv/data/`, `${jobId} /srv/data/x`]);
    expect(restore(site, [jobId], [mark('/srv/')]).lines).toHaveLength(2);
  });
});

describe('hard links', () => {
  const details = (restored: Restored) =>
    restored.entries.map(({ record }) => ({
      path: String(record.path),
      type: record.type,
      ...(record.type === FileType.HARD_LINK && {
        to: String(record.linkTarget),
        index: record.linkFileIndex,
      }),
    }));
  const LINKED: TestFile[] = [
    { path: '/a', size: 9000 },
    { path: '/b', linkTo: '/a' },
    { path: '/c/' },
    { path: '/c/d', linkTo: '/a' },
  ];

  test('come after their first name and link to it', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: LINKED });
    expect(details(restore(site, [jobId]))).toEqual([
      { path: '/a', type: FileType.REGULAR },
      { path: '/b', type: FileType.HARD_LINK, to: '/a', index: 1 },
      { path: '/c/', type: FileType.DIRECTORY },
      { path: '/c/d', type: FileType.HARD_LINK, to: '/a', index: 1 },
    ]);
  });

  test('without their first name get its content, once; further links go to the first of them', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: LINKED });
    const restored = restore(site, [jobId], [mark('/'), unmark('/a')], 1);
    expect(details(restored)).toEqual([
      { path: '/b', type: FileType.REGULAR },
      { path: '/c/', type: FileType.DIRECTORY },
      { path: '/c/d', type: FileType.HARD_LINK, to: '/b', index: 1 },
    ]);
    expect(restored.entries[0]?.record).toMatchObject({
      streamOffset: 0,
      sizeBytes: 9000,
      digest: Buffer.alloc(20, 7),
    });
    expect(restored.plan).toMatchObject({ files: 3, bytes: 9000 });
  });

  test('whose first name was saved again by a later job keep the content of their own', () => {
    using site = new Site();
    const full = site.backup({ start: 1, files: LINKED.slice(0, 2) });
    const later = site.backup({ start: 2, level: 'I', files: [{ path: '/a', size: 5 }] });
    const restored = restore(site, [full, later]);
    expect(restored.lines).toEqual([`${full} /b`, `${later} /a`]);
    expect(details(restored)[0]).toEqual({ path: '/b', type: FileType.REGULAR });
    expect(restored.plan.bytes).toBe(9005);
  });

  test('of a symbolic link become that symbolic link', () => {
    using site = new Site();
    const files = [
      { path: '/s', type: FileType.SYMLINK },
      { path: '/t', linkTo: '/s' },
    ];
    const jobId = site.backup({ start: 1, files });
    expect(details(restore(site, [jobId], [mark('/t')]))).toEqual([{ path: '/t', type: FileType.SYMLINK }]);
  });

  test('without any record of their first name stay as they are', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: [{ path: '/b', linkTo: '/never' }] });
    expect(details(restore(site, [jobId]))).toEqual([
      { path: '/b', type: FileType.HARD_LINK, to: '/never', index: 0 },
    ]);
  });
});

describe('the blocks of a plan', () => {
  /** Bytes of the stream that a list of ranges gives. */
  const covered = (ranges: ReadRange[], jobId: number) =>
    ranges
      .filter(({ volSessionId }) => volSessionId === jobId)
      .flatMap(({ firstBlock, blockCount }) => Array.from({ length: blockCount }, (_, i) => firstBlock + i));

  const TREE = Array.from({ length: 30 }, (_, i) => ({
    path: `/f${String(i).padStart(2, '0')}`,
    size: (i * 977) % 7000,
  }));

  test.each([1, 2, 5, 1000])(
    'cover each file, in order, never the same block twice, with pages of %i',
    (limit) => {
      using site = new Site();
      const full = site.backup({ start: 1, files: TREE, blocksPerVolume: 7 });
      const later = site.backup({
        start: 2,
        level: 'I',
        files: TREE.filter((_, i) => i % 5 === 0),
        blocksPerVolume: 2,
      });
      const rules = TREE.filter((_, i) => i % 3 !== 1).map(({ path }) => mark(path));
      const { entries, ranges } = restore(site, [full, later], rules, limit);
      for (const jobId of [full, later]) {
        const blocks = covered(ranges, jobId);
        expect(blocks).toEqual([...new Set(blocks)].sort((a, b) => a - b));
        const wanted = new Set<number>();
        for (const { record } of entries.filter(({ volSessionId }) => volSessionId === jobId)) {
          const { streamOffset, streamBytes } = record;
          const last = Math.floor((streamOffset + streamBytes - 1) / BLOCK_BYTES);
          for (let block = Math.floor(streamOffset / BLOCK_BYTES); block <= last; block++) wanted.add(block);
        }
        expect(new Set(blocks)).toEqual(wanted);
      }
    },
  );

  test('of a whole job on one volume are one range', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: TREE });
    const { ranges } = restore(site, [jobId]);
    expect(ranges).toMatchObject([
      { volumeName: 'Full-0001', volSessionId: jobId, volumeOffset: 300, firstBlock: 0 },
    ]);
  });

  test('lie on the volumes that the plan names, and no others', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: TREE, blocksPerVolume: 4 });
    for (const { path } of TREE) {
      const { plan, ranges } = restore(site, [jobId], [mark(path)]);
      const names = new Set(ranges.map(({ volumeName }) => volumeName));
      expect(plan.volumes.map(({ volumeName }) => volumeName)).toEqual([...names]);
      expect(plan.volumes[0]).toMatchObject({ mediaType: 'File', storageId: site.storageId });
    }
  });

  test.each([1, 3, 1000])('come in parts, one for each stretch on a volume, in pages of %i', (limit) => {
    using site = new Site();
    const full = site.backup({ start: 1, files: TREE, blocksPerVolume: 4 });
    const later = site.backup({ start: 2, level: 'I', files: TREE.slice(2, 5), blocksPerVolume: 2 });
    const whole = restore(site, [full, later]);
    const { planId, stretches } = openRestorePlan(site.db, { jobIds: [full, later], rules: ALL });
    expect(stretches.length).toBeGreaterThan(3);
    let after: PlanCursor | undefined;
    const entries: RestoreEntry[] = [];
    const ranges: ReadRange[] = [];
    stretches.forEach((stretch, i) => {
      const until = stretches[i + 1];
      for (let isOver = false; !isOver;) {
        const query = { planId, limit, ...(after && { after }), ...(until && { until }) };
        const page = restorePlanPage(site.db, query);
        const ofPage = entriesOf(page);
        for (const { volSessionId, record } of ofPage) {
          const begins = [volSessionId, record.streamOffset] as const;
          expect(begins[0]).toBe(stretch.volSessionId);
          expect(begins[1]).toBeGreaterThanOrEqual(stretch.streamOffset);
          if (until?.volSessionId === volSessionId) expect(begins[1]).toBeLessThan(until.streamOffset);
        }
        entries.push(...ofPage);
        ranges.push(...page.ranges);
        isOver = page.next === undefined || page.isUntil;
        expect(page.isUntil).toBe(isOver && until !== undefined);
        after = page.next;
      }
    });
    expect(entries).toEqual(whole.entries);
    const blocks = (all: ReadRange[]) =>
      all.flatMap(({ volumeName, volSessionId, firstBlock, blockCount }) =>
        Array.from({ length: blockCount }, (_, i) => [volumeName, volSessionId, firstBlock + i].join()),
      );
    expect(blocks(ranges)).toEqual(blocks(whole.ranges));
    const volumeNames = Map.groupBy(ranges, ({ volSessionId }) => volSessionId);
    for (const [sessionId, ofSession] of volumeNames) {
      const named = stretches.filter(({ volSessionId }) => volSessionId === sessionId);
      expect([...new Set(ofSession.map(({ volumeName }) => volumeName))]).toEqual(
        named.map(({ volumeName }) => volumeName),
      );
    }
  });
});
