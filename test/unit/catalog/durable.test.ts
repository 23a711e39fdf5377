import { describe, expect, test } from 'vitest';
import { locateBlocks } from '../../../catalog/block-runs.ts';
import { addDurable } from '../../../catalog/durable.ts';
import { filesPage, jobsWithFile } from '../../../catalog/files.ts';
import { decodeFilesPage } from '../../../catalog/receivers.ts';
import type { FilesCursor, FilesQuery } from '../../../catalog/inputs.ts';
import { jobMedia, jobMediaPage } from '../../../catalog/job-media.ts';
import { volumeByName } from '../../../catalog/volumes.ts';
import type { FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import type { Durable } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { BLOCK_BYTES, minute, recordsMember, recordsOf, Site, type TestFile } from './site.ts';

const TREE: TestFile[] = [
  { path: '/home/' },
  { path: '/home/bob/' },
  { path: '/home/bob/.profile', size: 807 },
  { path: '/home/bob/photos/' },
  { path: '/home/bob/photos/1.jpg', size: 9_000 },
  { path: '/home/bob/photos/2.jpg', size: 5_000 },
  { path: '/home/bob/readme', size: 1 },
  { path: '/home/bob/\xff odd \n', size: 3 },
];

function allFiles(site: Site, query: Omit<FilesQuery, 'after'>): FileRecord[] {
  const files: FileRecord[] = [];
  let after: FilesCursor | undefined;
  do {
    const page = decodeFilesPage(filesPage(site.db, { ...query, ...(after && { after }) }));
    expect(page.files.length).toBeLessThanOrEqual(query.limit);
    files.push(...page.files);
    after = page.next;
  } while (after !== undefined);
  return files;
}

function refusal(report: () => void): unknown {
  try {
    report();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('what a storage daemon reports as durable', () => {
  test.each([1, 3, 100])(
    'comes back as the same file records in the order of the stream, %i at a time',
    (limit) => {
      using site = new Site();
      const records = recordsOf(TREE);
      const jobId = site.backup({ start: 1, files: TREE });
      expect(allFiles(site, { jobId, limit })).toEqual(records);
    },
  );

  test('of a directory behind its files leaves no note that the job did not save it', () => {
    using site = new Site();
    const inside = Array.from({ length: 40 }, (_, i) => ({ path: `/top/d/${i}`, size: BLOCK_BYTES }));
    const jobId = site.start({ start: 1 });
    const reports = site.reportsOf(recordsOf([...inside, { path: '/top/d/' }, { path: '/top/e/f' }]));
    const implied = () =>
      site.db
        .all<{ Name: Buffer }>('SELECT Name FROM ImpliedDirectory JOIN DirectoryPath USING (PathId)')
        .map(({ Name }) => String(Name))
        .sort();
    const seen = reports.map((report) => {
      site.db.transaction('write', () => addDurable(site.db, { jobId, at: minute(1), ...report }));
      return implied();
    });
    expect(seen[0]).toEqual(['/', 'd/', 'top/']);
    expect(seen.at(-1)).toEqual(['/', 'e/', 'top/']);
  });

  test('keeps notes of deleted files apart from the saved ones', () => {
    using site = new Site();
    const files = [
      { path: '/a' },
      { path: '/gone', deleted: true },
      { path: '/b' },
      { path: '/old/', deleted: true },
    ];
    const [a, gone, b, old] = recordsOf(files);
    const jobId = site.backup({ start: 1, files });
    expect(allFiles(site, { jobId, limit: 1 })).toEqual([a, b]);
    expect(allFiles(site, { jobId, limit: 1, kind: 'deleted' })).toEqual([gone, old]);
    expect(allFiles(site, { jobId, limit: 3, kind: 'all' })).toEqual([a, b, gone, old]);
  });

  test('makes one JobMedia row for each volume and lets the volume grow', () => {
    using site = new Site();
    const reports = site.reportsOf(recordsOf(TREE), 4);
    const jobId = site.start({ start: 1 });
    reports.forEach((report, i) => addDurable(site.db, { jobId, at: minute(10 + i), ...report }));

    const rows = jobMedia(site.db, jobId);
    expect(rows.map(({ volumeName, volIndex }) => [volumeName, volIndex])).toEqual([
      ['Full-0001', 1],
      ['Full-0002', 2],
    ]);
    const [first, second] = rows;
    expect(first).toMatchObject({ firstIndex: 1, startFile: 0, startBlock: 300, endFile: 0 });
    expect(second).toMatchObject({ lastIndex: TREE.length, startBlock: 300 });
    expect(second!.firstIndex).toBe(first!.lastIndex + 1);
    const pages = { after: 0, limit: 1 };
    expect(jobMediaPage(site.db, pages)).toEqual({ rows: [first], next: first!.jobMediaId });
    expect(jobMediaPage(site.db, { ...pages, after: first!.jobMediaId, limit: 9 })).toEqual({
      rows: [second],
    });
    expect(jobMediaPage(site.db, { volumeName: 'Full-0002', after: 0, limit: 9 })).toEqual({
      rows: [second],
    });
    expect(jobMediaPage(site.db, { jobId, volumeName: 'Full-0009', after: 0, limit: 9 })).toEqual({
      rows: [],
    });

    const lastOnFirst = reports.filter(({ durable }) => durable.volumeName === 'Full-0001').at(-1)!.durable;
    expect(volumeByName(site.db, 'Full-0001')).toMatchObject({
      volBytes: lastOnFirst.volumeBytes,
      volBlocks: 4,
      firstWritten: minute(10),
      lastWritten: minute(11),
    });
  });

  test('splits addresses beyond 4 GiB as Bacula does', () => {
    using site = new Site();
    const [report] = site.reportsOf(recordsOf([{ path: '/a' }]));
    const jobId = site.start({ start: 1 });
    const blocks = { ...report!.durable.blocks!, volumeOffset: 3 * 2 ** 32 + 5 };
    addDurable(site.db, {
      jobId,
      mediaId: report!.mediaId,
      at: minute(1),
      durable: { ...report!.durable, blocks },
    });
    expect(jobMedia(site.db, jobId)).toMatchObject([{ startFile: 3, startBlock: 5, endFile: 3 }]);
  });

  test('counts a volume that only got records', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: [{ path: '/gone', deleted: true }] });
    expect(jobMedia(site.db, jobId)).toHaveLength(1);
  });

  test('tells in which block of which volume each byte of the stream lies', () => {
    using site = new Site();
    const reports = site.reportsOf(recordsOf(TREE), 4);
    const jobId = site.start({ start: 1 });
    const expected: {
      volumeName: string;
      volumeOffset: number;
      firstBlock: number;
      start: number;
      end: number;
    }[] = [];
    for (const report of reports) {
      addDurable(site.db, { jobId, at: minute(1), ...report });
      const { firstBlock, streamOffset, volumeOffset, memberBytes, contentBytes, gapBytes } =
        report.durable.blocks!;
      let [start, offset] = [streamOffset, volumeOffset];
      memberBytes.forEach((bytes, i) => {
        offset += gapBytes[i]!;
        const end = start + contentBytes[i]!;
        const { volumeName } = report.durable;
        expected.push({ volumeName, volumeOffset: offset, firstBlock: firstBlock + i, start, end });
        offset += bytes;
        start = end;
      });
    }
    for (const { start, end, ...block } of expected) {
      const found = locateBlocks(site.db, jobId, { start: end - 512, end, fromBlock: 0 });
      expect(found).toEqual([{ ...block, blockCount: 1, endsAtBreak: false }]);
      expect(locateBlocks(site.db, jobId, { start, end, fromBlock: block.firstBlock + 1 })).toEqual([]);
    }
    const whole = locateBlocks(site.db, jobId, { start: 0, end: expected.at(-1)!.end, fromBlock: 0 });
    expect(whole.map(({ firstBlock, blockCount }) => [firstBlock, blockCount])).toEqual([
      [0, 4],
      [4, expected.length - 4],
    ]);
    expect(
      refusal(() => locateBlocks(site.db, jobId, { start: 0, end: 10 ** 9, fromBlock: 0 })),
    ).toMatchObject({
      code: 'CAT_DAMAGED',
    });
  });
});

describe('a report that cannot be right', () => {
  const wrongs: [string, (durable: Durable) => Durable, RegExp][] = [
    [
      'of another volume',
      (d) => ({ ...d, volumeName: 'Full-9999' }),
      /volume 1 is "Full-0001", not "Full-9999"/,
    ],
    [
      'with a block left out',
      (d) => ({ ...d, blocks: { ...d.blocks!, firstBlock: 5 } }),
      /block 5 .* does not follow/,
    ],
    [
      'with bytes left out',
      (d) => ({ ...d, blocks: { ...d.blocks!, streamOffset: 512 } }),
      /does not follow/,
    ],
    [
      'with sizes for fewer blocks',
      (d) => ({ ...d, blocks: { ...d.blocks!, contentBytes: [] } }),
      /another number of blocks/,
    ],
    ['with damaged records', (d) => ({ ...d, records: [Buffer.from('nonsense')] }), /cannot be right/],
    [
      'with files beyond its blocks',
      (d) => ({ ...d, records: [recordsMember(recordsOf([{ path: '/a', size: 10 ** 6 }]))] }),
      /past the durable end/,
    ],
    [
      'with a file twice',
      (d) => ({ ...d, records: [...d.records, ...d.records] }),
      /file index 1 comes after 2/,
    ],
    [
      'with an empty path',
      (d) => ({
        ...d,
        records: [recordsMember([{ ...recordsOf([{ path: '/a' }])[0]!, path: Buffer.alloc(0) }])],
      }),
      /path of file index 1 is empty/,
    ],
    [
      'with a zero byte in a path',
      (d) => ({ ...d, records: [recordsMember(recordsOf([{ path: '/a\0b' }]))] }),
      /zero byte/,
    ],
    [
      'with a directory that is named like a file',
      (d) => ({ ...d, records: [recordsMember(recordsOf([{ path: '/a', type: 2 }]))] }),
      /type 2, its path says otherwise/,
    ],
  ];

  test.each(wrongs)('%s is refused whole, and the right one goes through afterwards', (_, spoil, message) => {
    using site = new Site();
    const [report] = site.reportsOf(recordsOf([{ path: '/a', size: 700 }, { path: '/b' }]));
    const jobId = site.start({ start: 1 });
    const add = (durable: Durable) =>
      site.db.transaction('write', () =>
        addDurable(site.db, { jobId, mediaId: report!.mediaId, durable, at: minute(1) }),
      );
    const error = refusal(() => add(spoil(report!.durable)));
    expect(error).toMatchObject({
      code: 'CAT_REPORT_REFUSED',
      message: expect.stringMatching(message) as unknown,
    });
    expect(jobMedia(site.db, jobId)).toEqual([]);
    expect(allFiles(site, { jobId, limit: 10 })).toEqual([]);
    add(report!.durable);
    expect(allFiles(site, { jobId, limit: 10 })).toHaveLength(2);
  });

  test('of an unknown job is refused', () => {
    using site = new Site();
    const [report] = site.reportsOf(recordsOf([{ path: '/a' }]));
    expect(refusal(() => addDurable(site.db, { jobId: 9, at: minute(1), ...report! }))).toMatchObject({
      code: 'CAT_NOT_FOUND',
    });
  });
});

describe('finding the versions of a file', () => {
  const found = (site: Site, path: string, clientName = 'zebulon-fd') =>
    jobsWithFile(site.db, { clientName, path: Buffer.from(path) }).map(({ jobId, path: at, deleted }) => [
      jobId,
      String(at),
      deleted,
    ]);

  test('gives those of all jobs of the client, newest first, and when it was gone', () => {
    using site = new Site();
    const full = site.backup({
      start: 1,
      files: [{ path: '/a/x', size: 5 }, { path: '/b/x', size: 6 }, { path: '/b/y' }],
    });
    const later = site.backup({
      start: 2,
      level: 'I',
      files: [
        { path: '/a/x', size: 7 },
        { path: '/b/x', deleted: true },
      ],
    });
    site.backup({ start: 3, client: 'argo-fd', files: [{ path: '/a/x' }] });
    expect(found(site, '/a/x')).toEqual([
      [later, '/a/x', false],
      [full, '/a/x', false],
    ]);
    expect(found(site, '/b/x')).toEqual([
      [later, '/b/x', true],
      [full, '/b/x', false],
    ]);
    expect(found(site, '/nowhere/x')).toEqual([]);
    expect(found(site, '/a/x', 'nobody-fd')).toEqual([]);
  });

  test('gives size and time of each, and finds a directory with or without its slash', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: [{ path: '/a/' }, { path: '/a/x', size: 5 }] });
    expect(jobsWithFile(site.db, { clientName: 'zebulon-fd', path: Buffer.from('/a/x') })).toEqual([
      {
        jobId,
        fileIndex: 2,
        path: Buffer.from('/a/x'),
        startTime: minute(1),
        type: 'B',
        level: 'F',
        jobStatus: 'T',
        jobFiles: 1,
        jobBytes: 2,
        size: 5,
        mtime: new Date(1_700_000_000_000),
        deleted: false,
      },
    ]);
    expect(found(site, '/a')).toEqual(found(site, '/a/'));
    expect(found(site, '/a')).toEqual([[jobId, '/a/', false]]);
  });
});
