import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockCutter, type CutBlock } from '../../../file-daemon/backup/block-cutter.ts';
import type { EntryCompression } from '../../../file-daemon/fileset/entry-options.ts';

const BLOCK_BYTES = 4096;
const NONE: EntryCompression = { codec: 'none', level: 0 };
const GZIP: EntryCompression = { codec: 'gzip', level: 6 };

interface Cut extends Omit<CutBlock, 'slot'> {
  readonly content: Buffer;
}

/** A cutter with blocks of 4 KiB, whose memory is dirty. */
function cutter(): { cutter: BlockCutter; blocks: Cut[] } {
  const blocks: Cut[] = [];
  return {
    blocks,
    cutter: new BlockCutter({
      takeSlot: () => ({ index: 0, bytes: Buffer.alloc(BLOCK_BYTES, 0xee) }),
      emit: ({ slot, ...block }) =>
        blocks.push({ ...block, content: Buffer.from(slot.bytes.subarray(0, block.contentBytes)) }),
    }),
  };
}

describe('the job stream cut into blocks', () => {
  it('is what was written, in blocks that keep every promise, for any entries', () => {
    const entry = fc.record({
      bytes: fc.integer({ min: 1, max: 3 * BLOCK_BYTES }),
      compression: fc.constantFrom(NONE, GZIP, { ...GZIP }),
      isAbandoned: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const { cutter: cut, blocks } = cutter();
        const written: Buffer[] = [];
        const starts: { offset: number; bytes: number; codec: string }[] = [];
        for (const [index, { bytes, compression, isAbandoned }] of entries.entries()) {
          const padded = Math.ceil(bytes / 512) * 512;
          cut.beginEntry(padded, compression);
          const offset = cut.streamBytes;
          cut.write(Buffer.alloc(bytes, index + 1));
          if (isAbandoned && padded <= BLOCK_BYTES) {
            cut.abandonEntry();
            continue;
          }
          cut.endEntry();
          starts.push({ offset, bytes: padded, codec: compression.codec });
          written.push(Buffer.alloc(padded).fill(index + 1, 0, bytes));
        }
        cut.flush();

        const stream = Buffer.concat(written);
        expect(Buffer.concat(blocks.map(({ content }) => content)).equals(stream)).toBe(true);
        expect(cut.streamBytes).toBe(stream.length);
        let offset = 0;
        for (const block of blocks) {
          const end = offset + block.contentBytes;
          const inside = starts.filter((start) => start.offset >= offset && start.offset < end);
          expect(block.streamOffset).toBe(offset);
          expect(block.contentBytes % 512).toBe(0);
          expect(block.contentBytes).toBeGreaterThan(0);
          expect(block.startsAtEntry).toBe(starts.some((start) => start.offset === offset));
          expect(block.endsAtEntry).toBe(starts.some((start) => start.offset + start.bytes === end));
          expect(block.firstHeaderOffset).toBe(inside[0] && inside[0].offset - offset);
          expect(inside.every(({ codec }) => codec === block.compression.codec)).toBe(true);
          offset = end;
        }
        // An entry that fits in a block is never cut.
        for (const start of starts.filter(({ bytes }) => bytes <= BLOCK_BYTES)) {
          expect(
            blocks.some(
              ({ streamOffset, contentBytes }) =>
                streamOffset <= start.offset && start.offset + start.bytes <= streamOffset + contentBytes,
            ),
          ).toBe(true);
        }
      }),
    );
  });

  it('ends a block that is exactly full at the entry boundary', () => {
    const { cutter: cut, blocks } = cutter();
    for (let entry = 0; entry < 16; entry++) {
      cut.beginEntry(512, NONE);
      cut.write(Buffer.alloc(512));
      cut.endEntry();
    }
    cut.flush();
    expect(blocks.map(({ contentBytes, endsAtEntry }) => [contentBytes, endsAtEntry])).toEqual([
      [BLOCK_BYTES, true],
      [BLOCK_BYTES, true],
    ]);
  });
});
