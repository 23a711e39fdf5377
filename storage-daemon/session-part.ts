import type { Durable } from '../proto/noctule/storage/v1/storage_daemon.ts';
import { releaseMember } from '../transport/bulk.ts';
import { SessionEndStatus } from '../volume/control-member.ts';
import { MemberKind, placeBehind, placeOf, type SessionPlace } from '../volume/member.ts';
import { durableReports, type WrittenMember } from './durable-report.ts';
import type { SessionMember } from './member-sequence.ts';
import type { MountedVolume } from './mount-volume.ts';
import { sessionEndAt } from './own-members.ts';
import { NoRoom, VolumeUnusable } from './storage-errors.ts';

export interface SessionPartOptions {
  readonly volume: MountedVolume;
  /** 0 = no limit. */
  readonly volumeBytesMax: number;
  /** The session-start member of this part, which begins at `place` of the session. */
  encodeStart(place: SessionPlace): Buffer;
  /** Called in order; the next sync waits for it. What it throws ends the part. */
  onDurable(report: Durable): Promise<void>;
}

/** What a session left behind when it moved on to another volume. */
export interface Departure {
  /** Members that are not durable here: they have to be written again, on the next volume. */
  readonly carried: readonly SessionMember[];
  /** Whether the volume says that the session goes on elsewhere; without that it must not be appended to. */
  readonly isMarked: boolean;
}

/** A sync is begun when this much was written since the last; the writing goes on meanwhile. */
const SYNC_BYTES = 16 * 1024 * 1024;
/** The writing waits when this much is not durable yet: it has to be kept in memory (see `leave`). */
const UNSYNCED_BYTES_LIMIT = 2 * SYNC_BYTES;
/** A sync is begun so long after the last write at the latest. */
const SYNC_IDLE_MS = 1000;
/** Kept free below the limit of the volume, so that the member that ends the part always fits. */
const END_BYTES = 512;

interface Boundary {
  /** End of the last member that may stay when the session is cut back. */
  readonly bytes: number;
  readonly place: SessionPlace;
}

/**
 * The part of a session that lies on one volume. Members that are not durable are kept in memory, so that a disk that
 * fails, or takes back the room it had promised, costs nothing: they go to the next volume.
 */
export class SessionPart implements AsyncDisposable {
  readonly volume: MountedVolume;
  readonly volumeName: string;
  readonly #options: SessionPartOptions;
  #blockCount = 0;
  #unsynced: WrittenMember[] = [];
  #unsyncedBytes = 0;
  /** Behind the last member of the session here. Undefined until the session-start is written. */
  #place: SessionPlace | undefined;
  #boundary: Boundary | undefined;
  #durableBoundary: Boundary | undefined;
  #isEndDurable = false;
  #syncing: Promise<void> | undefined;
  #isSyncWanted = false;
  #failure: unknown;
  readonly #idleTimer: NodeJS.Timeout;

  constructor(options: SessionPartOptions) {
    this.#options = options;
    this.volume = options.volume;
    this.volumeName = options.volume.writer.volumeName;
    this.#idleTimer = setTimeout(() => this.#wantSync(), SYNC_IDLE_MS).unref();
  }

  /** Blocks of the session on this volume. */
  get blockCount(): number {
    return this.#blockCount;
  }

  /** Whether at least one block of the session is, or can be made, durable on this volume. */
  async keepsBlocks(): Promise<boolean> {
    try {
      await this.flush();
    } catch (error) {
      if (!isVolumeFailure(error)) throw error;
    }
    return this.#durableBlockCount > 0;
  }

  /** Whether the session-start was written. */
  get isBegun(): boolean {
    return this.#place !== undefined;
  }

  /** Whether the volume would grow past its limit. At least one block is always taken. */
  isFullFor({ header }: SessionMember): boolean {
    const { volumeBytesMax, volume } = this.#options;
    if (volumeBytesMax === 0 || header.kind === MemberKind.SESSION_END) return false;
    if (volume.isFresh && this.#blockCount === 0) return false;
    const startBytes = this.#place === undefined ? this.#options.encodeStart(header).length : 0;
    return volume.writer.endBytes + startBytes + header.memberBytes + END_BYTES > volumeBytesMax;
  }

  /**
   * Appends a member; it becomes durable by itself soon after, and the memory of a block is given back then. Waits when too much is not durable yet.
   * @throws NoRoom: this member was not taken, the part is as before. @throws VolumeUnusable: leave() tells what to
   * carry on. @throws what onDurable threw
   */
  async write(item: SessionMember): Promise<void> {
    this.#throwFailure();
    const { writer } = this.volume;
    if (this.#place === undefined) {
      await writer.append(this.#options.encodeStart(item.header));
      this.#place = placeOf(item.header);
      this.#boundary = { bytes: writer.endBytes, place: this.#place };
    }
    const volumeOffset = await writer.append(item.member);
    this.#note({ ...item, volumeOffset });
    this.#idleTimer.refresh();
    if (this.#unsyncedBytes >= SYNC_BYTES || item.header.kind === MemberKind.RECORDS) this.#wantSync();
    if (this.#unsyncedBytes >= UNSYNCED_BYTES_LIMIT) {
      this.#wantSync();
      await this.#syncing; // if it fails, the next call says so: this member was taken
    }
  }

  /** Resolves when all that was written is durable and reported. @throws as `write` */
  async flush(): Promise<void> {
    while (this.#unsynced.length > 0 && this.#failure === undefined) {
      this.#wantSync();
      await this.#syncing;
    }
    this.#throwFailure();
  }

  /**
   * Undoes what is not durable, after a failure too, so that the part can be used as before it was written. Resolves
   * with what was undone. @throws VolumeUnusable
   */
  async takeBack(): Promise<readonly SessionMember[]> {
    await this.#syncing;
    await this.volume.writer.takeBack();
    const undone = this.#unsynced;
    this.#blockCount = this.#durableBlockCount;
    this.#boundary = this.#durableBoundary;
    if (this.#boundary === undefined) this.#place = undefined;
    else if (undone[0] !== undefined) this.#place = placeOf(undone[0].header);
    this.#unsynced = [];
    this.#unsyncedBytes = 0;
    this.#failure = undefined;
    return undone;
  }

  /** Ends the part because the session goes on in another volume. @throws what onDurable threw */
  async leave(): Promise<Departure> {
    await this.#syncing;
    if (this.#place === undefined) return { carried: [], isMarked: true };
    try {
      this.#throwFailure();
      await this.volume.writer.append(sessionEndAt(this.#place, SessionEndStatus.CONTINUES));
      await this.#syncAndReport();
      return { carried: [], isMarked: true };
    } catch (error) {
      if (!isVolumeFailure(error)) throw error;
    }
    return this.#leaveWhatIsDurable(this.#place);
  }

  /**
   * Ends the part because the session died: cuts it back to its last entry boundary. Resolves with the bytes of the
   * volume then; undefined when nothing of the session is on it, or its session-end is and is durable.
   * @throws VolumeUnusable: the next open will do it.
   */
  async cutShort(): Promise<number | undefined> {
    await this.#syncing;
    const { writer } = this.volume;
    const boundary = writer.isFailed ? this.#durableBoundary : this.#boundary;
    if (boundary === undefined || this.#isEndDurable) return undefined;
    await writer.endAt(boundary.bytes, sessionEndAt(boundary.place, SessionEndStatus.CUT_SHORT));
    return writer.endBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idleTimer);
    await this.#syncing;
    await this.volume[Symbol.asyncDispose]();
  }

  get #durableBlockCount(): number {
    return this.#blockCount - this.#unsynced.filter(isBlock).length;
  }

  #note(written: WrittenMember): void {
    const { header, volumeOffset } = written;
    const end = volumeOffset + header.memberBytes;
    this.#unsynced.push(written);
    this.#unsyncedBytes += header.memberBytes;
    if (isBlock(written)) {
      this.#blockCount += 1;
      this.#place = placeBehind(header);
      if (header.endsAtEntry) this.#boundary = { bytes: end, place: this.#place };
    } else if (header.kind === MemberKind.RECORDS && this.#boundary?.bytes === volumeOffset) {
      this.#boundary = { ...this.#boundary, bytes: end };
    }
  }

  #wantSync(): void {
    this.#isSyncWanted = true;
    if (this.#unsynced.length === 0 || this.#failure !== undefined) return;
    this.#syncing ??= this.#syncWhileWanted();
  }

  /** Never rejects: the failure is thrown where the part is used next. */
  async #syncWhileWanted(): Promise<void> {
    try {
      while (this.#isSyncWanted && this.#unsynced.length > 0) {
        this.#isSyncWanted = false;
        await this.#syncAndReport();
      }
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#syncing = undefined;
    }
  }

  async #syncAndReport(): Promise<void> {
    const count = this.#unsynced.length;
    const boundary = this.#boundary;
    await this.volume.writer.sync();
    const durable = this.#unsynced.splice(0, count);
    this.#durableBoundary = boundary;
    for (const { header } of durable) {
      this.#unsyncedBytes -= header.memberBytes;
      this.#isEndDurable ||= header.kind === MemberKind.SESSION_END;
    }
    for (const report of durableReports(this.volumeName, durable, this.volume.writer.durableBytes)) {
      await this.#options.onDurable(report);
    }
    for (const { member } of durable.filter(isBlock)) releaseMember(member);
  }

  async #leaveWhatIsDurable(end: SessionPlace): Promise<Departure> {
    const { writer } = this.volume;
    const carried = this.#unsynced;
    const place = carried[0] === undefined ? end : placeOf(carried[0].header);
    try {
      await writer.endAt(writer.durableBytes, sessionEndAt(place, SessionEndStatus.CONTINUES));
      return { carried, isMarked: true };
    } catch (error) {
      if (!isVolumeFailure(error)) throw error;
      return { carried, isMarked: false };
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }
}

function isBlock({ header }: SessionMember): boolean {
  return header.kind === MemberKind.BLOCK;
}

/** Whether the volume is at fault, so that the session may go on with another. */
export function isVolumeFailure(error: unknown): error is NoRoom | VolumeUnusable {
  return error instanceof NoRoom || error instanceof VolumeUnusable;
}
