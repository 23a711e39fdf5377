import { expect, test } from 'vitest';
import { copiesOf, endCopy, jobsToCopy, leaveVolumes } from '../../../catalog/copies.ts';
import { filesPage } from '../../../catalog/files.ts';
import { decodeFilesPage } from '../../../catalog/receivers.ts';
import type { CopyCursor } from '../../../catalog/inputs.ts';
import { createJob, endJob, jobById, setJob } from '../../../catalog/jobs.ts';
import { lastGoodFull } from '../../../catalog/levels.ts';
import { deleteJobs } from '../../../catalog/removal.ts';
import { syncPool } from '../../../catalog/resources.ts';
import { copyPage } from '../../../catalog/restore/copy-page.ts';
import { openRestorePlan } from '../../../catalog/restore/plan.ts';
import type { FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { RecordsContent } from '../../../proto/noctule/record/v1/volume_members.ts';
import type { StreamStretch } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { unpackRecords } from '../../../volume/record-batch.ts';
import { minute, POOL, Site, type TestFile } from './site.ts';

const EVERYTHING = [{ path: Buffer.from('/'), recursive: true, marked: true }];

function copied(site: Site, jobIds: readonly number[], limit = 2) {
  const { planId } = openRestorePlan(site.db, { jobIds, rules: EVERYTHING });
  const records: FileRecord[] = [];
  const stretches: StreamStretch[] = [];
  let files = 0;
  let contentBytes = 0;
  let after: CopyCursor | undefined;
  do {
    const page = copyPage(site.db, { planId, limit, ...(after && { after }) });
    for (const member of page.records) records.push(...unpackRecords(RecordsContent.decode(member)));
    stretches.push(...page.stretches);
    files += page.files;
    contentBytes += page.contentBytes;
    after = page.next;
  } while (after);
  return { records, stretches, files, contentBytes };
}

const named = ({ path, fileIndex }: FileRecord) => `${fileIndex} ${path.toString('latin1')}`;

test('a copy of one job has the same records, deleted files too', () => {
  using site = new Site();
  const files: TestFile[] = [
    { path: '/' },
    { path: '/a', size: 9000 },
    { path: '/b', linkTo: '/a' },
    { path: '/c\xff', size: 1 },
    { path: '/gone', deleted: true },
    { path: '/gone too', deleted: true },
    { path: '/gone as well', deleted: true },
  ];
  const jobId = site.backup({ start: 1, level: 'I', files });
  const { files: original } = decodeFilesPage(filesPage(site.db, { jobId, kind: 'all', limit: 100 }));
  const rest = decodeFilesPage(
    filesPage(site.db, { jobId, kind: 'all', limit: 100, after: { deleted: true, position: 0 } }),
  ).files;
  const copy = copied(site, [jobId]);
  expect(copy.records).toEqual([...original, ...rest]);
  expect(copy).toMatchObject({ files: 4, contentBytes: 9001 });
});

test('jobs laid over each other are one stream, with indexes, places and links of its own', () => {
  using site = new Site();
  const full = site.backup({
    start: 1,
    files: [
      { path: '/' },
      { path: '/old', size: 600 },
      { path: '/first', size: 5000 },
      { path: '/kept', size: 100 },
      { path: '/link', linkTo: '/first' },
    ],
  });
  const later = site.backup({
    start: 2,
    level: 'I',
    files: [
      { path: '/' },
      { path: '/new', size: 700 },
      { path: '/x', linkTo: '/new' },
      { path: '/old', deleted: true },
    ],
  });
  const { records, stretches, files } = copied(site, [full, later]);
  expect(records.map(named)).toEqual(['1 /first', '2 /kept', '3 /link', '4 /', '5 /new', '6 /x']);
  expect(records.map(({ linkFileIndex }) => linkFileIndex)).toEqual([0, 0, 1, 0, 0, 5]);
  let end = 0;
  for (const record of records) {
    expect(record.streamOffset).toBe(end);
    end += record.streamBytes;
  }
  expect(stretches.reduce((sum, { streamBytes }) => sum + streamBytes, 0)).toBe(end);
  expect(files).toBe(6);
});

test('a hard link whose first name is gone is copied as a file', () => {
  using site = new Site();
  const full = site.backup({
    start: 1,
    files: [
      { path: '/a', size: 5000 },
      { path: '/b', linkTo: '/a' },
      { path: '/c', linkTo: '/a' },
    ],
  });
  const later = site.backup({ start: 2, level: 'I', files: [{ path: '/a', deleted: true }] });
  const { records } = copied(site, [full, later]);
  expect(
    records.map(({ path, linkTarget, linkFileIndex }) => [String(path), String(linkTarget), linkFileIndex]),
  ).toEqual([
    ['/b', '', 0],
    ['/c', '/b', 1],
  ]);
});

const A_FILE = [{ path: '/a', size: 9000 }];

/** A whole copy, without blocks. */
function copyOf(
  site: Site,
  sourceJobId: number,
  options: { migrates?: boolean; status?: string } = {},
): number {
  const source = jobById(site.db, sourceJobId)!;
  const jobId = createJob(site.db, {
    job: `${source.job}.copy.${Math.random()}`,
    name: source.name,
    type: 'C',
    level: source.level,
    clientId: source.clientId,
    poolId: source.poolId,
    fileSetId: source.fileSetId,
    schedTime: minute(50),
    status: 'R',
  });
  setJob(site.db, jobId, { priorJobId: sourceJobId, startTime: minute(50) });
  if (options.status) {
    const sums = { jobFiles: 0, jobBytes: 0, readBytes: 0, jobErrors: 1 };
    endJob(site.db, jobId, { jobStatus: options.status, endTime: minute(51), ...sums });
  } else {
    const migrates = options.migrates ?? false;
    endCopy(site.db, { jobId, sourceJobId, jobStatus: 'T', realEndTime: minute(51), migrates });
  }
  return jobId;
}

test('a copy has the times and sums of its original, and counts for nothing', () => {
  using site = new Site();
  const full = site.backup({ start: 1, files: A_FILE });
  const copy = copyOf(site, full);
  const { startTime, endTime, jobTDate, jobFiles, jobBytes, readBytes } = jobById(site.db, full)!;
  expect(jobById(site.db, copy)).toMatchObject({
    ...{ startTime, endTime, jobTDate, jobFiles, jobBytes, readBytes },
    type: 'C',
    priorJobId: full,
    realEndTime: minute(51),
  });
  const series = { jobName: 'Backup', clientId: site.clientId, fileSetId: site.fileSet() };
  expect(lastGoodFull(site.db, series)?.jobId).toBe(full);
  expect(copiesOf(site.db)).toMatchObject([{ jobId: full, copyJobId: copy }]);
  expect(copiesOf(site.db, [copy])).toEqual([]);
});

test('PoolUncopiedJobs: all good backup jobs (type B, T/W, bytes > 0) in the pool', () => {
  using site = new Site();
  const good = ['T', 'W'].map((status, i) => site.backup({ start: i + 1, status, files: A_FILE }));
  for (const status of 'fEeAI') site.backup({ start: 5, status, files: A_FILE });
  site.start({ start: 6 });
  const { poolId } = syncPool(site.db, { ...POOL, name: 'Another' });
  for (const change of ['JobBytes = 0', "Type = 'V'", `PoolId = ${poolId}`]) {
    const jobId = site.backup({ start: 7, files: A_FILE });
    site.db.run(`UPDATE JobRun SET ${change} WHERE JobId = :jobId`, { jobId });
  }
  const found = jobsToCopy(site.db, { poolId: site.poolId, uncopied: true });
  expect(found.map(({ jobId }) => jobId)).toEqual(good);
});

test('backups that have a copy, or get one now, are not to be copied; those whose copy failed are', () => {
  using site = new Site();
  const [first, second, third] = [1, 2, 3].map((start) => site.backup({ start, files: A_FILE }));
  site.backup({ start: 4, files: A_FILE, status: 'f' });
  copyOf(site, first!);
  copyOf(site, second!, { status: 'f' });
  const ids = (uncopied: boolean) =>
    jobsToCopy(site.db, { poolId: site.poolId, uncopied }).map(({ jobId }) => jobId);
  expect(ids(false)).toEqual([first, second, third]);
  expect(ids(true)).toEqual([second, third]);
});

test('the oldest copy of a backup takes its place when it goes; the others are copies of that', () => {
  using site = new Site();
  const full = site.backup({ start: 1, files: A_FILE });
  copyOf(site, full, { status: 'f' });
  const oldest = copyOf(site, full);
  const other = copyOf(site, full);
  expect(deleteJobs(site.db, { jobIds: [full], inUse: [] }).promoted).toEqual([oldest]);
  expect(jobById(site.db, oldest)?.type).toBe('B');
  expect(jobById(site.db, other)).toMatchObject({ type: 'C', priorJobId: oldest });
});

test('a migrated backup stays as a record without files, and leaves its volumes when told to', () => {
  using site = new Site();
  const full = site.backup({ start: 1, files: A_FILE });
  const copy = copyOf(site, full);
  expect(site.db.value('SELECT count(*) FROM FileRun WHERE JobId = :full', { full })).toBe(1);
  const moved = copyOf(site, full, { migrates: true });
  expect(jobById(site.db, full)).toMatchObject({ type: 'M', purgedFiles: true });
  expect(site.db.value('SELECT count(*) FROM FileRun WHERE JobId = :full', { full })).toBe(0);
  expect(jobById(site.db, moved)).toMatchObject({ type: 'B', jobStatus: 'T' });
  expect(jobById(site.db, copy)).toMatchObject({ type: 'C', priorJobId: moved });
  const [volume] = leaveVolumes(site.db, { jobId: full, inUse: [] });
  expect(volume).toMatchObject({ volumeName: 'Full-0001', volStatus: 'Purged' });
});
