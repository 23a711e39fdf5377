import type { RestorePlan } from '../../catalog/inputs.ts';
import type { JobRow } from '../../catalog/rows.ts';
import type { PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { JobIdentity } from '../../proto/noctule/record/v1/volume_members.ts';
import { JobFailed } from '../director-errors.ts';
import type { Stored } from '../reports/stored-lines.ts';
import type { ActiveJob } from './active-job.ts';
import { AppendSession, type AppendTally } from './append-session.ts';
import { transferCopy, type CopyResult } from './copy-transfer.ts';
import { EVERYTHING } from './everything.ts';
import type { JobEnvironment } from './job-environment.ts';
import { PeerCounts } from './peer-counts.ts';
import { reachStorage, type ReachedStorage } from './reach-peers.ts';
import { ReadSession } from './read-session.ts';
import { onlySourceOf, type RestoreSource } from './restore-storage.ts';
import { storageUse } from './storage-use.ts';
import { writtenVolumes } from './written-volumes.ts';

export interface StreamCopyOrder {
  /** The backups whose newest state is copied; of a single one its deleted files too. Oldest first. */
  readonly sources: readonly JobRow[];
  /** The job that is written, with what its volumes say of it. */
  readonly identity: JobIdentity;
  readonly pool: PoolResource;
  readonly storage: StorageResource;
}

/** Writes the files of earlier backups as the stream of another job, from volume to volume. No client takes part. */
export class StreamCopy {
  readonly result: CopyResult = { files: 0, contentBytes: 0 };
  /** What the storage daemons had to complain about. */
  readonly sd = new PeerCounts();
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #order: StreamCopyOrder;
  #session: AppendSession | undefined;
  #readStorage: StorageResource | undefined;

  constructor(job: ActiveJob, env: JobEnvironment, order: StreamCopyOrder) {
    this.#job = job;
    this.#env = env;
    this.#order = order;
  }

  get tally(): AppendTally | undefined {
    return this.#session?.tally;
  }

  /** For the report, when the job has this status. */
  stored(status: string): Stored {
    const { tally } = this;
    return {
      sdFiles: tally?.records ?? 0,
      sdBytes: tally?.memberBytes ?? 0,
      volumeNames: tally?.volumeNames ?? [],
      volSessionId: this.#session?.opened.volSessionId ?? 0,
      volSessionTime: this.#session?.opened.volSessionTime ?? 0,
      lastVolumeBytes: tally?.lastVolumeBytes ?? 0,
      sdErrors: this.sd.errors,
      sdStatus: this.#sdStatus(status),
    };
  }

  #sdStatus(status: string): string {
    if (!this.#readStorage) return '';
    if (status === 'A') return 'Canceled';
    return this.result.written?.status === 'T' ? 'OK' : 'Error';
  }

  get readStorageName(): string {
    return this.#readStorage?.name ?? '';
  }

  /** @throws JobFailed unless all of it has become durable. */
  async run(): Promise<void> {
    const { catalog, volumes } = this.#env;
    const { jobId } = this.#job;
    const jobIds = this.#order.sources.map((source) => source.jobId);
    using _reading = await volumes.read(jobIds, jobId);
    for (const source of this.#order.sources) requireFiles(source);
    const plan = await catalog.openRestorePlan({ jobIds, rules: EVERYTHING });
    try {
      await this.#copyPlan(plan);
    } finally {
      await catalog.closeRestorePlan(plan.planId);
    }
  }

  async #copyPlan(plan: RestorePlan): Promise<void> {
    const { storage } = this.#order;
    const source = this.#sourceOf(plan);
    this.#readStorage = source.storage;
    this.#job.progress.expectedBytes = plan.bytes;
    // One that does both is one job for the storage.
    const uses =
      source.storage === storage
        ? [storageUse(storage, 'write')]
        : [storageUse(source.storage, 'read'), storageUse(storage, 'write')];
    await this.#env.moveToStorages(this.#job.jobId, uses, this.#job.signal);
    const writer = await reachStorage(this.#job, this.#env, storage);
    using _writing = writer.link;
    const reader = await reachStorage(this.#job, this.#env, source.storage);
    using _reading = reader.link;
    await this.#transfer(plan, { ...source, ...reader }, writer);
  }

  /** A job that saved nothing lies on no volume: then any will do. */
  #sourceOf({ volumes }: RestorePlan): Omit<RestoreSource, 'volumeNames'> {
    const { storage } = this.#order;
    if (volumes.length > 0) return onlySourceOf(this.#job, this.#env, volumes);
    return { storage, deviceNames: storage.device, mediaType: storage.mediaType };
  }

  async #transfer(
    { planId }: RestorePlan,
    source: Omit<RestoreSource, 'volumeNames'> & ReachedStorage,
    { link, hello }: ReachedStorage,
  ): Promise<void> {
    const { identity, pool, storage } = this.#order;
    const { jobId } = identity;
    const { signal, messages } = this.#job;
    const { catalog, now } = this.#env;
    await using volumes = writtenVolumes(this.#job, this.#env, {
      ...{ pool, storage, link },
      deviceName: () => this.#session?.opened.deviceName,
    });
    const onWaiting = (what: string) => this.#job.storageWaits(what);
    const target = { job: identity, deviceNames: [...storage.device], mediaType: storage.mediaType };
    using to = await AppendSession.open(link, target, {
      volumes,
      signal,
      record: async (durable, mediaId) => {
        await catalog.addDurable({ jobId, mediaId, durable, at: now() });
        this.#showProgress();
      },
      say: (type, text, at) => this.#say(hello.name, type, text, at),
      onWaiting,
    });
    this.#session = to;
    const { volSessionId, volSessionTime, ticketId, ticketSecret, deviceName } = to.opened;
    await catalog.setJob(jobId, { volSessionId, volSessionTime });
    await messages.info(`Using Device "${deviceName}" to write.`);
    using from = await ReadSession.open(
      source.link,
      {
        jobId: this.#job.jobId,
        job: this.#job.job,
        deviceNames: [...source.deviceNames],
        mediaType: source.mediaType,
        copyTo: {
          ...{ address: storage.address, port: storage.sdPort, storageName: storage.name },
          ...{ ticketId, ticketSecret, volSessionId, volSessionTime },
        },
      },
      signal,
    );
    await messages.info(`Using Device "${from.opened.deviceName}" to read.`);
    try {
      await transferCopy(
        {
          ...{ catalog, planId, from, to, signal },
          sayForReader: (type, text, at) => this.#say(source.hello.name, type, text, at),
          onReaderWaiting: onWaiting,
          onOtherFailure: (error) => messages.add('Error', messageOf(error)),
        },
        this.result,
      );
    } finally {
      this.#job.volumeNames = to.tally.volumeNames;
    }
  }

  #showProgress(): void {
    const { records: files = 0, streamBytes: bytes = 0 } = this.tally ?? {};
    this.#job.progress.update({ files, bytes, currentPath: '' }, Date.now());
  }

  async #say(from: string, type: MessageType, text: string, at: Date): Promise<void> {
    this.sd.note(type);
    await this.#job.messages.add(type, text, { from, at });
  }
}

function requireFiles({ jobId, name, purgedFiles, jobFiles }: JobRow): void {
  if (!purgedFiles || jobFiles === 0) return;
  throw new JobFailed(
    `JobId ${jobId} (${name}) cannot be copied: its files have been pruned from the catalog`,
    {
      hint: 'Raise File Retention of the Client; "noctule volume scan" brings back what the volumes know.',
    },
  );
}
