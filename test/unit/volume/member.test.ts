import fc from 'fast-check';
import { deflateRawSync, gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import {
  decodeBlockContent,
  decodeBlockContentAsync,
  encodeBlock,
  type BlockInput,
  type PackedContent,
} from '../../../volume/block.ts';
import {
  controlContent,
  decodeLabel,
  decodeRecordsContent,
  decodeSessionEnd,
  decodeSessionStart,
  encodeRecords,
} from '../../../volume/control-member.ts';
import {
  BLOCK_CONTENT_BYTES_MAX,
  MEMBER_BYTES_MAX,
  MEMBER_HEADER_BYTES,
  MemberKind,
  bodyIsSound,
  parseMemberHeader,
  placeMember,
  type MemberCodec,
} from '../../../volume/member.ts';
import { storedDeflate } from '../../../volume/stored-deflate.ts';
import { MemberDamaged } from '../../../volume/volume-errors.ts';
import { endMember, labelMember, packedAs, placeAfter, sampleJob, startMember } from './sample-volume.ts';

const place = fc.record({
  volSessionId: fc.nat(0xffffffff),
  volSessionTime: fc.nat(0xffffffff),
  blockNumber: fc.nat(0xffffffff),
  streamOffset: fc.maxSafeNat(),
});

const blockInput: fc.Arbitrary<BlockInput> = fc
  .record({
    place,
    startsAtEntry: fc.boolean(),
    endsAtEntry: fc.boolean(),
    units: fc.integer({ min: 1, max: 200 }),
    fill: fc.uint8Array({ minLength: 1, maxLength: 700 }),
    hasHeader: fc.boolean(),
    codec: fc.constantFrom('stored', 'deflate', 'zstd'),
  })
  .map(({ place, startsAtEntry, endsAtEntry, units, fill, hasHeader, codec }) => {
    const content = Buffer.alloc(units * 512, fill);
    return {
      ...place,
      startsAtEntry,
      endsAtEntry,
      firstHeaderOffset: hasHeader ? (units - 1) * 512 : undefined,
      content,
      packed: codec === 'stored' ? undefined : packedAs(codec, content),
    };
  });

/** As `zcat` and `zstd -dc` do; Node's zstd stops behind a skippable frame. */
function readWithoutNoctule(member: Buffer, codec: MemberCodec): Buffer {
  if (codec === 'deflate') return gunzipSync(member);
  const skippedBytes = 8 + member.readUInt32LE(4);
  return zstdDecompressSync(member.subarray(skippedBytes));
}

const plainBlock = (content: Buffer, packed?: PackedContent) =>
  encodeBlock({
    ...placeAfter([], 1),
    startsAtEntry: true,
    endsAtEntry: true,
    firstHeaderOffset: 0,
    content,
    packed,
  });

describe('a block', () => {
  test('comes back as it was, header and content, and is plain gzip', async () => {
    await fc.assert(
      fc.asyncProperty(blockInput, async (input) => {
        const member = encodeBlock(input);
        const header = parseMemberHeader(member);
        expect(header).toMatchObject({
          kind: MemberKind.BLOCK,
          volSessionId: input.volSessionId,
          volSessionTime: input.volSessionTime,
          blockNumber: input.blockNumber,
          streamOffset: input.streamOffset,
          startsAtEntry: input.startsAtEntry,
          endsAtEntry: input.endsAtEntry,
          firstHeaderOffset: input.firstHeaderOffset,
          memberBytes: member.length,
          contentBytes: input.content.length,
          volumeOffset: 0,
        });
        expect(decodeBlockContent(member).equals(input.content)).toBe(true);
        expect((await decodeBlockContentAsync(member)).equals(input.content)).toBe(true);
        expect(readWithoutNoctule(member, header!.codec).equals(input.content)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('any flipped bit is noticed', () => {
    fc.assert(
      fc.property(blockInput, fc.nat(), (input, at) => {
        const member = encodeBlock(input);
        placeMember(member, 4711);
        const bit = at % (member.length * 8);
        member[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => decodeBlockContent(member)).toThrow(MemberDamaged);
        const header = parseMemberHeader(member);
        expect(header !== undefined && bodyIsSound(member, header)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test.each(['deflate', 'zstd'] as const)('is stored when %s made it longer', (codec) => {
    const content = Buffer.alloc(512, 'x');
    const member = plainBlock(content, {
      codec,
      data: Buffer.concat([storedDeflate(content), Buffer.alloc(1)]),
    });
    expect(member.length).toBe(MEMBER_HEADER_BYTES + storedDeflate(content).length + 8);
    expect(decodeBlockContent(member)).toEqual(content);
  });

  test.each(['deflate', 'zstd'] as const)(
    'packed with %s takes memory for its content once',
    async (codec) => {
      const content = Buffer.alloc(BLOCK_CONTENT_BYTES_MAX, 'content');
      const member = plainBlock(content, packedAs(codec, content));
      const taken = vi.spyOn(Buffer, 'allocUnsafe');
      const decoded = await decodeBlockContentAsync(member);
      const large = taken.mock.calls.filter(([bytes]) => bytes >= BLOCK_CONTENT_BYTES_MAX);
      taken.mockRestore();
      expect(decoded.equals(content)).toBe(true);
      expect(large).toEqual([[BLOCK_CONTENT_BYTES_MAX + 1]]);
    },
  );

  test('of the largest size, stored, stays below the largest member', () => {
    const content = Buffer.alloc(BLOCK_CONTENT_BYTES_MAX, 'x');
    const member = plainBlock(content);
    expect(member.length).toBeLessThanOrEqual(MEMBER_BYTES_MAX);
    expect(decodeBlockContent(member).equals(content)).toBe(true);
  });

  test.each([0, 511, 513, BLOCK_CONTENT_BYTES_MAX + 512])('of %i bytes is refused', (bytes) => {
    expect(() => plainBlock(Buffer.alloc(bytes))).toThrow(RangeError);
  });

  test('whose deflate data holds more, less or something else than the header says is refused', () => {
    const content = Buffer.alloc(1024, 'x');
    const withData = (data: Buffer) => () =>
      decodeBlockContent(plainBlock(content, { codec: 'deflate', data }));
    expect(withData(deflateRawSync(Buffer.alloc(2048, 'x')))).toThrow(/damaged/);
    expect(withData(deflateRawSync(Buffer.alloc(512, 'x')))).toThrow('inflates to 512 bytes');
    expect(withData(deflateRawSync(Buffer.alloc(1024, 'y')))).toThrow('CRC-32 does not fit');
    expect(withData(Buffer.concat([deflateRawSync(content), Buffer.from('tail')]))).toThrow('ends too early');
  });

  test('whose zstd frame holds more, less or something else, or has no checksum, is refused', () => {
    const content = Buffer.alloc(1024, 'x');
    const withData = (data: Uint8Array) => () =>
      decodeBlockContent(plainBlock(content, { codec: 'zstd', data }));
    const { data } = packedAs('zstd', content);
    expect(withData(data)).not.toThrow();
    expect(withData(packedAs('zstd', Buffer.alloc(2048, 'x')).data)).toThrow(/damaged/);
    expect(withData(packedAs('zstd', Buffer.alloc(512, 'x')).data)).toThrow('inflates to 512 bytes');
    expect(withData(zstdCompressSync(content))).toThrow('it has no checksum');
    expect(withData(data.subarray(0, -1))).toThrow(/damaged/);
    expect(withData(Buffer.concat([data, Buffer.from('tail')]))).toThrow(/damaged/);
    expect(withData(Buffer.concat([data, data]))).toThrow(/damaged/);
    const changed = Buffer.from(data);
    changed[changed.length - 1]! ^= 1;
    expect(withData(changed)).toThrow(/checksum/);
    // Magic, "checksum follows", a window of 128 MiB: nothing that a block needs, and much to give to whoever asks.
    const greedy = Buffer.concat([Buffer.from('28b52ffd0488', 'hex'), Buffer.alloc(20)]);
    expect(withData(greedy)).toThrow('too much memory');
  });

  test('is not taken for another kind, nor another kind for a block', () => {
    expect(() => decodeBlockContent(labelMember('A'))).toThrow('A block was expected, found kind 1');
    expect(() => decodeLabel(plainBlock(Buffer.alloc(512)))).toThrow('kind label was expected, found kind 3');
  });
});

describe('a member that is not a block', () => {
  test('comes back as it was and inflates to nothing', () => {
    const end = placeAfter([], 9);
    const members = [labelMember('A-Full-0001'), startMember(9), endMember(end)];
    expect(gunzipSync(Buffer.concat(members))).toHaveLength(0);
    expect(decodeLabel(members[0]!)).toMatchObject({ volumeName: 'A-Full-0001', poolName: 'Default' });
    expect(decodeSessionStart(members[1]!).job).toEqual(sampleJob(9));
    expect(decodeSessionEnd(members[2]!).status).toBe('T');
  });

  test('carries up to 65,000 bytes', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 64_900 }), (place, bytes) => {
        const batch = Buffer.alloc(bytes, 'r');
        const member = encodeRecords(place, { deflated: false, batch, recordCount: 3 });
        expect(gunzipSync(member)).toHaveLength(0);
        expect(parseMemberHeader(member)).toMatchObject({ kind: MemberKind.RECORDS, ...place });
        const records = decodeRecordsContent(member);
        expect(records.recordCount).toBe(3);
        expect(records.batch.equals(batch)).toBe(true);
      }),
      { numRuns: 30 },
    );
    const tooLong = { deflated: false, batch: Buffer.alloc(65_000), recordCount: 3 };
    expect(() => encodeRecords(placeAfter([], 1), tooLong)).toThrow(RangeError);
  });

  test('any flipped bit is noticed', () => {
    for (let bit = 0; bit < startMember(1).length * 8; bit++) {
      const member = startMember(1);
      member[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => controlContent(member, MemberKind.SESSION_START)).toThrow(MemberDamaged);
    }
  });
});

test('placing a member changes its header only, and keeps it sound', () => {
  const member = plainBlock(Buffer.alloc(512, 'x'));
  const before = parseMemberHeader(member)!;
  placeMember(member, 2 ** 40 + 5);
  const after = parseMemberHeader(member)!;
  expect(after).toEqual({ ...before, volumeOffset: 2 ** 40 + 5 });
  expect(bodyIsSound(member, after)).toBe(true);
  expect(decodeBlockContent(member)).toHaveLength(512);
});

test('a header cut short, of a later format version or with absurd numbers is no header', () => {
  const member = plainBlock(Buffer.alloc(512));
  expect(parseMemberHeader(member.subarray(0, MEMBER_HEADER_BYTES - 1))).toBeUndefined();
  const later = Buffer.from(member);
  later[16] = 2;
  placeMember(later, 0); // seals the header again
  expect(parseMemberHeader(later)).toBeUndefined();
  const absurd = Buffer.from(member);
  absurd.writeUInt32LE(MEMBER_BYTES_MAX + 1, 20);
  placeMember(absurd, 0);
  expect(parseMemberHeader(absurd)).toBeUndefined();
  const beyond = Buffer.from(member);
  beyond.writeBigUInt64LE(2n ** 60n, 40);
  placeMember(beyond, 0);
  expect(parseMemberHeader(beyond)).toBeUndefined();
});
