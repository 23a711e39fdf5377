import type { SessionEnd, SessionStart } from '../../proto/noctule/record/v1/volume_members.ts';
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
    if (header.kind === MemberKind.SESSION_END && member !== undefined) part.end = decodeSessionEnd(member);
  }
  return parts;
}

function newPart(
  volume: VolumeOnDisk,
  { kind, volSessionId, volSessionTime }: MemberHeader,
  member: Buffer | undefined,
  from: number,
): SessionPart {
  const start =
    kind === MemberKind.SESSION_START && member !== undefined ? decodeSessionStart(member) : undefined;
  return { volume, volSessionId, volSessionTime, start, end: undefined, from, to: from };
}

/** The parts of each session in their order, sessions as they were met first. */
export function bySession(parts: readonly SessionPart[]): SessionPart[][] {
  const sessions = Map.groupBy(parts, sessionName);
  const order = ({ start }: SessionPart) => start?.volumeIndex ?? 0;
  return [...sessions.values()].map((all) => all.toSorted((a, b) => order(a) - order(b)));
}
