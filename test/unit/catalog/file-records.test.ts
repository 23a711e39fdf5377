import { expect, test } from 'vitest';
import { pathIds, pathOfId } from '../../../catalog/directory-paths.ts';
import { fileRecords } from '../../../catalog/file-records.ts';
import { decodeFileRecords } from '../../../catalog/receivers.ts';
import { Site } from './site.ts';

test('records are found by their index; what is not there is left out', () => {
  using site = new Site();
  const jobId = site.backup({
    start: 1,
    files: [{ path: '/a/' }, { path: '/a/x', size: 5 }, { path: '/b' }],
  });
  const records = decodeFileRecords(fileRecords(site.db, { jobId, fileIndexes: [3, 2, 99] }));
  expect(records.map(({ path, fileIndex, sizeBytes }) => [String(path), fileIndex, sizeBytes])).toEqual([
    ['/a/x', 2, 5],
    ['/b', 3, 0],
  ]);
});

test('directories have numbers, and numbers directories', () => {
  using site = new Site();
  site.backup({ start: 1, files: [{ path: '/a/x' }] });
  const [root, a, none] = pathIds(site.db, [Buffer.from('/'), Buffer.from('/a/'), Buffer.from('/none/')]);
  expect(none).toBeNull();
  expect(pathOfId(site.db, a!)).toEqual(Buffer.from('/a/'));
  expect(pathOfId(site.db, root!)).toEqual(Buffer.from('/'));
  expect(pathOfId(site.db, 9999)).toBeUndefined();
});
