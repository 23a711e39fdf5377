import { describe, expect, test } from 'vitest';
import { locateBlocks } from '../../../catalog/block-runs.ts';
import { addDurable } from '../../../catalog/durable.ts';
import { keepSavedPart, savedLinksPage } from '../../../catalog/incomplete.ts';
import { FileRecordBatch } from '../../../proto/noctule/record/v1/volume_members.ts';
import { BLOCK_BYTES, minute, recordsMember, recordsOf, Site, type TestFile } from './site.ts';

const FILES: TestFile[] = [
  { path: '/a/' },
  { path: '/a/1', size: 9_000 },
  { path: '/gone', deleted: true },
  { path: '/b', size: 5_000 },
  { path: '/c', size: 70_000 },
];

/** A job that was broken off when so many of its files were in the catalog, and some blocks more on the volume. */
function brokenOff(site: Site, files: number) {
  const jobId = site.start({ start: 1 });
  const records = recordsOf(FILES);
  for (const { mediaId, durable } of site.reportsOf(records)) {
    addDurable(site.db, { jobId, mediaId, at: minute(1), durable: { ...durable, records: [] } });
  }
  const volume = { mediaId: 1, volumeName: 'Full-0001' };
  const kept = records.slice(0, files);
  if (kept.length > 0) report(site, jobId, volume, recordsMember(kept));
  return { jobId, records, volume };
}

function report(site: Site, jobId: number, volume: { mediaId: number; volumeName: string }, records: Buffer) {
  const { mediaId, volumeName } = volume;
  const durable = { volumeName, blocks: undefined, records: [records], volumeBytes: 90_000 };
  addDurable(site.db, { jobId, mediaId, at: minute(1), durable });
}

describe('what is kept of a job that was broken off', () => {
  test('ends with the block in which its last file ends, and says where to go on', () => {
    using site = new Site();
    const { jobId, records } = brokenOff(site, 4);
    const last = records[3]!;
    const blocks = Math.ceil((last.streamOffset + last.streamBytes) / BLOCK_BYTES);
    const saved = keepSavedPart(site.db, jobId);
    expect(saved).toMatchObject({
      blockNumber: blocks,
      streamOffset: blocks * BLOCK_BYTES,
      fileIndex: last.fileIndex,
      savedPath: Buffer.from('/b'),
      deletedPath: Buffer.from('/gone'),
      files: 4,
      contentBytes: 14_000,
      volumeNames: ['Full-0001'],
      volumes: 1,
    });
    expect(keepSavedPart(site.db, jobId)).toEqual(saved);
  });

  test('is followed by the blocks with which the job goes on, which are read apart from the void ones before them', () => {
    using site = new Site();
    const { jobId, volume } = brokenOff(site, 4);
    const { blockNumber, streamOffset, memberBytes } = keepSavedPart(site.db, jobId)!;
    const blocks = {
      ...{ firstBlock: blockNumber, streamOffset, volumeOffset: 500_000 },
      ...{ memberBytes: [300], contentBytes: [BLOCK_BYTES], gapBytes: [0] },
    };
    const durable = { volumeName: volume.volumeName, blocks, records: [], volumeBytes: 600_000 };
    addDurable(site.db, { jobId, mediaId: volume.mediaId, at: minute(2), durable });
    const ranges = locateBlocks(site.db, jobId, { start: 0, end: streamOffset + BLOCK_BYTES, fromBlock: 0 });
    expect(ranges.map(({ firstBlock, blockCount }) => [firstBlock, blockCount])).toEqual([
      [0, blockNumber],
      [blockNumber, 1],
    ]);
    expect(ranges[1]).toMatchObject({ volumeOffset: 500_000 });
    expect(memberBytes).toBeGreaterThan(0);
  });

  test('is nothing when no file of it is in the catalog: all stays as it was', () => {
    using site = new Site();
    const { jobId } = brokenOff(site, 0);
    const count = () => site.db.value<number>('SELECT count(*) FROM BlockRun');
    const before = count();
    expect(keepSavedPart(site.db, jobId)).toBeUndefined();
    expect(count()).toBe(before);
    expect(before).toBeGreaterThan(0);
  });

  test('tells of the files with several names, and of no others', () => {
    using site = new Site();
    const jobId = site.backup({
      start: 1,
      files: [
        { path: '/one', size: 5 },
        { path: '/two', size: 6 },
        { path: '/two again', linkTo: '/two' },
      ],
    });
    site.db.run('UPDATE JobRun SET JobStatus = :status', { status: 'I' });
    const { batch, next } = savedLinksPage(site.db, { jobId });
    const names = FileRecordBatch.decode(batch).records.map(({ path, fileIndex }) => [
      String(path),
      fileIndex,
    ]);
    expect(next).toBeUndefined();
    expect(names).toEqual([
      ['/two', 2],
      ['/two again', 3],
    ]);
  });
});
