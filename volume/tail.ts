import { decodeSessionEnd } from './control-member.ts';
import { MemberKind, placeBehind, placeOf, type SessionPlace } from './member.ts';
import type { PositionedReader } from './positioned-reader.ts';
import { findNextMember, walkMembers, type FoundMember } from './walk.ts';

/** A writer never has more bytes than this behind the last sync; only so much can be torn by a crash. */
export const UNSYNCED_BYTES_MAX = 64 * 1024 * 1024;

const FIRST_LOOK_BYTES = 8 * 1024 * 1024;
const LOOK_GROWTH = 8;

/** What stands at the end of a volume. */
export interface VolumeTail {
  /** End of the last whole member. What lies behind it is torn, or left over from a cut. */
  readonly wholeBytes: number;
  /**
   * Where a new session may follow: `wholeBytes`, or, when the last session did not end, its last entry boundary.
   * Then a session-end with `lastSession.place` belongs here.
   */
  readonly cutBytes: number;
  /** Undefined when there is nothing but the label. */
  readonly lastSession: LastSession | undefined;
}

export interface LastSession {
  /** Status of its session-end; undefined when it has none. */
  readonly status: string | undefined;
  /** How far its stream goes in the bytes before `cutBytes`. */
  readonly place: SessionPlace;
}

/**
 * Looks from the end of a volume backwards, only as far as needed to know its last session.
 *
 * `syncedBytes` is how many bytes are known to be durable (the catalog's figure); undefined when nobody knows. Damage
 * behind it is a torn tail; damage before it is damage, and what stands behind that still counts.
 */
export async function findTail(
  reader: PositionedReader,
  syncedBytes: number | undefined,
): Promise<VolumeTail> {
  for (let lookBytes = FIRST_LOOK_BYTES; ; lookBytes *= LOOK_GROWTH) {
    const from = Math.max(0, reader.sizeBytes - lookBytes);
    const tail = await scanTail(reader, from, syncedBytes);
    if (tail.isCutKnown || from === 0) return tail;
  }
}

async function scanTail(
  reader: PositionedReader,
  from: number,
  syncedBytes: number | undefined,
): Promise<TailScan> {
  const tail = new TailScan();
  const steps = walkMembers(reader, {
    from: from === 0 ? 0 : await findNextMember(reader, from, reader.sizeBytes),
    checkBlocksFrom: syncedBytes ?? Math.max(0, reader.sizeBytes - UNSYNCED_BYTES_MAX),
  });
  for await (const step of steps) {
    if (step.type === 'member') tail.take(step);
    else if (syncedBytes !== undefined && step.volumeOffset >= syncedBytes) break;
  }
  return tail;
}

/** The VolumeTail of the members seen so far. */
class TailScan implements VolumeTail {
  wholeBytes = 0;
  cutBytes = 0;
  lastSession: LastSession | undefined;
  /** False while only the inside of a session was seen, whose last entry boundary lies further in front. */
  isCutKnown = false;

  take(found: FoundMember): void {
    const { header, volumeOffset } = found;
    const end = volumeOffset + header.memberBytes;
    if (header.kind === MemberKind.LABEL || header.kind === MemberKind.SESSION_START) {
      this.lastSession =
        header.kind === MemberKind.LABEL ? undefined : { status: undefined, place: placeOf(header) };
      this.#cutAt(end);
      this.wholeBytes = end;
      return;
    }
    if (!this.#isOfLastSession(header)) {
      this.lastSession = { status: undefined, place: placeOf(header) };
      this.cutBytes = volumeOffset;
      this.isCutKnown = false;
    } else if (this.lastSession?.status !== undefined) {
      return; // Behind its own session-end: left over when a crash came between the parts of a cut.
    }
    if (header.kind === MemberKind.SESSION_END && found.member !== undefined) {
      this.lastSession = { status: decodeSessionEnd(found.member).status, place: placeOf(header) };
      this.#cutAt(end);
    } else if (header.kind === MemberKind.BLOCK && header.endsAtEntry) {
      this.lastSession = { status: undefined, place: placeBehind(header) };
      this.#cutAt(end);
    } else if (header.kind === MemberKind.RECORDS && this.cutBytes === volumeOffset) {
      this.cutBytes = end;
    }
    this.wholeBytes = end;
  }

  #cutAt(end: number): void {
    this.cutBytes = end;
    this.isCutKnown = true;
  }

  #isOfLastSession(place: SessionPlace): boolean {
    const last = this.lastSession?.place;
    return last?.volSessionId === place.volSessionId && last.volSessionTime === place.volSessionTime;
  }
}
