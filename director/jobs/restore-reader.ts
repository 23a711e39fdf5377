import type { StorageResource } from '../../configuration/director-conf.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import type { StorageTicket, StreamPosition } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { CopyTarget } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import type { ActiveJob } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { PeerCounts } from './peer-counts.ts';
import { reachStorage, type ReachedStorage } from './reach-peers.ts';
import { ReadSession } from './read-session.ts';
import { namesOf, type RestorePart, type RestoreSource } from './restore-storage.ts';
import { storageUse } from './storage-use.ts';

/** A storage daemon that reads for the job, until it is disposed of. */
export interface PartReading extends Disposable {
  readonly session: ReadSession;
  /** With which the client fetches, or the storage daemon that copies. */
  readonly ticket: StorageTicket;
  /** Where the client is to expect another storage. */
  readonly until: StreamPosition | undefined;
  readonly source: RestoreSource;
  /** Keeps a message of the storage daemon. */
  say(type: MessageType, text: string, at: Date): Promise<void>;
}

export interface RestoreReaderOptions {
  readonly parts: readonly RestorePart[];
  /** Of a storage daemon as it is seen from where the data goes. */
  readonly addressOf: (storage: StorageResource) => string;
  /** Counts what the storage daemons have to complain about. */
  readonly sd: PeerCounts;
  /** Of a copy: the storage on which the job has room all the while. */
  readonly writes?: StorageResource;
}

/**
 * The storages that a restore, a Verify of volumes or a copy reads one after another. Room on a storage is taken when it is its
 * turn, and given back with the session there. A copy, which holds its session on the storage that it writes, takes room on all at
 * once, before it has one. So no job holds a storage while it waits for another, and two that use the same ones in opposite orders
 * do not wait for each other for ever.
 */
export class RestoreReader implements Disposable {
  readonly parts: readonly RestorePart[];
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #options: RestoreReaderOptions;
  /** Of the first part, before it is opened. */
  #reached: (ReachedStorage & { readonly source: RestoreSource }) | undefined;

  constructor(job: ActiveJob, env: JobEnvironment, options: RestoreReaderOptions) {
    this.#job = job;
    this.#env = env;
    this.parts = options.parts;
    this.#options = options;
  }

  get storageNames(): readonly string[] {
    return namesOf(this.parts.map(({ source }) => source));
  }

  /**
   * Waits for room, and reaches all storages: of a restore that cannot come to its end nothing is begun.
   * @throws OperatorError when one of them cannot be reached
   */
  async prepare(): Promise<void> {
    const { signal, messages } = this.#job;
    const [first, ...others] = new Set(this.parts.map(({ source }) => source));
    await this.#takeRoom(first!, signal);
    if (others.length > 0) {
      await messages.info(
        `The volumes lie on several storages, read in turn: ${this.storageNames.join(', ')}`,
      );
    }
    this.#reached = { source: first!, ...(await reachStorage(this.#job, this.#env, first!.storage)) };
    for (const { storage } of others) {
      if (storage === first!.storage) continue;
      const { link } = await reachStorage(this.#job, this.#env, storage);
      link[Symbol.dispose]();
    }
  }

  /**
   * The session that reads a part. The one of the part before is over.
   * @param copyTo makes the session write what it reads, instead of handing it to who has the ticket.
   * @throws OperatorError
   */
  async open({ source, until }: RestorePart, signal: AbortSignal, copyTo?: CopyTarget): Promise<PartReading> {
    const { jobId, job, messages } = this.#job;
    const { storage, mediaType } = source;
    const { link, hello } = await this.#reach(source, signal);
    try {
      const request = {
        ...{ jobId, job, deviceNames: [...source.deviceNames], mediaType, copyTo },
        forCopy: this.#options.writes !== undefined && copyTo === undefined,
      };
      const session = await ReadSession.open(link, request, signal);
      const { deviceName, ticketId, ticketSecret: secret } = session.opened;
      const where = this.parts.length > 1 ? ` on Storage "${storage.name}"` : '';
      await messages.info(`Using Device "${deviceName}"${where} to read.`);
      const address = this.#options.addressOf(storage);
      return {
        ...{ session, source, until },
        ticket: { address, port: storage.sdPort, ticketId, secret, storageName: storage.name },
        say: async (type, text, at) => {
          this.#options.sd.note(type);
          await messages.add(type, text, { from: hello.name, at });
        },
        [Symbol.dispose]: () => {
          session[Symbol.dispose]();
          link[Symbol.dispose]();
        },
      };
    } catch (error) {
      link[Symbol.dispose]();
      throw error;
    }
  }

  /** The storage daemon of this part waits for this, a disk or a drive; empty: it goes on. */
  storageWaits(what: string, { storage }: RestoreSource): void {
    const where = what !== '' && this.parts.length > 1 ? ` on Storage "${storage.name}"` : '';
    this.#job.storageWaits(`${what}${where}`);
  }

  [Symbol.dispose](): void {
    this.#reached?.link[Symbol.dispose]();
  }

  async #reach(source: RestoreSource, signal: AbortSignal): Promise<ReachedStorage> {
    const reached = this.#reached;
    if (reached?.source === source) {
      this.#reached = undefined;
      return reached;
    }
    await this.#takeRoom(source, signal);
    return reachStorage(this.#job, this.#env, source.storage, signal);
  }

  /** Waits for room where the volumes of a source are read, of a copy wherever it reads, and takes it in place of what the job had. */
  async #takeRoom({ storage }: RestoreSource, signal: AbortSignal): Promise<void> {
    const { writes } = this.#options;
    if (!writes) this.#job.storageName = storage.name;
    const reads = new Set(writes ? this.parts.map(({ source }) => source.storage) : [storage]);
    // One that does both is one job for the storage.
    if (writes) reads.delete(writes);
    const uses = [...reads].map((one) => storageUse(one, 'read'));
    if (writes) uses.push(storageUse(writes, 'write'));
    await this.#env.moveToStorages(this.#job.jobId, uses, signal);
  }
}
