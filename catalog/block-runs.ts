import type { BlockRun } from '../proto/noctule/storage/v1/storage_daemon.ts';
import { CatalogError } from './catalog-error.ts';
import type { Connection } from './connection.ts';
import { PackReader, PackWriter } from './packing.ts';

/**
 * Where the blocks of a job's stream lie. Each row of table BlockRun holds consecutive blocks of one volume; its
 * column Sizes has for each block three numbers of packing.ts: bytes of the member on the volume, bytes of its content,
 * bytes of other members between the block before and this one. Behind them may stand a BREAK, a byte with which no number
 * ends: the job was broken off there, and what lies between this run and the next on the same volume are void blocks of it.
 */
export const BREAK = 0x80;

interface BlockRunRow {
  readonly StreamOffset: number;
  readonly StreamBytes: number;
  readonly FirstBlock: number;
  readonly BlockCount: number;
  readonly VolumeName: string;
  readonly VolumeOffset: number;
  readonly Sizes: Buffer;
}

/** Where a job's stream ends, as far as it is durable. */
export interface StreamEnd {
  readonly streamBytes: number;
  readonly blocks: number;
}

/** Consecutive blocks that lie behind each other on one volume. */
export interface BlockRange {
  readonly volumeName: string;
  readonly volumeOffset: number;
  readonly firstBlock: number;
  blockCount: number;
  /** Void blocks follow. */
  endsAtBreak: boolean;
}

const LAST_BLOCK_RUN = `
  SELECT StreamOffset + StreamBytes AS streamBytes, FirstBlock + BlockCount AS blocks
    FROM BlockRun WHERE JobId = :jobId ORDER BY StreamOffset DESC LIMIT 1`;

const RUNS_OF_STRETCH = `
  SELECT StreamOffset, StreamBytes, FirstBlock, BlockCount, VolumeName, VolumeOffset, Sizes
    FROM BlockRun JOIN Volume USING (MediaId)
   WHERE JobId = :jobId AND StreamOffset < :end
     AND StreamOffset >= (SELECT max(StreamOffset) FROM BlockRun WHERE JobId = :jobId AND StreamOffset <= :start)
   ORDER BY StreamOffset`;

export function streamEnd(db: Connection, jobId: number): StreamEnd {
  return db.get<StreamEnd>(LAST_BLOCK_RUN, { jobId }) ?? { streamBytes: 0, blocks: 0 };
}

/**
 * Adds the run behind the job's other blocks. Gives the new end of the stream, and the end of the last block on the volume.
 * @throws RangeError when it does not follow on them.
 */
export function addBlockRun(
  db: Connection,
  jobId: number,
  mediaId: number,
  run: BlockRun,
): StreamEnd & { volumeEnd: number } {
  const before = streamEnd(db, jobId);
  const { streamOffset, volumeOffset } = run;
  if (run.firstBlock !== before.blocks || streamOffset !== before.streamBytes) {
    throw new RangeError(
      `block ${run.firstBlock} at ${streamOffset} of the stream does not follow on the ${before.blocks} blocks, ` +
        `${before.streamBytes} bytes, before it`,
    );
  }
  const blockCount = run.memberBytes.length;
  if (run.contentBytes.length !== blockCount || run.gapBytes.length !== blockCount) {
    throw new RangeError(`a run of ${blockCount} blocks has sizes for another number of blocks`);
  }
  const writer = new PackWriter();
  let streamBytes = 0;
  let volumeBytes = 0;
  run.memberBytes.forEach((memberBytes, i) => {
    const contentBytes = run.contentBytes[i] ?? 0;
    const gapBytes = run.gapBytes[i] ?? 0;
    writer.unsigned(memberBytes);
    writer.unsigned(contentBytes);
    writer.unsigned(gapBytes);
    streamBytes += contentBytes;
    volumeBytes += gapBytes + memberBytes;
  });
  db.run(
    `INSERT INTO BlockRun VALUES
       (:jobId, :streamOffset, :streamBytes, :firstBlock, :blockCount, :mediaId, :volumeOffset, :sizes)`,
    {
      jobId,
      streamOffset,
      streamBytes,
      firstBlock: run.firstBlock,
      blockCount,
      mediaId,
      volumeOffset,
      sizes: writer.take(),
    },
  );
  return {
    streamBytes: streamOffset + streamBytes,
    blocks: run.firstBlock + blockCount,
    volumeEnd: volumeOffset + volumeBytes,
  };
}

/**
 * The blocks that hold the bytes `start` (included) to `end` (not) of the job's stream, but none before `fromBlock`.
 * Ranges come in order; one ends where the volume does.
 * @throws CatalogError CAT_DAMAGED when the catalog does not know them all.
 */
export function locateBlocks(
  db: Connection,
  jobId: number,
  stretch: { start: number; end: number; fromBlock: number },
): BlockRange[] {
  const ranges: BlockRange[] = [];
  let covered = stretch.start;
  for (const run of db.all<BlockRunRow>(RUNS_OF_STRETCH, { jobId, start: stretch.start, end: stretch.end })) {
    const range = blocksWithin(run, stretch);
    if (range !== undefined) appendRange(ranges, range);
    covered = run.StreamOffset + run.StreamBytes;
  }
  if (covered < stretch.end) {
    throw new CatalogError(
      'CAT_DAMAGED',
      `The catalog does not know where the bytes ${covered} to ${stretch.end} of job ${jobId} lie`,
      { hint: `Restore the volumes of job ${jobId} without the catalog, with the volume tools.` },
    );
  }
  return ranges;
}

/** Adds the range to the list, to its last element where it goes on there. */
export function appendRange(ranges: BlockRange[], range: BlockRange): void {
  const last = ranges.at(-1);
  const isNext =
    last?.volumeName === range.volumeName && last.firstBlock + last.blockCount === range.firstBlock;
  if (isNext && !last.endsAtBreak) {
    last.blockCount += range.blockCount;
    last.endsAtBreak = range.endsAtBreak;
  } else {
    ranges.push(range);
  }
}

function blocksWithin(
  run: BlockRunRow,
  stretch: { start: number; end: number; fromBlock: number },
): BlockRange | undefined {
  const { VolumeName: volumeName, FirstBlock: runStart, BlockCount: runBlocks } = run;
  const isBroken = run.Sizes.at(-1) === BREAK;
  // Most runs of a large file are wanted whole.
  const runEnd = run.StreamOffset + run.StreamBytes;
  if (stretch.start <= run.StreamOffset && stretch.end >= runEnd && stretch.fromBlock <= runStart) {
    const { VolumeOffset: volumeOffset } = run;
    return { volumeName, volumeOffset, firstBlock: runStart, blockCount: runBlocks, endsAtBreak: isBroken };
  }
  const sizes = new PackReader(run.Sizes);
  let range: BlockRange | undefined;
  let streamOffset = run.StreamOffset;
  let volumeOffset = run.VolumeOffset;
  for (let block = runStart; block < runStart + runBlocks && streamOffset < stretch.end; block++) {
    const memberBytes = sizes.unsigned();
    const contentBytes = sizes.unsigned();
    volumeOffset += sizes.unsigned();
    if (streamOffset + contentBytes > stretch.start && block >= stretch.fromBlock) {
      range ??= { volumeName, volumeOffset, firstBlock: block, blockCount: 0, endsAtBreak: false };
      range.blockCount++;
      range.endsAtBreak = isBroken && block === runStart + runBlocks - 1;
    }
    streamOffset += contentBytes;
    volumeOffset += memberBytes;
  }
  return range;
}
