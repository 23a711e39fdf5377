import { afterEach, expect, test, vi } from 'vitest';
import { Connection, type Parameters } from '../../../catalog/connection.ts';
import { addDurable } from '../../../catalog/durable.ts';
import { operations, type OperationName } from '../../../catalog/operations.ts';
import { openRestorePlan } from '../../../catalog/restore/plan.ts';
import { minute, recordsOf, Site } from './site.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs `ask` and gives the plan of every statement that it used, one line for each step. */
function plansOf(site: Site, ask: () => unknown): { sql: string; steps: string[] }[] {
  const asked = new Map<string, Parameters>();
  for (const method of ['get', 'all', 'run'] as const) {
    const original = Reflect.get(Connection.prototype, method) as (
      sql: string,
      parameters: Parameters,
    ) => never;
    vi.spyOn(Connection.prototype, method).mockImplementation(function (
      this: Connection,
      sql,
      parameters = {},
    ) {
      asked.set(sql, parameters);
      return original.call(this, sql, parameters);
    });
  }
  ask();
  vi.restoreAllMocks();
  return [...asked].map(([sql, parameters]) => ({
    sql,
    steps: site.db
      .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters)
      .map(({ detail }) => detail),
  }));
}

/** Steps that look at every row of a table that grows with files, jobs or messages. */
function longScans(plans: { sql: string; steps: string[] }[]): string[] {
  // The jobs asked for, the chain of a restore (json_each); constants; the tree below a directory (b); jobs that run; a window of
  // runs just read; definitions of FileSets.
  const small =
    /^SCAN ((c|asked) VIRTUAL TABLE|json_each|Asked$|FileSetVersion USING COVERING INDEX|CONSTANT ROW|\d+ CONSTANT ROW|b$|\(subquery-1\)$|JobRun USING INDEX JobRunUnfinished)/;
  return plans.flatMap(({ sql, steps }) =>
    steps.filter((step) => step.startsWith('SCAN') && !small.test(step)).map((step) => `${step} in ${sql}`),
  );
}

function siteWithJobs() {
  const site = new Site();
  const full = site.backup({
    start: 1,
    files: [{ path: '/' }, { path: '/d/' }, { path: '/d/a' }, { path: '/d/b', linkTo: '/d/a' }],
  });
  const later = site.backup({
    start: 2,
    level: 'I',
    files: [{ path: '/d/a' }, { path: '/d/c', deleted: true }],
  });
  const incomplete = site.backup({ name: 'Half', start: 3, status: 'I', files: [{ path: '/d/a' }] });
  const everything = [{ path: Buffer.from('/'), recursive: true, marked: true }];
  const { planId } = openRestorePlan(site.db, { jobIds: [full, later], rules: everything });
  return { site, full, later, incomplete, planId };
}

const QUESTIONS: { [O in OperationName]?: (context: ReturnType<typeof siteWithJobs>) => unknown[] } = {
  jobById: ({ full }) => [full],
  jobOfSession: () => [{ volSessionId: 1, volSessionTime: 1_790_000_000 }],
  setJob: ({ full }) => [full, { jobFiles: 3 }],
  endJob: ({ full }) => [
    full,
    { jobStatus: 'T', endTime: minute(1), jobFiles: 1, jobBytes: 1, readBytes: 1, jobErrors: 0 },
  ],
  failUnfinishedJobs: () => [minute(9)],
  reopenJob: ({ incomplete }) => [{ jobId: incomplete, priority: 10 }],
  keepSavedPart: ({ incomplete }) => [incomplete],
  savedLinksPage: ({ full }) => [{ jobId: full }],
  lastGoodFull: ({ site }) => [{ jobName: 'Backup', clientId: site.clientId, fileSetId: 1 }],
  lastGoodBackup: ({ site }) => [
    { jobName: 'Backup', clientId: site.clientId, fileSetId: 1, levels: ['F', 'I'] },
  ],
  lastBackupsTo: () => [{ jobName: 'Backup' }],
  lastRun: () => [{ jobName: 'Backup', type: 'B', now: minute(9) }],
  failedSince: ({ site }) => [{ jobName: 'Backup', clientId: site.clientId, fileSetId: 1, after: minute(0) }],
  anyFullForOtherFileSet: ({ site }) => [{ jobName: 'Backup', clientId: site.clientId, fileSetId: 9 }],
  restoreChain: () => [{ clientName: 'zebulon-fd', fileSetName: 'Home' }],
  fileSetsOfClient: () => ['zebulon-fd'],
  jobMedia: ({ full }) => [full],
  jobMediaPage: ({ full }) => [{ jobId: full, volumeName: 'Full-0001', after: 0, limit: 5 }],
  jobsOnVolume: () => [1],
  jobLog: ({ full }) => [full],
  appendVolumes: ({ site }) => [{ poolId: site.poolId, mediaType: 'File' }],
  purgedVolumes: ({ site }) => [{ poolId: site.poolId, mediaType: 'File' }],
  pruneCandidates: ({ site }) => [{ poolIds: [site.poolId], now: minute(9) }],
  volumeByName: () => ['Full-0001'],
  setVolume: () => [1, { volBytes: 5 }],
  filesPage: ({ full }) => [{ jobId: full, kind: 'all', limit: 2 }],
  browseDirectory: ({ full, later }) => [{ jobIds: [full, later], path: Buffer.from('/d/'), limit: 10 }],
  jobsWithFile: () => [{ clientName: 'zebulon-fd', path: Buffer.from('/d/a') }],
  findFiles: ({ full }) => [{ jobId: full, pattern: '*', limit: 10 }],
  openRestorePlan: ({ full, later }) => [
    { jobIds: [full, later], rules: [{ path: Buffer.from('/d/'), recursive: true, marked: true }] },
  ],
  restorePlanPage: ({ planId }) => [{ planId, limit: 2, after: { jobRank: 0, fileIndex: 1, nextBlock: 0 } }],
  copyPage: ({ planId }) => [{ planId, limit: 2 }],
  copiesOf: ({ full }) => [[full]],
  endCopy: ({ full, later }) => [
    { jobId: later, sourceJobId: full, jobStatus: 'T', realEndTime: minute(9), migrates: true },
  ],
  closeRestorePlan: ({ planId }) => [planId],
};

test.each(Object.keys(QUESTIONS) as OperationName[])('%s looks up what it needs by index', (name) => {
  const context = siteWithJobs();
  using site = context.site;
  const run = operations[name].run as (db: Connection, ...args: never[]) => unknown;
  const plans = plansOf(site, () => run(site.db, ...((QUESTIONS[name]?.(context) ?? []) as never[])));
  expect(plans.length).toBeGreaterThan(0);
  expect(longScans(plans)).toEqual([]);
});

test('adding what is durable looks up what it needs by index', () => {
  using site = new Site();
  const jobId = site.start({ start: 1 });
  const reports = site.reportsOf(
    recordsOf([{ path: '/a/b/c' }, { path: '/a/x', deleted: true }, { path: '/a/b/d' }]),
  );
  const plans = plansOf(site, () => {
    for (const report of reports) addDurable(site.db, { jobId, at: minute(1), ...report });
  });
  expect(plans.map(({ sql }) => sql).join()).toMatch(/FileRun[^]*DirectoryPath[^]*Volume/);
  expect(longScans(plans)).toEqual([]);
});

test('the newest backup of a series is the first row of an index, not the result of a sort', () => {
  using site = new Site();
  const series = { jobName: 'Backup', clientId: site.clientId, fileSetId: 1 };
  const [plan] = plansOf(site, () => operations.lastGoodFull.run(site.db, series));
  expect(plan?.steps[0]).toMatch(
    /SEARCH j USING INDEX GoodBackupOfFileSet \(ClientId=\? AND FileSetId=\? AND Level=\?\)/,
  );
  expect(plan?.steps.join()).not.toMatch(/TEMP B-TREE/);
});

/** The indexes by which runs of jobs are found, each with what it is asked for. */
function runsBy(site: Site, ask: () => unknown): Set<string> {
  const steps = plansOf(site, ask).flatMap((plan) => plan.steps);
  return new Set(
    steps.flatMap((step) => /^SEARCH [jl] USING (?:COVERING )?INDEX (.*)$/.exec(step)?.[1] ?? []),
  );
}

// A site must not become slower with the number of its jobs: what is behind these bounds is as long as its past.
test.each<[OperationName, string[], (context: ReturnType<typeof siteWithJobs>) => unknown[]]>([
  [
    'jobsEndedBefore',
    [
      'GoodBackupByAge (ClientId=? AND PurgedFiles=? AND JobTDate<?)',
      'OtherJobByAge (ClientId=? AND PurgedFiles=? AND JobTDate<?)',
    ],
    ({ site }) => [{ clientId: site.clientId, goodBefore: 1, othersBefore: 1, withFiles: true }],
  ],
  [
    'failedSince',
    ['OtherJobByAge (ClientId=? AND PurgedFiles=? AND JobTDate>?)'],
    ({ site }) => [{ jobName: 'Backup', clientId: site.clientId, fileSetId: 1, after: minute(0) }],
  ],
  [
    'lastGoodBackup',
    ['GoodBackupOfFileSet (ClientId=? AND FileSetId=? AND Level=?)'],
    ({ site }) => [{ jobName: 'Backup', clientId: site.clientId, fileSetId: 1, levels: ['D'] }],
  ],
  ['chainJobs', ['GoodBackupOfFileSet (ClientId=? AND FileSetId=? AND Level=?)'], ({ full }) => [[full]]],
  [
    'lastFulls',
    ['GoodBackupOfFileSet (ClientId=? AND FileSetId=? AND Level=? AND StartTime>?)'],
    ({ full }) => [[full]],
  ],
  [
    'lastRun',
    ['JobRunOfClient (ClientId=?)'],
    () => [{ clientName: 'zebulon-fd', type: 'B', now: minute(9) }],
  ],
  ['lastInitCatalogs', ['JobRunByName (Name=? AND JobId>?)'], ({ full }) => [[full]]],
  [
    'restoreChain',
    [
      'GoodBackupOfFileSet (ClientId=? AND FileSetId=? AND Level=?)',
      'GoodBackupOfFileSet (ClientId=? AND FileSetId=? AND Level=? AND StartTime>?)',
    ],
    () => [{ clientName: 'zebulon-fd', fileSetName: 'Home' }],
  ],
])('%s looks at no more of the past than it needs', (name, indexes, args) => {
  const context = siteWithJobs();
  using site = context.site;
  const run = operations[name].run as (db: Connection, ...args: never[]) => unknown;
  expect([...runsBy(site, () => run(site.db, ...(args(context) as never[])))]).toEqual(indexes);
});

test('the block of a stream offset is one lookup', () => {
  const { site, full, planId } = siteWithJobs();
  using _ = site;
  expect(full).toBe(1);
  const plans = plansOf(site, () => operations.restorePlanPage.run(site.db, { planId, limit: 9 }));
  const lookup = plans.find(({ sql }) => sql.includes('FROM BlockRun'));
  expect(lookup?.steps.filter((step) => step.includes('BlockRun'))).toEqual([
    expect.stringMatching(
      /SEARCH BlockRun USING PRIMARY KEY \(JobId=\? AND StreamOffset>\? AND StreamOffset<\?\)/,
    ),
    expect.stringMatching(
      /SEARCH BlockRun USING (PRIMARY KEY|COVERING INDEX) .*\(JobId=\? AND StreamOffset<\?\)/,
    ),
  ]);
});

test('what lies on one volume is looked up by its name, and a page of all by its number', () => {
  using site = siteWithJobs().site;
  const steps = (query: { volumeName?: string }) =>
    plansOf(site, () => operations.jobMediaPage.run(site.db, { ...query, after: 1, limit: 5 }))
      .flatMap((plan) => plan.steps)
      .join();
  expect(steps({ volumeName: 'Full-0001' })).toMatch(
    /SEARCH Volume USING COVERING INDEX .*SEARCH JobMedia USING INDEX JobMediaOfVolume/,
  );
  expect(steps({})).toMatch(/SEARCH JobMedia USING INTEGER PRIMARY KEY/);
});
