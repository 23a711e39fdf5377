import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chainOf } from '../../../catalog/chain.ts';
import { findPathId } from '../../../catalog/directory-paths.ts';
import { directoryWindows } from '../../../catalog/directory-state.ts';
import { RUNS_MAX } from '../../../catalog/file-runs.ts';
import { Site, type TestFile } from './site.ts';

/** Names of one directory, as many as make it a large one when each is a run of its own. */
const NAMES = namesFor(RUNS_MAX + 40);

function namesFor(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${String(index).padStart(3, '0')}`);
}

interface Job {
  readonly saved: readonly string[];
  readonly gone: readonly string[];
  /** Earlier versions could save a File entry behind the other names. */
  readonly order: 'in order' | 'shuffled';
}

const job: fc.Arbitrary<Job> = fc.record({
  saved: fc.shuffledSubarray(NAMES, { minLength: 20 }),
  gone: fc.subarray(NAMES, { maxLength: 10 }),
  order: fc.constantFrom('in order', 'in order', 'shuffled'),
});

/** Each file in the directory is followed by one elsewhere, so that each is a run of its own. */
function filesOf({ saved, gone, order }: Job): TestFile[] {
  const names = order === 'in order' ? saved.toSorted() : saved;
  return [
    ...names.flatMap((name) => [{ path: `/d/${name}` }, { path: `/elsewhere/${name}` }]),
    ...gone.map((name) => ({ path: `/d/${name}`, deleted: true })),
  ];
}

/** By name the rank of the newest job that has it, unless it was gone after that. */
function slowMerge(jobs: readonly Job[]): [string, number][] {
  const newest = new Map<string, number>();
  jobs.forEach(({ saved, gone }, rank) => {
    for (const name of gone) newest.delete(name);
    for (const name of saved) newest.set(name, rank);
  });
  return [...newest].sort(([a], [b]) => (a < b ? -1 : 1));
}

test('windows of a large directory hold each name once, in order, as its newest job has it', () => {
  using site = new Site();
  let start = 0;
  fc.assert(
    fc.property(
      fc.array(job, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 50 }),
      (jobs, names) => {
        const jobIds = jobs.map((one) => site.backup({ start: ++start, files: filesOf(one) }));
        const pathId = findPathId(site.db, Buffer.from('/d/')) ?? 0;
        const windows = [...directoryWindows(site.db, chainOf(site.db, jobIds), pathId, { names })];
        const found = windows.flatMap(({ entries }) => entries.map(({ base, jobRank }) => [base, jobRank]));
        expect(found).toEqual(slowMerge(jobs));
        // Pages further on, for which it is known by now where the runs begin.
        for (const after of [NAMES[0]!, NAMES[37]!, `${NAMES[50]}x`, NAMES.at(-1)!]) {
          const page = [...directoryWindows(site.db, chainOf(site.db, jobIds), pathId, { names, after })];
          const rest = page.flatMap(({ entries }) => entries.map(({ base, jobRank }) => [base, jobRank]));
          expect(rest).toEqual(slowMerge(jobs).filter(([name]) => name > after));
        }
        expect(Math.max(...windows.map(({ entries }) => entries.length))).toBeLessThanOrEqual(2 * names);
      },
    ),
    { numRuns: 100 },
  );
});

test('a large directory that was saved in order is unpacked about twice, not once for each window', () => {
  using site = new Site();
  const saved = namesFor(10 * RUNS_MAX);
  const files = filesOf({ saved, gone: [], order: 'in order' });
  const chain = chainOf(site.db, [site.backup({ start: 1, files })]);
  const pathId = findPathId(site.db, Buffer.from('/d/')) ?? 0;
  let runs = 0;
  const counting = Object.create(site.db, {
    all: {
      value: (sql: string, parameters: Record<string, unknown>) => {
        const rows = site.db.all<{ entries?: Buffer }>(sql, parameters as never);
        runs += rows.filter(({ entries }) => entries !== undefined).length;
        return rows;
      },
    },
  }) as typeof site.db;
  const windows = [...directoryWindows(counting, chain, pathId, { names: 30 })];
  expect(windows.length).toBeGreaterThan(5);
  // Runs come from the database by the page, and the last page of a window is not gone through to its end.
  expect(runs).toBeLessThanOrEqual(saved.length + windows.length * RUNS_MAX);
});
