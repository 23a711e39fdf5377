import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { decodeRecordsContent, encodeRecords } from '../../../volume/control-member.ts';
import { RECORD_BATCH_BYTES_MAX, RecordBatch, unpackRecords } from '../../../volume/record-batch.ts';
import { placeAfter } from './sample-volume.ts';

const record = (fileIndex: number, path: Buffer): FileRecord => ({
  ...FileRecord.decode(new Uint8Array()),
  fileIndex,
  path,
});

test('records come back in order, through as many members as they need', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 4096 }), { maxLength: 100 }), (paths) => {
      const records = paths.map((path, index) => record(index + 1, Buffer.from(path)));
      const batch = new RecordBatch();
      const members: Buffer[] = [];
      const flush = () => {
        const content = batch.take();
        if (content !== undefined) members.push(encodeRecords(placeAfter([], 1), content));
      };
      for (const one of records) {
        if (batch.add(one)) continue;
        flush();
        expect(batch.add(one)).toBe(true);
      }
      flush();
      expect(members.flatMap((member) => unpackRecords(decodeRecordsContent(member)))).toEqual(records);
    }),
    { numRuns: 30 },
  );
});

test('an empty batch has nothing to take, and a record larger than a batch is refused', () => {
  const batch = new RecordBatch();
  expect(batch.take()).toBeUndefined();
  expect(() => batch.add(record(1, Buffer.alloc(RECORD_BATCH_BYTES_MAX)))).toThrow(RangeError);
});

test('a batch that is not what its member says is refused', () => {
  const batch = new RecordBatch();
  batch.add(record(1, Buffer.from('/etc/hosts')));
  const content = batch.take()!;
  expect(() => unpackRecords({ ...content, recordCount: 2 })).toThrow(
    'holds 1 file records, its member says 2',
  );
  expect(() => unpackRecords({ ...content, deflated: !content.deflated })).toThrow('cannot be decoded');
});
