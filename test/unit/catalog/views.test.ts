import { expect, test } from 'vitest';
import { appendEvent, appendLog } from '../../../catalog/log.ts';
import { baculaBase64 } from '../../../catalog/lstat.ts';
import { sql } from '../../../catalog/sql-query.ts';
import { formatDateTime } from '../../../text/civil-time.ts';
import { minute, Site } from './site.ts';

const rows = (site: Site, query: string) => {
  const { columns, rows } = sql(site.db, { query });
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
};

/** Columns that a report written for Bacula may name. */
const BACULA_COLUMNS = {
  Job: 'JobId Job Name Type Level ClientId JobStatus SchedTime StartTime EndTime RealEndTime JobTDate VolSessionId VolSessionTime JobFiles JobBytes ReadBytes JobErrors JobMissingFiles PoolId FileSetId PriorJobId PriorJob PurgedFiles HasBase HasCache Reviewed Comment',
  File: 'FileId FileIndex JobId PathId Filename DeltaSeq MarkId LStat MD5',
  Path: 'PathId Path',
  JobMedia: 'JobMediaId JobId MediaId FirstIndex LastIndex StartFile EndFile StartBlock EndBlock VolIndex',
  Media:
    'MediaId VolumeName Slot PoolId MediaType MediaTypeId LabelType FirstWritten LastWritten LabelDate VolJobs VolFiles VolBlocks VolMounts VolBytes VolABytes VolParts VolErrors VolWrites VolCapacityBytes VolStatus Enabled Recycle ActionOnPurge CacheRetention VolRetention VolUseDuration MaxVolJobs MaxVolFiles MaxVolBytes InChanger StorageId DeviceId EndFile EndBlock LocationId RecycleCount InitialWrite ScratchPoolId RecyclePoolId Comment',
  Pool: 'PoolId Name NumVols MaxVols UseOnce UseCatalog AcceptAnyVolume VolRetention VolUseDuration MaxVolJobs MaxVolFiles MaxVolBytes AutoPrune Recycle ActionOnPurge PoolType LabelType LabelFormat Enabled ScratchPoolId RecyclePoolId NextPoolId MigrationHighBytes MigrationLowBytes MigrationTime',
  Client: 'ClientId Name Uname AutoPrune FileRetention JobRetention',
  FileSet: 'FileSetId FileSet MD5 CreateTime',
  Storage: 'StorageId Name AutoChanger',
  Log: 'LogId JobId Time LogText',
  Events:
    'EventsId EventsCode EventsType EventsTime EventsInsertTime EventsDaemon EventsSource EventsRef EventsText',
  Version: 'VersionId',
};

test.each(Object.entries(BACULA_COLUMNS))('%s has the columns that Bacula has', (table, columns) => {
  using site = new Site();
  expect(sql(site.db, { query: `SELECT * FROM ${table}` }).columns).toEqual(
    expect.arrayContaining(columns.split(' ')),
  );
});

test('numbers in LStat are positional, most significant digit first', () => {
  expect(baculaBase64(0)).toBe('A');
  expect(baculaBase64(63)).toBe('/');
  expect(baculaBase64(64)).toBe('BA');
  expect(baculaBase64(0o100644)).toBe('IGk');
  expect(baculaBase64(-86_400)).toBe('-VGA');
  expect(baculaBase64(2n ** 64n - 1n)).toBe('P//////////');
});

test('a query over File and Path gives whole names, attributes and digests', () => {
  using site = new Site();
  const jobId = site.backup({
    start: 1,
    files: [{ path: '/etc/' }, { path: '/etc/fstab', size: 300 }, { path: '/etc/gone', deleted: true }],
  });
  const found = rows(
    site,
    `SELECT FileIndex, Path || Filename AS Name, LStat, MD5 FROM File JOIN Path USING (PathId) WHERE JobId = ${jobId}`,
  );
  // 20 bytes of 7: 27 digits of base 64, no padding.
  const MD5 = Buffer.alloc(20, 7).toString('base64').slice(0, 27);
  expect(found).toEqual([
    { FileIndex: 1, Name: '/etc/', LStat: 'P4B Pp EHt B Po Po A A BAA A BlU/EA BlU/EA BlU/Fk A A A', MD5 },
    {
      FileIndex: 2,
      Name: '/etc/fstab',
      LStat: 'P4B Pq IGk B Po Po A Es BAA B BlU/EA BlU/EA BlU/Fk A A A',
      MD5,
    },
    {
      FileIndex: 0,
      Name: '/etc/gone',
      LStat: 'P4B Pq IGk B Po Po A A BAA A BlU/EA BlU/EA BlU/Fk A A A',
      MD5,
    },
  ]);
});

test('times are civil times of the Director, as text', () => {
  using site = new Site();
  const jobId = site.backup({ start: 1 });
  appendLog(site.db, [{ jobId, time: minute(2), text: 'x' }]);
  appendEvent(site.db, {
    code: 'DJ0001',
    type: 'job',
    time: minute(3),
    daemon: 'dir',
    source: 'bob',
    text: 'run',
  });
  expect(rows(site, 'SELECT StartTime, SchedTime FROM Job')).toEqual([
    { StartTime: formatDateTime(minute(1)), SchedTime: formatDateTime(minute(1)) },
  ]);
  expect(rows(site, 'SELECT Time, LogText FROM Log')).toEqual([
    { Time: formatDateTime(minute(2)), LogText: 'x' },
  ]);
  expect(rows(site, 'SELECT EventsTime, EventsCode FROM Events')).toEqual([
    { EventsTime: formatDateTime(minute(3)), EventsCode: 'DJ0001' },
  ]);
  expect(rows(site, 'SELECT FirstWritten FROM Media')).toEqual([{ FirstWritten: null }]);
});

test('a pool shows how many volumes it has', () => {
  using site = new Site();
  site.volume();
  site.volume();
  expect(rows(site, 'SELECT Name, NumVols FROM Pool')).toEqual([{ Name: 'A-Full-Pool', NumVols: 2 }]);
});

test.each([
  'DELETE FROM JobRun',
  'UPDATE JobRun SET Name = 1',
  'PRAGMA writable_schema = 1',
  `ATTACH '/tmp/x' AS x`,
  'VACUUM',
  '',
  '-- only a comment',
  'SELECT 1; DELETE FROM JobRun',
  'SELECT FROM WHERE',
  'SELECT * FROM NoSuchTable',
  'SELECT :parameter',
])('the query %j is refused with a sentence', (query) => {
  using site = new Site();
  expect(() => sql(site.db, { query })).toThrow(expect.objectContaining({ code: 'CAT_QUERY' }));
});

test('a query may begin with comments, and gives text for bytes and for very large numbers', () => {
  using site = new Site();
  const query = `-- how many\n/* all */ SELECT x'616263' AS a, 9007199254740993 AS b, 1.5 AS c, NULL AS d, 7 AS e;`;
  expect(sql(site.db, { query })).toEqual({
    columns: ['a', 'b', 'c', 'd', 'e'],
    rows: [['abc', '9007199254740993', 1.5, null, 7]],
  });
});

test('an answer without end is cut off with a sentence', () => {
  using site = new Site();
  const query = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
  expect(() => sql(site.db, { query })).toThrow(/more than 100000 rows/);
});
