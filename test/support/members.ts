import { parseMemberHeader, type MemberHeader } from '../../volume/member.ts';

/** The members of a sound volume, in order. @throws Error when it is none. */
export function membersOf(volume: Buffer): MemberHeader[] {
  const members: MemberHeader[] = [];
  for (let at = 0; at < volume.length;) {
    const header = parseMemberHeader(volume.subarray(at));
    if (header === undefined) throw new Error(`no member at ${at} of a sound volume`);
    members.push(header);
    at += header.memberBytes;
  }
  return members;
}
