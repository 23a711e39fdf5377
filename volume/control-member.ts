import {
  RecordsContent,
  SessionEnd,
  SessionStart,
  VolumeLabel,
  type MessageFns,
} from '../proto/noctule/record/v1/volume_members.ts';
import { messageOf } from '../errors/operator-error.ts';
import {
  CONTROL_CONTENT_BYTES_MAX,
  EMPTY_DEFLATE,
  GZIP_TRAILER_BYTES,
  MEMBER_HEADER_BYTES,
  MemberKind,
  bodyIsSound,
  parseMemberHeader,
  writeMemberHeader,
  type SessionPlace,
} from './member.ts';
import { MemberDamaged } from './volume-errors.ts';

/**
 * Members that are not blocks: they inflate to nothing, so that tar never sees them; their content, one encoded
 * protobuf message of volume_members.proto, stands in the extra field.
 */

/** What SessionEnd.status says of the session, or of its part on this volume. */
export const SessionEndStatus = {
  /** The job's stream is complete. */
  COMPLETE: 'T',
  /** Cut back to an entry boundary; nothing follows anywhere. */
  CUT_SHORT: 'E',
  /** The stream goes on in the job's next volume, perhaps in the middle of an entry: append nothing here. */
  CONTINUES: 'C',
} as const;

const NO_SESSION: SessionPlace = { volSessionId: 0, volSessionTime: 0, blockNumber: 0, streamOffset: 0 };

export function encodeLabel(label: VolumeLabel): Buffer {
  return encodeControl(MemberKind.LABEL, NO_SESSION, VolumeLabel.encode(label).finish());
}

export function encodeSessionStart(place: SessionPlace, start: SessionStart): Buffer {
  return encodeControl(MemberKind.SESSION_START, place, SessionStart.encode(start).finish());
}

/** `place` is behind the blocks that complete these records: number and offset of the block that comes next. */
export function encodeRecords(place: SessionPlace, records: RecordsContent): Buffer {
  return encodeControl(MemberKind.RECORDS, place, RecordsContent.encode(records).finish());
}

/** `place` is behind the last block. */
export function encodeSessionEnd(place: SessionPlace, end: SessionEnd): Buffer {
  return encodeControl(MemberKind.SESSION_END, place, SessionEnd.encode(end).finish());
}

/** The content of each kind, decoded from a whole member. @throws MemberDamaged */
export const decodeLabel = decoder(MemberKind.LABEL, VolumeLabel);
export const decodeSessionStart = decoder(MemberKind.SESSION_START, SessionStart);
export const decodeRecordsContent = decoder(MemberKind.RECORDS, RecordsContent);
export const decodeSessionEnd = decoder(MemberKind.SESSION_END, SessionEnd);

/**
 * The undecoded content of a member that is not a block: a view into `member`.
 * @throws MemberDamaged
 */
export function controlContent(member: Buffer, kind: MemberKind): Buffer {
  const header = parseMemberHeader(member);
  if (header === undefined) throw new MemberDamaged(`${nameOf(kind)} has a damaged header`);
  if (header.kind !== kind)
    throw new MemberDamaged(`${nameOf(kind)} was expected, found kind ${header.kind}`);
  if (header.memberBytes !== member.length || !bodyIsSound(member, header)) {
    throw new MemberDamaged(`${nameOf(kind)} is damaged: its CRC-32C does not fit`);
  }
  return member.subarray(MEMBER_HEADER_BYTES, MEMBER_HEADER_BYTES + header.contentBytes);
}

function encodeControl(kind: MemberKind, place: SessionPlace, content: Uint8Array): Buffer {
  if (content.length > CONTROL_CONTENT_BYTES_MAX) {
    throw new RangeError(`${nameOf(kind)} of ${content.length} bytes: at most ${CONTROL_CONTENT_BYTES_MAX}`);
  }
  const member = Buffer.alloc(
    MEMBER_HEADER_BYTES + content.length + EMPTY_DEFLATE.length + GZIP_TRAILER_BYTES,
  );
  member.set(content, MEMBER_HEADER_BYTES);
  member.set(EMPTY_DEFLATE, MEMBER_HEADER_BYTES + content.length);
  writeMemberHeader(member, {
    kind,
    codec: 'deflate',
    startsAtEntry: false,
    endsAtEntry: false,
    volSessionId: place.volSessionId,
    volSessionTime: place.volSessionTime,
    blockNumber: place.blockNumber,
    streamOffset: place.streamOffset,
    contentBytes: content.length,
    volumeOffset: 0,
    firstHeaderOffset: undefined,
  });
  return member;
}

function decoder<T>(kind: MemberKind, message: MessageFns<T>): (member: Buffer) => T {
  return (member) => {
    const content = controlContent(member, kind);
    try {
      return message.decode(content);
    } catch (cause) {
      throw new MemberDamaged(`${nameOf(kind)} cannot be decoded: ${messageOf(cause)}`, { cause });
    }
  };
}

function nameOf(kind: MemberKind): string {
  const name = Object.entries(MemberKind).find(([, value]) => value === kind)?.[0] ?? `kind ${kind}`;
  return `A member of kind ${name.toLowerCase().replace('_', '-')}`;
}
