import { OperatorError } from '../errors/operator-error.ts';
import type { SessionEnd } from '../proto/noctule/record/v1/volume_members.ts';
import { decodeRecordsContent, decodeSessionEnd } from '../volume/control-member.ts';
import {
  MemberKind,
  bodyIsSound,
  parseMemberHeader,
  placeBehind,
  type MemberHeader,
  type SessionPlace,
} from '../volume/member.ts';
import { MemberRefused } from './storage-errors.ts';

/** One member of a session, checked. */
export interface SessionMember {
  readonly header: MemberHeader;
  readonly member: Buffer;
  /** File records in it. */
  readonly recordCount: number;
}

/**
 * Checks that what a file daemon sends is its session, whole and in order: nothing else may get onto a volume. A ticket
 * holder is trusted with his job and no more.
 */
export class MemberSequence {
  #next: SessionPlace;
  #endsAtEntry = true;
  #end: SessionEnd | undefined;

  /** @param session With the place of the block with which it goes on, if it is resumed. */
  constructor(session: Pick<SessionPlace, 'volSessionId' | 'volSessionTime'> & Partial<SessionPlace>) {
    this.#next = { blockNumber: 0, streamOffset: 0, ...session };
  }

  /** The session-end, once it was seen: nothing may follow. */
  get end(): SessionEnd | undefined {
    return this.#end;
  }

  /** @throws MemberRefused */
  accept(member: Buffer): SessionMember {
    const header = parseMemberHeader(member);
    if (header === undefined) throw refused('bytes that are no member of a volume');
    if (header.memberBytes !== member.length || !bodyIsSound(member, header))
      throw refused('a damaged member');
    if (this.#end !== undefined) throw refused('a member behind its session-end');
    this.#checkPlace(header);
    switch (header.kind) {
      case MemberKind.BLOCK:
        this.#acceptBlock(header);
        return { header, member, recordCount: 0 };
      case MemberKind.RECORDS:
        return { header, member, recordCount: decoded(() => decodeRecordsContent(member)).recordCount };
      case MemberKind.SESSION_END:
        this.#acceptEnd(decoded(() => decodeSessionEnd(member)));
        return { header, member, recordCount: 0 };
      default:
        throw refused(`a member of kind ${header.kind}, which is not for file daemons to write`);
    }
  }

  #checkPlace(header: MemberHeader): void {
    const { volSessionId, volSessionTime, blockNumber, streamOffset } = this.#next;
    if (header.volSessionId !== volSessionId || header.volSessionTime !== volSessionTime) {
      throw refused(
        `a member of session ${header.volSessionId}/${header.volSessionTime}` +
          ` in the session ${volSessionId}/${volSessionTime}`,
      );
    }
    if (header.blockNumber !== blockNumber || header.streamOffset !== streamOffset) {
      throw refused(
        `block ${header.blockNumber} at ${header.streamOffset} of its stream,` +
          ` where block ${blockNumber} at ${streamOffset} was next`,
      );
    }
  }

  #acceptBlock(header: MemberHeader): void {
    if (header.startsAtEntry !== this.#endsAtEntry) {
      throw refused(`block ${header.blockNumber}, whose entry boundary is not that of the block before it`);
    }
    this.#endsAtEntry = header.endsAtEntry;
    this.#next = placeBehind(header);
  }

  #acceptEnd(end: SessionEnd): void {
    if (!this.#endsAtEntry) throw refused('a session-end inside an entry');
    if (end.streamBytes !== this.#next.streamOffset) {
      throw refused(`a session-end for ${end.streamBytes} bytes of stream after ${this.#next.streamOffset}`);
    }
    this.#end = end;
  }
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof OperatorError) throw refused(`a bad member: ${error.message}`);
    throw error;
  }
}

function refused(what: string): MemberRefused {
  return new MemberRefused(`The file daemon sent ${what}`);
}
