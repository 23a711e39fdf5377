import { ChangeSignal } from '../change-signal.ts';
import { TurnLock } from '../turn-lock.ts';

/**
 * Who writes to which volume. One for the whole Director.
 *
 * Invariants
 *  (1) A volume is reserved for at most one job: one job writes a volume at a time.
 *  (2) Volumes are looked for, made and reserved by one job at a time (`lock`), so two jobs never make one name.
 */
export class VolumeOffice {
  /** Held while a volume is looked for. */
  readonly lock = new TurnLock();
  /** A volume was labelled, released or changed: those who wait for one look again. */
  readonly changes = new ChangeSignal();
  readonly #writers = new Map<number, number>();

  /** MediaIds that jobs other than `jobId` write to. */
  inUseByOthers(jobId: number): ReadonlySet<number> {
    return new Set([...this.#writers].filter(([, writer]) => writer !== jobId).map(([mediaId]) => mediaId));
  }

  writerOf(mediaId: number): number | undefined {
    return this.#writers.get(mediaId);
  }

  reserve(mediaId: number, jobId: number): void {
    const writer = this.#writers.get(mediaId);
    if (writer !== undefined && writer !== jobId) {
      throw new Error(`MediaId ${mediaId} is reserved for JobId ${writer} already`);
    }
    this.#writers.set(mediaId, jobId);
  }

  release(mediaId: number): void {
    if (this.#writers.delete(mediaId)) this.changes.notify();
  }
}
