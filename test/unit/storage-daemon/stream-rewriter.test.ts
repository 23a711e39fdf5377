import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CopyPart, StreamStretch } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { RecordsContent } from '../../../proto/noctule/record/v1/volume_members.ts';
import { MemberSequence } from '../../../storage-daemon/member-sequence.ts';
import { StreamRewriter } from '../../../storage-daemon/stream-rewriter.ts';
import { decodeBlockContent, encodeBlock } from '../../../volume/block.ts';
import { decodeSessionEnd } from '../../../volume/control-member.ts';
import { MEMBER_HEADER_BYTES, MemberKind, parseMemberHeader } from '../../../volume/member.ts';

const SECTOR = 512;
const NEW_SESSION = { volSessionId: 77, volSessionTime: 1_795_300_000 };

interface OldJob {
  readonly session: { readonly volSessionId: number; readonly volSessionTime: number };
  readonly stream: Buffer;
  readonly blocks: readonly Buffer[];
  /** Of each entry. */
  readonly entries: readonly { readonly from: number; readonly until: number }[];
}

/** A job whose entries have these sizes in sectors, cut into blocks of `blockSectors`. */
function oldJob(volSessionId: number, sizes: readonly number[], blockSectors: number): OldJob {
  const session = { volSessionId, volSessionTime: 1_795_232_374 };
  const entries: { from: number; until: number }[] = [];
  for (const size of sizes) {
    const from = entries.at(-1)?.until ?? 0;
    entries.push({ from, until: from + size * SECTOR });
  }
  const stream = randomBytes(entries.at(-1)?.until ?? 0);
  const bounds = new Set([0, ...entries.map(({ until }) => until)]);
  const blocks: Buffer[] = [];
  for (let at = 0; at < stream.length; at += blockSectors * SECTOR) {
    const content = stream.subarray(at, at + blockSectors * SECTOR);
    const first = entries.find(({ from }) => from >= at && from < at + content.length);
    blocks.push(
      encodeBlock({
        ...session,
        blockNumber: blocks.length,
        streamOffset: at,
        content,
        startsAtEntry: bounds.has(at),
        endsAtEntry: bounds.has(at + content.length),
        firstHeaderOffset: first && first.from - at,
      }),
    );
  }
  return { session, stream, blocks, entries };
}

interface Taken {
  readonly part: CopyPart;
  readonly blocks: readonly Buffer[];
}

/** Parts of `perPart` entries each of those that are taken, with the blocks that each part brings. */
function partsOf(jobs: readonly OldJob[], isTaken: (job: number, entry: number) => boolean, perPart: number) {
  const parts: Taken[] = [];
  let stretches: StreamStretch[] = [];
  let blocks: Buffer[] = [];
  let count = 0;
  const flush = () => {
    const records = [Buffer.from(RecordsContent.encode(recordsOf(count)).finish())];
    parts.push({ part: { stretches, ranges: [], records }, blocks });
    [stretches, blocks, count] = [[], [], 0];
  };
  jobs.forEach(({ session, entries, blocks: all }, job) => {
    let nextBlock = 0;
    entries.forEach(({ from, until }, index) => {
      if (!isTaken(job, index)) return;
      stretches.push({ ...session, streamOffset: from, streamBytes: until - from });
      all.forEach((block, number) => {
        const { streamOffset, contentBytes } = parseMemberHeader(block)!;
        const overlaps = streamOffset < until && streamOffset + contentBytes > from;
        if (!overlaps || number < nextBlock) return;
        blocks.push(Buffer.from(block));
        nextBlock = number + 1;
      });
      count += 1;
      if (count === perPart) flush();
    });
  });
  flush();
  return parts;
}

function recordsOf(recordCount: number): RecordsContent {
  return { deflated: false, batch: Buffer.alloc(0), recordCount };
}

/** As the storage daemon does it: a part is expected just before its blocks are read. */
async function rewrite(parts: readonly Taken[], options: { end?: boolean } = {}): Promise<Buffer[]> {
  const rewriter = new StreamRewriter(NEW_SESSION);
  async function* blocks() {
    for (const { part, blocks: some } of parts) {
      rewriter.expect(part);
      yield* some;
    }
    if (options.end !== false) rewriter.end({ files: 3, contentBytes: 4 });
  }
  const members: Buffer[] = [];
  for await (const member of rewriter.members(blocks())) members.push(member);
  return members;
}

function blocksIn(members: readonly Buffer[]): Buffer[] {
  return members.filter((member) => parseMemberHeader(member)?.kind === MemberKind.BLOCK);
}

const jobSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });

describe('a stream rewriter', () => {
  test('makes the stream of what is taken, as a session that a storage daemon accepts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(jobSizes, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 1, max: 7 }),
        fc.infiniteStream<boolean>(fc.boolean()),
        async (sizes, blockSectors, perPart, choice: fc.Stream<boolean>) => {
          const jobs = sizes.map((ofJob, index) => oldJob(index + 1, ofJob, blockSectors));
          const taken = jobs.map(({ entries }) => entries.map(() => choice.next().value as boolean));
          const parts = partsOf(jobs, (job, entry) => taken[job]![entry]!, perPart);
          const members = await rewrite(parts);

          const sequence = new MemberSequence(NEW_SESSION);
          for (const member of members) sequence.accept(member);
          const expected = jobs.flatMap(({ stream, entries }, job) =>
            entries.flatMap(({ from, until }, entry) =>
              taken[job]![entry] ? [stream.subarray(from, until)] : [],
            ),
          );
          const contents = blocksIn(members).map((block) => decodeBlockContent(block));
          expect(Buffer.concat(contents).equals(Buffer.concat(expected))).toBe(true);
          checkHeaders(members, expected);
          checkRecords(members, parts);
        },
      ),
      { numRuns: 60 },
    );
  });

  /** First headers and entry boundaries as the entries of the new stream have them. */
  function checkHeaders(members: readonly Buffer[], entries: readonly Buffer[]): void {
    const starts = new Set<number>([0]);
    let end = 0;
    for (const entry of entries) starts.add((end += entry.length));
    for (const block of blocksIn(members)) {
      const header = parseMemberHeader(block)!;
      const { streamOffset, contentBytes, firstHeaderOffset } = header;
      const first = [...starts].find((at) => at >= streamOffset && at < streamOffset + contentBytes);
      expect(firstHeaderOffset).toBe(first === undefined ? undefined : first - streamOffset);
      expect(header.endsAtEntry).toBe(starts.has(streamOffset + contentBytes));
    }
  }

  /** Records come behind the blocks that complete their entries, and none is lost. */
  function checkRecords(members: readonly Buffer[], parts: readonly Taken[]): void {
    const ends = parts.map(({ part }) =>
      part.stretches.reduce((sum, { streamBytes }) => sum + streamBytes, 0),
    );
    let until = 0;
    const places = members.flatMap((member) => {
      const header = parseMemberHeader(member)!;
      return header.kind === MemberKind.RECORDS ? [header.streamOffset] : [];
    });
    expect(places).toHaveLength(parts.length);
    places.forEach((place, index) => expect(place).toBeGreaterThanOrEqual((until += ends[index]!)));
  }

  test('moves blocks that are wholly taken byte for byte, also when a part ends inside them', async () => {
    const job = oldJob(1, [1, 1, 1, 1, 1, 1, 1, 1, 1], 3);
    const members = await rewrite(partsOf([job], () => true, 2));
    const bodies = (blocks: readonly Buffer[]) => blocks.map((block) => block.subarray(MEMBER_HEADER_BYTES));
    expect(bodies(blocksIn(members))).toEqual(bodies(job.blocks));
  });

  test('puts cut pieces together to blocks of at most 1 MiB', async () => {
    const sizes = Array.from({ length: 60 }, () => 400);
    const job = oldJob(1, sizes, 2048);
    const members = await rewrite(partsOf([job], (_, entry) => entry % 2 === 0, 1));
    const blockSizes = blocksIn(members).map((block) => parseMemberHeader(block)!.contentBytes);
    expect(Math.max(...blockSizes)).toBeLessThanOrEqual(1024 * 1024);
    expect(blockSizes.length).toBeLessThan(10);
  });

  test('ends the session with the totals that it was told', async () => {
    const members = await rewrite(partsOf([oldJob(1, [2, 3], 2)], () => true, 9));
    expect(decodeSessionEnd(members.at(-1)!)).toMatchObject({
      status: 'T',
      files: 3,
      contentBytes: 4,
      streamBytes: 2560,
    });
  });

  test('copies what takes no bytes: records of deleted files alone', async () => {
    const part = {
      stretches: [],
      ranges: [],
      records: [Buffer.from(RecordsContent.encode(recordsOf(2)).finish())],
    };
    const members = await rewrite([{ part, blocks: [] }]);
    expect(members.map((member) => parseMemberHeader(member)!.kind)).toEqual([
      MemberKind.RECORDS,
      MemberKind.SESSION_END,
    ]);
  });

  test('fails when a block is missing', async () => {
    const [first, ...others] = partsOf([oldJob(1, [3, 3, 3], 2)], () => true, 9);
    const part = { ...first!, blocks: first!.blocks.filter((_, index) => index !== 1) };
    await expect(rewrite([part, ...others])).rejects.toThrow(
      'The blocks of session 1/1795232374 from byte 1024 of its stream on were not read',
    );
  });

  test('fails when blocks are missing at the end', async () => {
    const [first] = partsOf([oldJob(1, [3, 3, 3], 2)], () => true, 9);
    await expect(rewrite([{ ...first!, blocks: first!.blocks.slice(0, 2) }])).rejects.toThrow(
      /from byte 2048 of/,
    );
  });

  test('fails when the end was not said: the Director may be gone', async () => {
    const parts = partsOf([oldJob(1, [3], 2)], () => true, 9);
    await expect(rewrite(parts, { end: false })).rejects.toThrow('did not come to the end of what is copied');
  });
});
