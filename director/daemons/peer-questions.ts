import type { Catalog } from '../../catalog/catalog.ts';
import type {
  ClientResource,
  JobResource,
  PoolResource,
  StorageResource,
} from '../../configuration/director-conf.ts';
import type { StatusResponse as ClientStatus } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { StatusResponse as StorageStatus } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { volumeNameProblem } from '../../volume/volume-name.ts';
import type { CatalogIds } from '../catalog-ids.ts';
import { LabelRefused, RunRefused } from '../director-errors.ts';
import { fileSetDigest } from '../filesets/fileset-digest.ts';
import { fileSetMessage } from '../filesets/fileset-message.ts';
import { isBackupLevel, levelLetter } from '../jobs/job-codes.ts';
import { lookUpLevel } from '../jobs/level-lookup.ts';
import { priorJobs, priorStates } from '../jobs/prior-state.ts';
import type { Peers } from '../services.ts';
import type { VolumeOffice } from '../volumes/volume-office.ts';
import { measureClockOffset } from './clock-offset.ts';
import type { ClientLink, DaemonLink, Daemons } from './daemon-ports.ts';

/** A person waits for the answer: no retries, and no long time-out. */
const READY_TIMEOUT_MS = 10_000;
/** An estimate walks the client's file systems. */
const ESTIMATE_TIMEOUT_MS = 6 * 3_600_000;

export interface PeerQuestionsOptions {
  readonly daemons: Daemons;
  readonly catalog: Catalog;
  readonly ids: CatalogIds;
  readonly volumes: VolumeOffice;
  readonly now: () => Date;
  /** Aborts when the Director ends. */
  readonly signal: AbortSignal;
}

/** Questions that front ends ask the other daemons. */
export class PeerQuestions implements Peers {
  readonly #options: PeerQuestionsOptions;

  constructor(options: PeerQuestionsOptions) {
    this.#options = options;
  }

  async clientStatus(client: ClientResource): Promise<ClientStatus> {
    using link = await this.#ready(this.#options.daemons.client(client));
    return await link.status(this.#options.signal);
  }

  async storageStatus(storage: StorageResource): Promise<StorageStatus> {
    using link = await this.#ready(this.#options.daemons.storage(storage));
    return await link.status(this.#options.signal);
  }

  async label(request: {
    storage: StorageResource;
    pool: PoolResource;
    volumeName: string;
  }): Promise<{ volumeBytes: number; deviceName: string; archiveDevice: string }> {
    const { daemons, signal, volumes } = this.#options;
    const { storage, pool, volumeName } = request;
    using link = await this.#ready(daemons.storage(storage));
    // The lock of the volume search: no job makes a volume of this name meanwhile.
    const labelled = await volumes.lock.run(async () => {
      await this.#checkLabel(pool, volumeName);
      const response = await link.label(
        {
          volumeName,
          poolName: pool.name,
          mediaType: storage.mediaType,
          deviceName: storage.device[0] ?? '',
        },
        signal,
      );
      await this.#recordLabel(request, response.volumeBytes);
      return response;
    });
    volumes.changes.notify();
    return labelled;
  }

  async estimate(request: Parameters<Peers['estimate']>[0]): Promise<{ files: number; bytes: number }> {
    const { daemons } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(ESTIMATE_TIMEOUT_MS)]);
    using link = await this.#ready(daemons.client(request.job.client));
    const { level, sinceNs } = await this.#estimateLevel(request.job, request.level, link, signal);
    const fileSet = await fileSetMessage(request.job.fileSet, { allowCompression: true, codes: {}, signal });
    const listing = request.onListing !== undefined;
    let totals = { files: 0, bytes: 0 };
    const call = link.estimate(signal);
    const accurate = request.job.accurate && level !== 'F';
    const value = { jobId: 0, level, sinceNs, fileSet, listing, accurate };
    await call.send({ command: { $case: 'start', value } });
    const sent = accurate ? this.#sendPriorState(request.job, level, call) : Promise.resolve();
    sent.then(() => call.end()).catch(() => {}); // the client says what is the matter
    for await (const { event } of call.events) {
      if (event?.$case === 'totals') totals = event.value;
      if (event?.$case !== 'listing') continue;
      for (const { path, sizeBytes, mode, mtimeSeconds } of event.value.records) {
        request.onListing?.(path, sizeBytes, mode, mtimeSeconds);
      }
    }
    return { files: totals.files, bytes: totals.bytes };
  }

  async #sendPriorState(
    job: JobResource,
    level: string,
    call: ReturnType<ClientLink['estimate']>,
  ): Promise<void> {
    const { catalog } = this.#options;
    const { name: jobName, client, fileSet } = job;
    const of = { level, clientName: client.name, fileSetName: fileSet.name, jobName };
    for await (const value of priorStates(catalog, await priorJobs(catalog, of))) {
      await call.send({ command: { $case: 'prior', value } });
    }
  }

  async #ready<L extends DaemonLink>(link: L): Promise<L> {
    try {
      await link.ready(READY_TIMEOUT_MS, this.#options.signal);
      return link;
    } catch (error) {
      link[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * A row without a label is one that the storage daemon was not allowed to label by itself. Maximum Volumes does not
   * count here: it bounds what is made without asking, and a job that has come to it asks for a label.
   */
  async #checkLabel(pool: PoolResource, volumeName: string): Promise<void> {
    const { catalog } = this.#options;
    const problem = volumeNameProblem(volumeName);
    if (problem) throw new LabelRefused(problem);
    const media = await catalog.volumeByName(volumeName);
    if (media?.labelDate) {
      throw new LabelRefused(
        `Volume "${volumeName}" is in the catalog already, in Pool "${media.poolName}"`,
        {
          hint: 'Choose another name.',
        },
      );
    }
    if (media && media.poolName !== pool.name) {
      throw new LabelRefused(`Volume "${volumeName}" is meant for Pool "${media.poolName}"`, {
        hint: 'Name that pool, or choose another name.',
      });
    }
  }

  async #recordLabel(
    { storage, pool, volumeName }: { storage: StorageResource; pool: PoolResource; volumeName: string },
    volumeBytes: number,
  ): Promise<void> {
    const { catalog, ids, now } = this.#options;
    const media =
      (await catalog.volumeByName(volumeName)) ??
      (await catalog.createVolume({
        volumeName,
        poolId: ids.poolId(pool.name),
        mediaType: storage.mediaType,
        storageId: ids.storageId(storage.name),
        status: 'Append',
      }));
    await catalog.setVolume(media.mediaId, { labelDate: now(), volBytes: volumeBytes, volStatus: 'Append' });
  }

  async #estimateLevel(
    job: JobResource,
    levelName: string,
    link: ClientLink,
    signal: AbortSignal,
  ): Promise<{ level: string; sinceNs: bigint | undefined }> {
    const { catalog, ids, now } = this.#options;
    const requested = levelLetter(levelName);
    if (requested === undefined || !isBackupLevel(requested)) {
      throw new RunRefused(
        `Level "${levelName}" cannot be estimated: only Full, Differential and Incremental can`,
      );
    }
    const { fileSet } = job;
    const version = await catalog.fileSetVersion({
      name: fileSet.name,
      md5: fileSetDigest(fileSet),
      now: now(),
    });
    const { level, since } = await lookUpLevel(catalog, {
      job,
      requested,
      fileSetName: fileSet.name,
      clientId: ids.clientId(job.client.name),
      fileSetId: version.fileSetId,
      now: now(),
    });
    const offset = await measureClockOffset(link, signal);
    return { level, sinceNs: since && BigInt(since.getTime()) * 1_000_000n + offset.atLeastNs };
  }
}
