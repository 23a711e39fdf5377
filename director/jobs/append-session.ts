import type { SavedPart } from '../../catalog/rows.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import type {
  AppendFinished,
  AppendOpen,
  AppendOpened,
  AppendRequest,
  AppendResponse,
  Durable,
  VolumeWanted,
} from '../../proto/noctule/storage/v1/storage_daemon.ts';
import type { Exchange, StorageLink } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import type { JobVolumes } from '../volumes/job-volumes.ts';
import { InFlight } from './in-flight.ts';
import { GraceLine } from './grace-line.ts';
import { storageFailure } from './peer-failure.ts';
import { sessionMessage } from './peer-messages.ts';

/** Durable reports on their way into the catalog: enough to keep its writer busy, few enough to bound memory. */
const REPORTS_IN_FLIGHT = 4;

export interface AppendSessionOptions {
  readonly volumes: JobVolumes;
  /** Writes a durable report to the catalog; called in order. */
  readonly record: (durable: Durable, mediaId: number) => Promise<void>;
  readonly say: (type: MessageType, text: string, at: Date) => Promise<void>;
  /** The storage daemon waits for this; empty: it goes on. */
  readonly onWaiting: (what: string) => void;
  /** Of a job that is resumed: what is kept of it. */
  readonly saved?: SavedPart | undefined;
}

/** What has become durable in a session, as the storage daemon told, with what is kept of a job that is resumed. */
export interface AppendTally {
  blocks: number;
  /** Length of the job's stream so far. */
  streamBytes: number;
  /** Bytes of block members. */
  memberBytes: number;
  records: number;
  /** Volumes that hold blocks of the job, in order. */
  readonly volumeNames: string[];
  /** Of the volume written last, label included. */
  lastVolumeBytes: number;
}

/**
 * The Director's side of one backup session on a storage daemon: names volumes when asked, and carries what has become
 * durable to the catalog, in order.
 *
 *     open --opened--> run --(volume wanted | mounted | closed | durable | message)*--> finished
 *                       |--signal aborts, or something fails here--> abort sent, what is durable still recorded --> thrown
 */
export class AppendSession implements Disposable {
  readonly tally: AppendTally;
  readonly opened: AppendOpened;
  readonly #options: AppendSessionOptions;
  readonly #line: GraceLine;
  readonly #exchange: Exchange<AppendRequest, AppendResponse>;
  readonly #events: AsyncIterator<AppendResponse>;
  readonly #reports = new InFlight(REPORTS_IN_FLIGHT);
  readonly #failure = new AbortController();
  #answering: Promise<void> = Promise.resolve();

  private constructor(
    line: GraceLine,
    call: { exchange: Exchange<AppendRequest, AppendResponse>; events: AsyncIterator<AppendResponse> },
    opened: AppendOpened,
    options: AppendSessionOptions,
  ) {
    this.#line = line;
    this.#exchange = call.exchange;
    this.#events = call.events;
    this.opened = opened;
    this.#options = options;
    this.tally = tallyOf(options.saved);
  }

  /** Opens a session; `run` has to follow. */
  static async open(
    storage: StorageLink,
    request: AppendOpen,
    options: AppendSessionOptions & { readonly signal: AbortSignal },
  ): Promise<AppendSession> {
    const line = new GraceLine(options.signal);
    try {
      const exchange = storage.append(line.signal);
      const events = exchange.events[Symbol.asyncIterator]();
      await exchange.send({ command: { $case: 'open', value: request } });
      const first = await events.next();
      const event = first.done ? undefined : first.value.event;
      if (event?.$case !== 'opened') {
        throw new JobFailed('The storage daemon opened no session, and gave no reason');
      }
      return new AppendSession(line, { exchange, events }, event.value, options);
    } catch (error) {
      line[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Serves the session until it has finished and all of it is in the catalog. When `signal` aborts, the storage daemon
   * is told to cut the session back, and what it still reports is recorded.
   * @throws the reason of `signal`, what failed here, or JobFailed when the storage daemon was lost.
   */
  async run(signal: AbortSignal): Promise<AppendFinished> {
    const stop = AbortSignal.any([signal, this.#failure.signal]);
    this.#line.detach();
    const breakOff = () => this.#breakOff(stop.reason);
    stop.addEventListener('abort', breakOff, { once: true });
    if (stop.aborted) breakOff();
    try {
      const finished = await this.#serve(stop);
      await this.#reports.settled();
      stop.throwIfAborted();
      return finished;
    } catch (error) {
      throw stop.aborted ? stop.reason : error;
    } finally {
      stop.removeEventListener('abort', breakOff);
      this.#failure.abort(); // ends a search for a volume that nobody wants any more
      await this.#answering;
    }
  }

  [Symbol.dispose](): void {
    this.#line[Symbol.dispose]();
  }

  async #serve(stop: AbortSignal): Promise<AppendFinished> {
    for (;;) {
      const next = await this.#nextEvent();
      if (next?.$case === 'finished') return next.value;
      try {
        // After a failure what follows must not be recorded: it would leave a gap.
        if (!this.#failure.signal.aborted) await this.#take(next, stop);
      } catch (error) {
        this.#failure.abort(error);
      }
    }
  }

  async #nextEvent(): Promise<AppendResponse['event']> {
    try {
      const next = await this.#events.next();
      if (!next.done) return next.value.event;
    } catch (cause) {
      throw storageFailure(cause);
    }
    throw storageFailure('The session ended without a result');
  }

  async #take(event: AppendResponse['event'], stop: AbortSignal): Promise<void> {
    const { volumes, say, onWaiting } = this.#options;
    switch (event?.$case) {
      case 'volumeWanted':
        // Waiting for a volume may take days; the end of the session must be noticed meanwhile.
        this.#answering = this.#answer(event.value, stop);
        return;
      case 'volumeMounted':
        this.tally.lastVolumeBytes = event.value.volumeBytes;
        return volumes.mounted(event.value);
      case 'durable':
        return this.#takeDurable(event.value);
      case 'volumeClosed':
        await this.#reports.settled(); // or a report on its way would set the volume's size back
        return volumes.closed(event.value);
      case 'message': {
        const { type, text, at } = sessionMessage(event.value);
        return say(type, text, at);
      }
      case 'waiting':
        return onWaiting(event.value.waitingFor);
      default:
        throw new JobFailed('The storage daemon sent something unknown; is it of another version?');
    }
  }

  /** Never rejects: a failure ends the session. */
  async #answer(wanted: VolumeWanted, stop: AbortSignal): Promise<void> {
    try {
      const useVolume = await this.#options.volumes.answer(wanted, stop);
      await this.#exchange.send({ command: { $case: 'useVolume', value: useVolume } });
    } catch (error) {
      this.#failure.abort(error);
    }
  }

  async #takeDurable(durable: Durable): Promise<void> {
    const { volumes, record } = this.#options;
    if (!durable.blocks?.memberBytes.length && durable.records.length === 0) {
      // Nothing new: the session was cut back, and the volume is shorter than it was.
      await this.#reports.settled();
      this.tally.lastVolumeBytes = durable.volumeBytes;
      return volumes.cutBack(durable.volumeName, durable.volumeBytes);
    }
    const mediaId = volumes.mediaIdOf(durable.volumeName);
    await this.#reports.start(() => record(durable, mediaId));
    this.#count(durable);
  }

  #count({ volumeName, blocks, records, volumeBytes }: Durable): void {
    const { tally } = this;
    tally.lastVolumeBytes = volumeBytes;
    for (const content of records) tally.records += RecordsContent.decode(content).recordCount;
    if (!blocks || blocks.memberBytes.length === 0) return;
    tally.blocks += blocks.memberBytes.length;
    tally.memberBytes += sum(blocks.memberBytes);
    tally.streamBytes += sum(blocks.contentBytes);
    if (!tally.volumeNames.includes(volumeName)) tally.volumeNames.push(volumeName);
  }

  #breakOff(reason: unknown): void {
    this.#line.startGrace();
    // If it cannot be sent, the storage daemon is gone, and the loop hears of that.
    this.#exchange
      .send({ command: { $case: 'abort', value: { reason: messageOf(reason) } } })
      .catch(() => {});
  }
}

function tallyOf(saved: SavedPart | undefined): AppendTally {
  return {
    blocks: saved?.blockNumber ?? 0,
    streamBytes: saved?.streamOffset ?? 0,
    memberBytes: saved?.memberBytes ?? 0,
    records: saved?.files ?? 0,
    volumeNames: [...(saved?.volumeNames ?? [])],
    lastVolumeBytes: 0,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
