import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryPacker, EntryReader } from '../../../catalog/packed-entries.ts';
import { readRecords } from '../../../catalog/record-batch-reader.ts';
import { RecordEncoder } from '../../../catalog/record-encoder.ts';
import { DigestAlgorithm, FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch, RecordsContent } from '../../../proto/noctule/record/v1/volume_members.ts';
import { A_RECORD, recordsMember, recordsOf } from './site.ts';

const uint32 = fc.nat(0xffff_ffff);
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: 5000n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const seconds = fc.oneof(
  fc.integer({ min: 1_700_000_000, max: 1_700_003_000 }),
  fc.maxSafeInteger(),
  fc.constantFrom(
    0,
    -1,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 34 - 1,
    2 ** 34,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ),
);
const nanoseconds = fc.oneof(fc.constant(0), fc.nat(999_999_999));
const sectors = fc.nat(2 ** 40).map((count) => count * 512);
const digest = fc.oneof(
  fc.constantFrom(
    { digestAlgorithm: DigestAlgorithm.UNSPECIFIED, digest: Buffer.alloc(0) },
    { digestAlgorithm: DigestAlgorithm.MD5, digest: Buffer.alloc(16, 1) },
    { digestAlgorithm: DigestAlgorithm.SHA1, digest: Buffer.alloc(20, 2) },
    { digestAlgorithm: DigestAlgorithm.SHA256, digest: Buffer.alloc(32, 3) },
    { digestAlgorithm: DigestAlgorithm.SHA512, digest: Buffer.alloc(64, 4) },
    { digestAlgorithm: 77 as DigestAlgorithm, digest: Buffer.alloc(9, 5) },
  ),
  fc.record({
    digestAlgorithm: fc.constantFrom(DigestAlgorithm.UNSPECIFIED, DigestAlgorithm.SHA1),
    digest: fc.uint8Array({ maxLength: 70 }).map((bytes) => Buffer.from(bytes)),
  }),
);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

const record: fc.Arbitrary<FileRecord> = fc
  .record({
    path: fc.uint8Array({ minLength: 1, maxLength: 255 }).map((array) => Buffer.from(array)),
    fileIndex: fc.integer({ min: 1, max: 0xffff_ffff }),
    type: fc.integer({ min: 0, max: 7 }) as fc.Arbitrary<FileType>,
    mode: fc.oneof(fc.constantFrom(0o100644, 0o040755), uint32),
    uid: fc.oneof(fc.constant(1000), uint32),
    gid: fc.oneof(fc.constant(1000), uint32),
    sizeBytes: fc.nat(Number.MAX_SAFE_INTEGER),
    mtimeSeconds: seconds,
    mtimeNanoseconds: nanoseconds,
    ctimeSeconds: seconds,
    ctimeNanoseconds: nanoseconds,
    atimeSeconds: seconds,
    atimeNanoseconds: nanoseconds,
    device: uint64,
    inode: uint64,
    linkCount: fc.oneof(fc.constant(1), uint32),
    specialDevice: fc.oneof(fc.constant(0n), uint64),
    linkTarget: fc.oneof(fc.constant(Buffer.alloc(0)), bytes),
    linkFileIndex: fc.oneof(fc.constant(0), uint32),
    streamOffset: sectors,
    streamBytes: sectors,
    deltaSequence: fc.oneof(fc.constant(0), uint32),
    deleted: fc.constant(false),
    extended: fc.boolean(),
  })
  .chain((fields) => digest.map((digestFields) => ({ ...fields, ...digestFields })));

function unpack(packed: Buffer, indexes: readonly number[]): FileRecord[] {
  const reader = new EntryReader(packed);
  return indexes.map((fileIndex) => {
    expect(reader.next()).toBe(true);
    return reader.record(Buffer.from(reader.name), fileIndex);
  });
}

describe('packed entries', () => {
  test('give back every field of every record', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), (records) => {
        const packer = new EntryPacker();
        for (const one of records) packer.add(one.path, one);
        const indexes = records.map(({ fileIndex }) => fileIndex);
        expect(unpack(packer.take(), indexes)).toEqual(records);
      }),
    );
  });

  test('are encoded as the generated encoder does it', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), bytes, (records, directory) => {
        const packer = new EntryPacker();
        for (const one of records) packer.add(one.path, one);
        const reader = new EntryReader(packer.take());
        const encoder = new RecordEncoder();
        for (const { fileIndex } of records) {
          reader.next();
          encoder.add(directory, reader, fileIndex);
        }
        const whole = records.map((one) => ({ ...one, path: Buffer.concat([directory, one.path]) }));
        expect(encoder.count).toBe(records.length);
        expect(Buffer.from(encoder.finish())).toEqual(
          Buffer.from(FileRecordBatch.encode({ records: whole }).finish()),
        );
      }),
    );
  });

  test.each([
    ['short', 'a'],
    ['of the usual length', 'a'.repeat(100)],
    ['very long', 'a'.repeat(20_000)],
  ])('are encoded with a %s path', (_, text) => {
    const packer = new EntryPacker();
    packer.add(Buffer.from(text), A_RECORD);
    const reader = new EntryReader(packer.take());
    const encoder = new RecordEncoder();
    reader.next();
    encoder.add(Buffer.alloc(0), reader, 1);
    encoder.add(Buffer.from('/'), reader, 0, { name: Buffer.from('b'), linkTarget: Buffer.from('/c') });
    expect(FileRecordBatch.decode(encoder.finish()).records).toEqual([
      { ...A_RECORD, path: Buffer.from(text) },
      { ...A_RECORD, path: Buffer.from('/b'), linkTarget: Buffer.from('/c'), fileIndex: 0, deleted: true },
    ]);
  });

  test('of a catalog from before schema version 7 are read as they were packed then', () => {
    const packed =
      '28a100022f7800e807e80781fc03a4830254000215cd5b0740fc54190500000059fc5419' +
      '0707070707070707070707070707070707070707' +
      '2a1701016200000002c701e70300000a07000000' +
      '0707070707070707070707070707070707070707';
    const second = {
      ...A_RECORD,
      path: Buffer.from('/b'),
      fileIndex: 2,
      ctimeSeconds: A_RECORD.ctimeSeconds - 100,
      ctimeNanoseconds: 999,
      atimeSeconds: A_RECORD.atimeSeconds + 5,
      atimeNanoseconds: 7,
    };
    expect(unpack(Buffer.from(packed, 'hex'), [1, 2])).toEqual([A_RECORD, second]);
  });

  test('begin anew after a take', () => {
    const packer = new EntryPacker();
    packer.add(A_RECORD.path, A_RECORD);
    packer.take();
    packer.add(A_RECORD.path, A_RECORD);
    expect(unpack(packer.take(), [1])).toEqual([A_RECORD]);
  });

  test('take 60 bytes at most for a usual file with a SHA-1 digest', () => {
    const records = recordsOf(
      Array.from({ length: 100 }, (_, i) => ({
        path: `report_${String(i * 37).padStart(5, '0')}.txt`,
        size: 1000 + i * 99,
      })),
    );
    const packer = new EntryPacker();
    records.forEach((one, i) => {
      packer.add(one.path, {
        ...one,
        mtimeSeconds: 1_600_000_000 + i * 7919,
        ctimeNanoseconds: i * 9_999_991,
      });
    });
    expect(packer.take().length / records.length).toBeLessThan(60);
  });

  test('refuse a stream position between two sectors', () => {
    expect(() => new EntryPacker().add(A_RECORD.path, { ...A_RECORD, streamOffset: 100 })).toThrow(
      /multiple of 512/,
    );
  });

  test('report damage instead of making up a record', () => {
    const packer = new EntryPacker();
    packer.add(A_RECORD.path, A_RECORD);
    const packed = packer.take();
    for (let length = 1; length < packed.length; length++) {
      expect(() => new EntryReader(packed.subarray(0, length)).next()).toThrow(RangeError);
    }
  });
});

describe('reading a batch of records', () => {
  test('gives what the generated decoder gives', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), fc.boolean(), (records, deflated) => {
        const plain = Buffer.from(FileRecordBatch.encode({ records }).finish());
        const content = { deflated: false, batch: plain, recordCount: records.length };
        const member = deflated ? recordsMember(records) : RecordsContent.encode(content).finish();
        const read = readRecords(member).map((one) => ({
          ...one,
          device: BigInt(one.device),
          inode: BigInt(one.inode),
          specialDevice: BigInt(one.specialDevice),
        }));
        expect(read).toEqual(FileRecordBatch.decode(plain).records);
      }),
    );
  });

  test('skips fields of a later version', () => {
    const known = FileRecordBatch.encode({ records: [A_RECORD] }).finish();
    // Behind the record's tag and length: field 200 as a number, 201 as bytes, 202 fixed 32, 203 fixed 64.
    const unknown = Buffer.from('c00c05ca0c026869d50c01020304d90c0102030405060708', 'hex');
    const body = Buffer.concat([known.subarray(2), unknown]);
    const batch = Buffer.concat([Buffer.of(0x0a, (body.length & 0x7f) | 0x80, body.length >> 7), body]);
    const member = RecordsContent.encode({ deflated: false, batch, recordCount: 1 }).finish();
    expect(readRecords(member)).toMatchObject([{ path: A_RECORD.path, streamBytes: A_RECORD.streamBytes }]);
  });

  test('refuses a batch with another number of records than it says', () => {
    const batch = Buffer.from(FileRecordBatch.encode({ records: [A_RECORD] }).finish());
    const member = RecordsContent.encode({ deflated: false, batch, recordCount: 2 }).finish();
    expect(() => readRecords(member)).toThrow('a batch holds 1 file records, its member says 2');
  });
});
