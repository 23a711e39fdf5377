import type { ReadRange } from '../proto/noctule/storage/v1/storage_daemon.ts';
import { MEMBER_BYTES_MAX, MemberKind, type MemberHeader } from '../volume/member.ts';
import { walkMembers, type WalkStep } from '../volume/walk.ts';
import type { VolumeFile } from './volume-file.ts';

export type RangeStep =
  | { readonly type: 'block'; readonly member: Buffer }
  /** Blocks that cannot be given; the reading goes on behind them. */
  | { readonly type: 'problem'; readonly text: string };

const CHUNK_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The blocks of a range, in order, each checked to be the block asked for and to have a sound CRC-32C. What is
 * damaged, or is not where the catalog has it, is named and left out.
 */
export async function* readRange(volume: VolumeFile, range: ReadRange): AsyncGenerator<RangeStep> {
  const endBlock = range.firstBlock + range.blockCount;
  let nextBlock = range.firstBlock;
  let damagedAt: number | undefined;
  const missing = (untilBlock: number): RangeStep => {
    const text = missingText(volume, range, { from: nextBlock, until: untilBlock, damagedAt });
    nextBlock = untilBlock;
    return { type: 'problem', text };
  };
  const steps = walkMembers(volume.salvagingReader(), {
    from: range.volumeOffset,
    to: farthest(range),
    checkBlocksFrom: 0,
    chunkBytes: Math.min(CHUNK_BYTES_MAX, range.blockCount * MEMBER_BYTES_MAX),
  });
  for await (const step of steps) {
    if (step.type === 'damage') {
      damagedAt ??= step.volumeOffset;
    } else if (isOther(step, range, nextBlock, endBlock)) {
      break;
    } else if (step.header.kind === MemberKind.BLOCK && step.member !== undefined) {
      if (step.header.blockNumber > nextBlock) yield missing(step.header.blockNumber);
      damagedAt = undefined;
      nextBlock += 1;
      yield { type: 'block', member: step.member };
    }
    if (nextBlock === endBlock) return;
  }
  if (nextBlock < endBlock) yield missing(endBlock);
}

/**
 * Where to stop looking: members lie next to each other, and the records between two blocks take less room than a
 * block (a file record is smaller than its tar header).
 */
function farthest(range: ReadRange): number {
  return range.volumeOffset + (range.blockCount + 1) * 2 * MEMBER_BYTES_MAX;
}

/** Whether this member shows that the rest of the range is not here. */
function isOther(
  step: WalkStep & { type: 'member' },
  range: ReadRange,
  nextBlock: number,
  endBlock: number,
): boolean {
  const { header } = step;
  if (!isOfSession(header, range)) return true;
  return (
    header.kind === MemberKind.BLOCK && (header.blockNumber < nextBlock || header.blockNumber >= endBlock)
  );
}

function isOfSession(header: MemberHeader, range: ReadRange): boolean {
  return header.volSessionId === range.volSessionId && header.volSessionTime === range.volSessionTime;
}

function missingText(
  { place }: VolumeFile,
  { volSessionId, volSessionTime, volumeOffset }: ReadRange,
  blocks: { from: number; until: number; damagedAt: number | undefined },
): string {
  const { from, until, damagedAt } = blocks;
  const which = until - from === 1 ? `Block ${from}` : `Blocks ${from} to ${until - 1}`;
  const what =
    damagedAt === undefined
      ? `not found from byte ${volumeOffset} on, where the catalog has the range`
      : `damaged, at byte ${damagedAt}`;
  return `${which} of session ${volSessionId}/${volSessionTime} on Volume "${place.volumeName}": ${what}`;
}
