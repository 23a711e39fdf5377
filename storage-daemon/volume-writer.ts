import { messageOf } from '../errors/operator-error.ts';
import { placeMember } from '../volume/member.ts';
import { NoRoom, VolumeUnusable } from './storage-errors.ts';
import { isNoRoom, writeFully, type StorageFile } from './storage-file.ts';
import type { VolumeFile } from './volume-file.ts';

/**
 * Appends members to one volume. One writer per volume at a time: the claim on the volume holds the others off.
 *
 * Invariants
 *  (1) Bytes before `durableBytes` are synced. Bytes behind it may be torn; the next open cuts them off.
 *  (2) The file ends with a whole member: what a write without room left behind is cut off at once.
 *  (3) After any other failure, and after a failed sync, what lies behind `durableBytes` is unknown: nothing but
 *      `takeBack` and `endAt` is allowed, which put an end to it.
 *
 *     OPEN --no room for a member--> OPEN      OPEN --other failure--> FAILED --takeBack, endAt--> OPEN
 *     any --dispose--> CLOSED
 */
export class VolumeWriter implements AsyncDisposable {
  readonly volumeName: string;
  readonly #volume: VolumeFile;
  #endBytes: number;
  #durableBytes: number;
  #failure: unknown;

  /** `endBytes`: where the file ends, durable. */
  constructor(volume: VolumeFile, endBytes: number) {
    this.volumeName = volume.place.volumeName;
    this.#volume = volume;
    this.#endBytes = endBytes;
    this.#durableBytes = endBytes;
  }

  get endBytes(): number {
    return this.#endBytes;
  }

  get durableBytes(): number {
    return this.#durableBytes;
  }

  /** Whether a failure left the bytes behind `durableBytes` unknown. */
  get isFailed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Places a member behind the others; resolves with its offset. Not durable before `sync`.
   * @throws NoRoom: nothing was written, try again later or elsewhere. @throws VolumeUnusable
   */
  append(member: Buffer): Promise<number> {
    return this.#attempt(async () => {
      const offset = this.#endBytes;
      placeMember(member, offset);
      try {
        await writeFully(this.#volume.file, member, offset);
      } catch (cause) {
        if (!isNoRoom(cause)) throw cause;
        await this.#volume.file.truncate(offset); // (2)
        throw new NoRoom(`No room for more of Volume "${this.volumeName}": ${messageOf(cause)}`, { cause });
      }
      this.#endBytes = offset + member.length;
      return offset;
    });
  }

  /**
   * Makes durable what was appended before the call; appends may go on meanwhile.
   * @throws VolumeUnusable
   */
  sync(): Promise<void> {
    return this.#attempt(async () => {
      const endBytes = this.#endBytes;
      await this.#volume.file.datasync();
      this.#durableBytes = endBytes;
    });
  }

  /** Cuts off what is not durable. @throws VolumeUnusable */
  async takeBack(): Promise<void> {
    this.#failure = undefined;
    await this.#attempt(() => this.#volume.file.truncate(this.#durableBytes));
    this.#endBytes = this.#durableBytes;
  }

  /**
   * Ends the volume with `member` at `offset`, in place of all that stands there; durable when this resolves.
   * @throws VolumeUnusable: the next open has to repair the tail.
   */
  async endAt(offset: number, member: Buffer): Promise<void> {
    this.#failure = undefined;
    await this.#attempt(() => endVolumeAt(this.#volume.file, offset, member));
    this.#endBytes = this.#durableBytes = offset + member.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#volume[Symbol.asyncDispose]();
  }

  async #attempt<T>(io: () => Promise<T>): Promise<T> {
    if (this.#failure !== undefined) throw this.#unusable(this.#failure);
    try {
      return await io();
    } catch (cause) {
      if (cause instanceof NoRoom) throw cause;
      this.#failure = cause;
      throw this.#unusable(cause);
    }
  }

  #unusable(cause: unknown): VolumeUnusable {
    return new VolumeUnusable(`Volume "${this.volumeName}" cannot be written: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/**
 * How a session is cut back: `member` is durable before what stood behind `offset` goes, so that a crash between the
 * two leaves it in front of leftovers that the tail repair knows as such.
 */
export async function endVolumeAt(file: StorageFile, offset: number, member: Buffer): Promise<void> {
  placeMember(member, offset);
  const endBytes = offset + member.length;
  await writeFully(file, member, offset);
  try {
    await file.datasync();
  } catch (error) {
    await file.truncate(endBytes).catch(() => {}); // the leftovers go at least from what readers see now
    throw error;
  }
  await file.truncate(endBytes);
  await file.sync();
}
