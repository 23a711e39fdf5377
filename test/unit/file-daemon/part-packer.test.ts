import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BlockCutter } from '../../../file-daemon/backup/block-cutter.ts';
import { PartPacker } from '../../../file-daemon/backup/part-packer.ts';
import { pluginFileRecord } from '../../../file-daemon/backup/record-of.ts';
import { digestOf } from '../../../file-daemon/content-digest.ts';
import { DEFAULT_OPTIONS } from '../../../file-daemon/fileset/entry-options.ts';
import { sessionKey } from '../../../file-daemon/restore/block-source.ts';
import { runRestore } from '../../../file-daemon/restore/restore-run.ts';
import { DigestAlgorithm, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { BLOCK_CONTENT_BYTES_MAX } from '../../../volume/member.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { noPrograms } from './support/no-programs.ts';

const SESSION = sessionKey({ volSessionId: 1, volSessionTime: 1 });
const options = { ...DEFAULT_OPTIONS, digest: DigestAlgorithm.SHA1 };

interface Packed {
  readonly record: FileRecord;
  readonly blocks: readonly { readonly streamOffset: number; readonly content: Buffer }[];
}

/** Packs content that comes in pieces of these sizes at most. */
function pack(content: Buffer, pieceBytesMax = Infinity): Packed {
  const blocks: { streamOffset: number; content: Buffer }[] = [];
  const cutter = new BlockCutter({
    takeSlot: () => ({ index: 0, bytes: Buffer.alloc(BLOCK_CONTENT_BYTES_MAX, 0xee) }),
    emit: ({ slot, contentBytes, streamOffset }) =>
      blocks.push({ streamOffset, content: Buffer.from(slot.bytes.subarray(0, contentBytes)) }),
  });
  const record = { ...pluginFileRecord('/dump', ''), fileIndex: 1 };
  let at = 0;
  const fill = (target: Buffer) => {
    let filled = 0;
    while (filled < target.length && at < content.length) {
      const bytes = Math.min(target.length - filled, content.length - at, pieceBytesMax);
      content.copy(target, filled, at, at + bytes);
      filled += bytes;
      at += bytes;
    }
    return filled;
  };
  new PartPacker(cutter, () => {}).pack({ path: '/dump', record, options, extra: [], fill });
  cutter.flush();
  return { record, blocks };
}

async function restored({ record, blocks }: Packed, where: string): Promise<string[]> {
  const errors: string[] = [];
  await runRestore(
    { jobId: 1, where, regexWhere: '', prefixLinks: false, replace: 'always', workingDirectory: where },
    {
      entries: (async function* () {
        yield { session: SESSION, records: [record] };
      })(),
      blocks: (async function* () {
        for (const block of blocks) yield { session: SESSION, ...block };
      })(),
    },
    {
      notice: ({ type, text }) => {
        if (type === 'error') errors.push(text);
      },
      progress: () => undefined,
      programs: noPrograms,
    },
  );
  return errors;
}

function contentOf(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 2_654_435_761) >>> 24));
}

describe('content of unknown length', () => {
  test('comes back whole, whatever its size and the pieces it comes in', async () => {
    using where = temporaryDirectory();
    const nearBlocks = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2000, max: 600 }))
      .map(([blocks, more]) => Math.max(0, blocks * BLOCK_CONTENT_BYTES_MAX + more));
    await fc.assert(
      fc.asyncProperty(nearBlocks, fc.constantFrom(Infinity, 1_000, 65_536), async (bytes, pieceBytesMax) => {
        const content = contentOf(bytes);
        const packed = pack(content, pieceBytesMax);
        expect(packed.record).toMatchObject({
          sizeBytes: bytes,
          digest: digestOf(DigestAlgorithm.SHA1, content),
        });
        expect(packed.blocks.every((block) => block.content.length % 512 === 0)).toBe(true);
        expect(await restored(packed, where.path)).toEqual([]);
        expect(readFileSync(join(where.path, 'dump')).equals(content)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('is one plain entry when it fits in a block, else parts that tar and cat put together', () => {
    using directory = temporaryDirectory();
    for (const [bytes, names] of [
      [5_000, ['dump']],
      [2 * BLOCK_CONTENT_BYTES_MAX, ['dump.part00000001', 'dump.part00000002', 'dump.part00000003']],
    ] as const) {
      const content = contentOf(bytes);
      const into = mkdtempSync(join(directory.path, 'tar-'));
      writeFileSync(
        join(directory.path, 'stream'),
        Buffer.concat(pack(content).blocks.map((block) => block.content)),
      );
      execFileSync('tar', [
        '--warning=no-unknown-keyword',
        '-xf',
        join(directory.path, 'stream'),
        '-C',
        into,
      ]);
      expect(readdirSync(into).sort()).toEqual(names);
      const whole = Buffer.concat(names.map((name) => readFileSync(join(into, name))));
      expect(whole.equals(content)).toBe(true);
    }
  });

  test('that misses a part, or has them in another order, is not restored', async () => {
    using where = temporaryDirectory();
    const { record, blocks } = pack(contentOf(3 * BLOCK_CONTENT_BYTES_MAX));
    const [first, second, ...rest] = blocks;
    const missing = await restored({ record, blocks: [first!, ...rest] }, where.path);
    expect(missing).toEqual(['Could not restore "/dump": a block that holds it is missing or damaged']);
    const swapped = [first!, { ...rest[0]!, streamOffset: second!.streamOffset }, ...rest.slice(1)];
    expect(await restored({ record, blocks: swapped }, where.path)).toEqual([
      'Could not restore "/dump": the volume holds something else at its place',
    ]);
    expect(readdirSync(where.path)).toEqual([]);
  });
});
