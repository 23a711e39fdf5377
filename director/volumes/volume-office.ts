import { ChangeSignal } from '../change-signal.ts';
import { TurnLock } from '../turn-lock.ts';

/**
 * Who writes to which volume, and who reads which jobs. One for the whole Director.
 *
 * Invariants
 *  (1) A volume is reserved for at most one job: one job writes a volume at a time.
 *  (2) Volumes are looked for, made and reserved, and jobs taken off them, by one at a time (`lock`): two jobs never
 *      make one name, and nothing is overwritten that was meant to stay when somebody looked.
 *  (3) What a running job reads stays on its volume and in the catalog.
 */
export class VolumeOffice {
  /** Held while a volume is looked for or jobs are removed. */
  readonly lock = new TurnLock();
  /** A volume was labelled, released or changed: those who wait for one look again. */
  readonly changes = new ChangeSignal();
  readonly #writers = new Map<number, number>();
  /** JobIds of backups, by the running job that reads them. */
  readonly #read = new Map<number, readonly number[]>();

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

  /** MediaIds that are written now. */
  written(): readonly number[] {
    return [...this.#writers.keys()];
  }

  /** Until it is disposed of, nobody takes these jobs away. Waits while somebody does. */
  async read(jobIds: readonly number[], readerJobId: number): Promise<Disposable> {
    await this.lock.run(async () => void this.#read.set(readerJobId, jobIds));
    return { [Symbol.dispose]: () => void this.#read.delete(readerJobId) };
  }

  /** JobIds that running jobs read. */
  jobsRead(): ReadonlySet<number> {
    return new Set([...this.#read.values()].flat());
  }
}
