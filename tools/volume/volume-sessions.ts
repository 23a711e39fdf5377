import type { SessionEnd, SessionStart } from '../../proto/noctule/record/v1/volume_members.ts';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { decodeSessionEnd, decodeSessionStart, SessionEndStatus } from '../../volume/control-member.ts';
import { MemberKind, type MemberHeader } from '../../volume/member.ts';
import { walkMembers } from '../../volume/walk.ts';
import type { VolumeOnDisk } from './volume-on-disk.ts';

/** The part of a job's stream that lies on one volume. */
export interface SessionPart {
  readonly volume: VolumeOnDisk;
  readonly volSessionId: number;
  readonly volSessionTime: number;
  /** Undefined where it is damaged. */
  readonly start: SessionStart | undefined;
  /** Undefined: the session did not end on this volume, or the end is damaged. */
  end: SessionEnd | undefined;
  /** Where its members lie. */
  readonly from: number;
  to: number;
  /** Number of the block that comes next at its beginning, and at its end. */
  readonly firstBlock: number;
  nextBlock: number;
  /** What counts of it, when the job went on elsewhere after it was broken off. */
  kept?: Kept;
}

/** Of a part of a job that was resumed, as the session-start there says. */
export interface Kept {
  /** This block and those behind it are void. */
  readonly blockNumber: number;
  /** The files behind this one are void. */
  readonly fileIndex: number;
}

/** `id/time`: what a session is known by. */
export function sessionName({
  volSessionId,
  volSessionTime,
}: Pick<MemberHeader, 'volSessionId' | 'volSessionTime'>): string {
  return `${volSessionId}/${volSessionTime}`;
}

/** Whether the job goes on in another volume. */
export function continues({ end }: SessionPart): boolean {
  return end?.status === SessionEndStatus.CONTINUES;
}

/** The sessions of a volume, in order. Steps over the blocks; damaged stretches are left out. */
export async function sessionsOf(volume: VolumeOnDisk): Promise<SessionPart[]> {
  const parts: SessionPart[] = [];
  for await (const step of walkMembers(volume.reader, { checkBlocksFrom: Infinity })) {
    if (step.type !== 'member' || step.header.kind === MemberKind.LABEL) continue;
    const { header, member, volumeOffset } = step;
    const last = parts.at(-1);
    const isSame = last !== undefined && sessionName(last) === sessionName(header);
    const part =
      isSame && header.kind !== MemberKind.SESSION_START
        ? last
        : newPart(volume, header, member, volumeOffset);
    if (part !== last) parts.push(part);
    part.to = volumeOffset + header.memberBytes;
    part.nextBlock = header.blockNumber + (header.kind === MemberKind.BLOCK ? 1 : 0);
    if (header.kind === MemberKind.SESSION_END && member !== undefined) part.end = decodeSessionEnd(member);
  }
  return parts;
}

function newPart(
  volume: VolumeOnDisk,
  { kind, volSessionId, volSessionTime, blockNumber }: MemberHeader,
  member: Buffer | undefined,
  from: number,
): SessionPart {
  const start =
    kind === MemberKind.SESSION_START && member !== undefined ? decodeSessionStart(member) : undefined;
  return {
    ...{ volume, volSessionId, volSessionTime, start, end: undefined, from, to: from },
    ...{ firstBlock: blockNumber, nextBlock: blockNumber },
  };
}

/** The parts of each session in their order, sessions as they were met first. */
export function bySession(parts: readonly SessionPart[]): SessionPart[][] {
  return [...Map.groupBy(parts, sessionName).values()].map(inOrder);
}

/** The parts of one session in their order, each with what counts of it. */
function inOrder(parts: readonly SessionPart[]): SessionPart[] {
  const ordered = parts.toSorted(
    ({ start: a }, { start: b }) =>
      (a?.volumeIndex ?? 0) - (b?.volumeIndex ?? 0) || (a?.startedAtMs ?? 0) - (b?.startedAtMs ?? 0),
  );
  let kept: Kept | undefined;
  for (const part of ordered.toReversed()) {
    if (kept !== undefined) part.kept = kept;
    const { start, firstBlock } = part;
    if (start?.resumedBehind === undefined || firstBlock >= (kept?.blockNumber ?? Infinity)) continue;
    kept = { blockNumber: firstBlock, fileIndex: start.resumedBehind };
  }
  return ordered;
}

/** Whether the block belongs to the job as it is now. */
export function isKeptBlock({ kept }: SessionPart, { blockNumber }: MemberHeader): boolean {
  return kept === undefined || blockNumber < kept.blockNumber;
}

/** Those of the records of a member that belong to the job as it is now. */
export function keptRecords({ kept }: SessionPart, records: FileRecord[]): FileRecord[] {
  if (kept === undefined) return records;
  const firstVoid = records.findIndex(({ fileIndex }) => fileIndex > kept.fileIndex);
  return firstVoid < 0 ? records : records.slice(0, firstVoid);
}

/** The first part of a session in front of which blocks are missing, or that has no sound beginning. */
export function partBehindGap(parts: readonly SessionPart[]): SessionPart | undefined {
  let nextBlock = 0;
  return parts.find((part) => {
    if (part.start === undefined || part.firstBlock > nextBlock) return true;
    nextBlock = part.nextBlock;
    return false;
  });
}
