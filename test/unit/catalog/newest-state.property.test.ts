import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeFileState, fileStatePage, openFileState } from '../../../catalog/file-state.ts';
import { browseDirectory } from '../../../catalog/directory.ts';
import type { SelectionRule } from '../../../catalog/inputs.ts';
import { FileRecordBatch } from '../../../proto/noctule/record/v1/volume_members.ts';
import type { PlanCursor } from '../../../catalog/inputs.ts';
import { restorePlanPage } from '../../../catalog/restore/page.ts';
import { closeRestorePlan, openRestorePlan } from '../../../catalog/restore/plan.ts';
import { Site, type TestFile } from './site.ts';
import { entriesOf } from '../../support/restore-entries.ts';

/**
 * A tree of files changes from backup to backup; what the catalog says of the newest state is compared with a model
 * that simply replays the records.
 */

/** Of paths, what became of them: the job that saved the newest version. A directory's path ends in '/'. */
type State = Map<string, number>;

const DIRECTORIES = ['/', '/a/', '/b/', '/a/a/', '/a/b/', '/b/a/', '/a/a/a/'];
const PATHS = DIRECTORIES.flatMap((directory) => ['a', 'b', 'b!'].map((name) => directory + name));

type Change =
  | { readonly kind: 'write'; readonly path: string }
  | { readonly kind: 'make directory'; readonly path: string }
  | { readonly kind: 'remove'; readonly path: string };

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('write' as const, 'write' as const, 'make directory' as const, 'remove' as const),
  path: fc.constantFrom(...PATHS),
});

/** Applies the change to the disk and notes what it touched. A file or directory in the way goes. */
function apply(disk: Set<string>, touched: Set<string>, { kind, path }: Change): void {
  const removeTree = (at: string) => {
    for (const there of [...disk]) {
      if (there === at || there === `${at}/` || there.startsWith(`${at}/`)) {
        disk.delete(there);
        touched.delete(there);
      }
    }
  };
  if (kind === 'remove') return removeTree(path);
  const parents = ancestors(path);
  for (const parent of [...parents, ...(kind === 'make directory' ? [`${path}/`] : [])]) {
    if (disk.has(parent)) continue;
    removeTree(parent.slice(0, -1));
    disk.add(parent);
    touched.add(parent);
  }
  if (kind === 'make directory') return;
  if (disk.has(`${path}/`)) removeTree(path);
  disk.add(path);
  touched.add(path);
}

/** Directories above, the root first. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, path.endsWith('/') ? -2 : -1);
  return parts.map((_, i) => `${parts.slice(0, i + 1).join('/')}/`);
}

function replay(state: State, jobId: number, records: readonly TestFile[]): void {
  for (const { path, deleted } of records) if (deleted) state.delete(path);
  for (const { path, deleted } of records) {
    if (deleted) continue;
    if (path.endsWith('/')) state.delete(path.slice(0, -1));
    else for (const there of [...state.keys()]) if (there.startsWith(`${path}/`)) state.delete(there);
    state.set(path, jobId);
  }
}

function select(state: State, rules: readonly SelectionRule[]): State {
  const isSelected = (path: string): boolean => {
    const own = [false, true].map((recursive) =>
      rules.findLast((r) => r.recursive === recursive && String(r.path) === path),
    );
    const nearest = own.find((rule) => rule !== undefined);
    if (nearest !== undefined) return nearest.marked;
    const above = ancestors(path).reverse();
    for (const directory of above) {
      const rule = rules.findLast((r) => r.recursive && String(r.path) === directory);
      if (rule !== undefined) return rule.marked;
    }
    return false;
  };
  const selected: State = new Map();
  for (const [path, jobId] of state) {
    if (!isSelected(path)) continue;
    selected.set(path, jobId);
    for (const parent of ancestors(path)) {
      const parentJob = state.get(parent);
      if (parentJob !== undefined) selected.set(parent, parentJob);
    }
  }
  return selected;
}

const rule: fc.Arbitrary<SelectionRule> = fc
  .record({
    path: fc.constantFrom(
      '/',
      ...PATHS,
      ...PATHS.map((path) => `${path}/`),
      ...PATHS.map((path) => `${path}/`),
    ),
    recursive: fc.boolean(),
    marked: fc.boolean(),
  })
  .map((fields) => ({ ...fields, path: Buffer.from(fields.path) }));

const scenario = fc.record({
  /** Of the Full, then of each Incremental. */
  changes: fc.array(fc.array(change, { maxLength: 8 }), { minLength: 1, maxLength: 5 }),
  /** Whether jobs note what is gone. */
  accurate: fc.boolean(),
  rules: fc.array(rule, { maxLength: 6 }),
  pageLimit: fc.integer({ min: 1, max: 7 }),
});

/** Plays the changes, with a backup after each lot. */
function run(
  site: Site,
  { changes, accurate }: { changes: Change[][]; accurate: boolean },
  firstStart: number,
) {
  const disk = new Set(['/']);
  const state: State = new Map();
  const jobIds = changes.map((lot, i) => {
    const touched = new Set(i === 0 ? ['/'] : []);
    for (const one of lot) apply(disk, touched, one);
    const saved = [...(i === 0 ? disk : touched)].sort().map((path) => ({ path, size: 1 }));
    const gone = accurate ? [...state.keys()].filter((path) => !disk.has(path)) : [];
    const files = [...saved, ...gone.map((path) => ({ path, deleted: true }))];
    const jobId = site.backup({ start: firstStart + i, level: i === 0 ? 'F' : 'I', files });
    replay(state, jobId, files);
    return jobId;
  });
  return { jobIds, state };
}

function planOf(
  site: Site,
  jobIds: readonly number[],
  rules: readonly SelectionRule[],
  limit: number,
): State {
  const { planId, files } = site.db.transaction('read', () => openRestorePlan(site.db, { jobIds, rules }));
  const plan: State = new Map();
  let count = 0;
  for (let after: PlanCursor | undefined; ;) {
    const page = restorePlanPage(site.db, { planId, limit, ...(after && { after }) });
    for (const { volSessionId, record } of entriesOf(page)) {
      plan.set(String(record.path), volSessionId);
      count++;
    }
    if (page.next === undefined) break;
    after = page.next;
  }
  closeRestorePlan(site.db, planId);
  expect(count).toBe(plan.size);
  expect(files).toBe(plan.size);
  return plan;
}

const byPath = (state: State) => [...state].sort(([a], [b]) => (a < b ? -1 : 1));

test('a restore plan holds what replaying the jobs and asking the nearest rule for each path gives', () => {
  using site = new Site();
  let start = 0;
  fc.assert(
    fc.property(scenario, (play) => {
      const { jobIds, state } = run(site, play, (start += 10));
      expect(byPath(planOf(site, jobIds, play.rules, play.pageLimit))).toEqual(
        byPath(select(state, play.rules)),
      );
      const everything = [{ path: Buffer.from('/'), recursive: true, marked: true }];
      expect(byPath(planOf(site, jobIds, everything, 100))).toEqual(byPath(state));
    }),
    { numRuns: 250 },
  );
});

test('each directory lists what replaying the jobs gives', () => {
  using site = new Site();
  let start = 0;
  fc.assert(
    fc.property(scenario, (play) => {
      const { jobIds, state } = run(site, play, (start += 10));
      for (const directory of state.keys()) {
        if (!directory.endsWith('/')) continue;
        const listed: State = new Map();
        for (let after; ;) {
          const path = Buffer.from(directory);
          const page = browseDirectory(site.db, {
            jobIds,
            path,
            limit: play.pageLimit,
            ...(after && { after }),
          });
          for (const { name, isDirectory, jobId } of page) {
            listed.set(`${directory}${String(name)}${isDirectory ? '/' : ''}`, jobId);
          }
          if (page.length < play.pageLimit) break;
          after = page.at(-1)!.name;
        }
        const children = [...state].filter(([path]) => path !== '/' && ancestors(path).at(-1) === directory);
        expect(byPath(listed)).toEqual(byPath(new Map(children)));
      }
    }),
    { numRuns: 250 },
  );
});

/** The paths of the state, in the order in which they come. */
function stateOf(site: Site, jobIds: readonly number[], limit: number): string[] {
  const stateId = openFileState(site.db, jobIds);
  const records: string[] = [];
  for (let isLast = false; !isLast;) {
    const page = site.db.transaction('read', () => fileStatePage(site.db, { stateId, limit }));
    records.push(...FileRecordBatch.decode(page.batch).records.map(({ path }) => String(path)));
    isLast = page.isLast;
  }
  closeFileState(site.db, stateId);
  return records;
}

/** A directory comes after what is in it; '/' sorts before every other byte. */
function inWalkOrder(state: State): string[] {
  const key = (path: string) =>
    path === '/' ? '\uffff' : path.replaceAll('/', '\0').replace(/\0$/, '\0\uffff');
  return [...state.keys()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

test('the state of all files comes in walk order and holds what replaying the jobs gives', () => {
  using site = new Site();
  let start = 0;
  fc.assert(
    fc.property(scenario, (play) => {
      const { jobIds, state } = run(site, play, (start += 10));
      expect(stateOf(site, jobIds, play.pageLimit)).toEqual(inWalkOrder(state));
    }),
    { numRuns: 250 },
  );
});

test('a state that is not open any more says so', () => {
  using site = new Site();
  const stateId = openFileState(site.db, [site.backup({ start: 1, files: [{ path: '/a' }] })]);
  closeFileState(site.db, stateId);
  expect(() => fileStatePage(site.db, { stateId, limit: 1 })).toThrow(
    expect.objectContaining({ code: 'CAT_PLAN_GONE' }),
  );
});
