import type { Catalog } from '../../catalog/catalog.ts';
import type { MediaRow } from '../../catalog/rows.ts';
import type {
  ClientResource,
  JobResource,
  PoolResource,
  StorageResource,
} from '../../configuration/director-conf.ts';
import type {
  PriorState,
  StatusResponse as ClientStatus,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type {
  ControlledDevice,
  DeviceAction,
  StatusResponse as StorageStatus,
} from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { volumeNameProblem } from '../../volume/volume-name.ts';
import type { CatalogIds } from '../catalog-ids.ts';
import { LabelRefused, RelabelRefused } from '../director-errors.ts';
import { directoryFileSet } from '../filesets/directory-fileset.ts';
import { fileSetDigest } from '../filesets/fileset-digest.ts';
import { fileSetMessage } from '../filesets/fileset-message.ts';
import type { BackupLevel } from '../jobs/job-codes.ts';
import { plannedCodes } from '../jobs/job-substitution.ts';
import { backupLevel } from '../jobs/job-plan.ts';
import { lookUpLevel } from '../jobs/level-lookup.ts';
import { hasPriorState, priorJobs, priorStates } from '../jobs/prior-state.ts';
import type { Peers } from '../services.ts';
import type { VolumeOffice } from '../volumes/volume-office.ts';
import { estimateOn } from './client-estimate.ts';
import type { DebugChanges, Debugging } from '../../daemon/log.ts';
import { storageAddress } from '../jobs/storage-address.ts';
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
  readonly directorName: string;
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

  async relabel(request: Parameters<Peers['relabel']>[0]): ReturnType<Peers['relabel']> {
    const { daemons, signal, volumes, catalog, ids, now } = this.#options;
    const { storage, volume, volumeName, pool } = request;
    using link = await this.#ready(daemons.storage(storage));
    const relabelled = await volumes.lock.run(async () => {
      await this.#checkRelabel(volume, volumeName);
      const { mediaType, mediaId } = volume;
      const response = await link.relabel(
        {
          oldVolumeName: volume.volumeName,
          volumeName,
          poolName: pool.name,
          mediaType,
          deviceNames: [...storage.device],
        },
        signal,
      );
      await catalog.setVolume(mediaId, {
        volumeName,
        poolId: ids.poolId(pool.name),
        storageId: ids.storageId(storage.name),
        volStatus: 'Append',
        labelDate: now(),
        volBytes: response.volumeBytes,
        volJobs: 0,
        volFiles: 0,
        volBlocks: 0,
      });
      return response;
    });
    volumes.changes.notify();
    return relabelled;
  }

  async controlDevice({
    storage,
    deviceName,
    drive,
    action,
  }: {
    storage: StorageResource;
    deviceName: string;
    drive?: number;
    action: DeviceAction;
  }): Promise<readonly ControlledDevice[]> {
    const { daemons, signal } = this.#options;
    using link = await this.#ready(daemons.storage(storage));
    const { devices } = await link.controlDevice({ deviceName, drive, action }, signal);
    return devices;
  }

  async storageDebug(storage: StorageResource, changes: DebugChanges): Promise<Debugging> {
    using link = await this.#ready(this.#options.daemons.storage(storage));
    return await link.setDebug(changes, this.#options.signal);
  }

  async clientDebug(client: ClientResource, changes: DebugChanges): Promise<Debugging> {
    using link = await this.#ready(this.#options.daemons.client(client));
    return await link.setDebug(changes, this.#options.signal);
  }

  async measureNetwork({
    client,
    storage,
    bytes,
  }: Parameters<Peers['measureNetwork']>[0]): ReturnType<Peers['measureNetwork']> {
    const { daemons, signal } = this.#options;
    using storageLink = await this.#ready(daemons.storage(storage));
    using clientLink = await this.#ready(daemons.client(client));
    for await (const { ticketId, ticketSecret } of storageLink.openNetworkTest(signal)) {
      const { name: storageName, sdPort: port } = storage;
      const ticket = {
        address: storageAddress(client, storage),
        port,
        ticketId,
        secret: ticketSecret,
        storageName,
      };
      const { transferNs, roundTripNs } = await clientLink.measureNetwork({ storage: ticket, bytes }, signal);
      return { seconds: Number(transferNs) / 1e9, roundTripSeconds: Number(roundTripNs) / 1e9 };
    }
    throw new Error('a storage daemon gave no ticket and no reason');
  }

  async estimate(request: Parameters<Peers['estimate']>[0]): Promise<{ files: number; bytes: number }> {
    const { job, onListing, onMessage } = request;
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(ESTIMATE_TIMEOUT_MS)]);
    using link = await this.#ready(this.#options.daemons.client(job.client));
    const { level, sinceNs } = await this.#estimateLevel(request, link, signal);
    const codes = plannedCodes({ job, level, directorName: this.#options.directorName });
    const fileSet = await fileSetMessage(job.fileSet, { allowCompression: true, codes, signal });
    const accurate = job.accurate && hasPriorState(level);
    const prior = accurate ? await this.#priorState(job, level) : undefined;
    const start = { jobId: 0, level, sinceNs, fileSet, listing: onListing !== undefined, accurate };
    return await estimateOn(link, { start, prior, onListing, onMessage, signal });
  }

  async listDirectory({
    client,
    directory,
    onListing,
    onMessage,
  }: Parameters<Peers['listDirectory']>[0]): Promise<void> {
    const { signal } = this.#options;
    using link = await this.#ready(this.#options.daemons.client(client));
    const fileSet = directoryFileSet(directory);
    const start = { jobId: 0, level: 'F', sinceNs: undefined, fileSet, listing: true, accurate: false };
    await estimateOn(link, { start, prior: undefined, onListing, onMessage, signal });
  }

  async #priorState(job: JobResource, level: BackupLevel): Promise<AsyncIterable<PriorState>> {
    const { catalog } = this.#options;
    const { name: jobName, client, fileSet } = job;
    const of = { level, clientName: client.name, fileSetName: fileSet.name, jobName };
    return priorStates(catalog, await priorJobs(catalog, of));
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

  /** For who holds the lock of the volume search. */
  async #checkRelabel(volume: MediaRow, volumeName: string): Promise<void> {
    const { catalog } = this.#options;
    const problem = volumeNameProblem(volumeName);
    if (problem) throw new RelabelRefused(problem);
    const now = await catalog.volumeByName(volume.volumeName);
    const isFree = now?.volStatus === 'Purged' || now?.volStatus === 'Recycle';
    if (!isFree || (await catalog.jobsOnVolume(volume.mediaId)).length > 0) {
      throw new RelabelRefused(`Volume "${volume.volumeName}" is not purged: its data is still wanted`, {
        hint: `Say "explain volume=${volume.volumeName}" to see what keeps it.`,
      });
    }
    if (await catalog.volumeByName(volumeName)) {
      throw new RelabelRefused(`Volume "${volumeName}" is in the catalog already`, {
        hint: 'Choose another name.',
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
    request: Parameters<Peers['estimate']>[0],
    link: ClientLink,
    signal: AbortSignal,
  ): Promise<{ level: BackupLevel; sinceNs: bigint | undefined }> {
    const { catalog, ids, now } = this.#options;
    const { job } = request;
    const level = backupLevel(request);
    // A VirtualFull holds what a Full would.
    const requested = level === 'f' ? 'F' : level;
    const { fileSet } = job;
    const version = await catalog.fileSetVersion({
      name: fileSet.name,
      md5: fileSetDigest(fileSet),
      now: now(),
    });
    const decision = await lookUpLevel(catalog, {
      job,
      requested,
      since: request.since,
      fileSetName: fileSet.name,
      clientId: ids.clientId(job.client.name),
      fileSetId: version.fileSetId,
      now: now(),
    });
    const offset = await measureClockOffset(link, signal);
    const { since } = decision;
    return {
      level: decision.level,
      sinceNs: since && BigInt(since.getTime()) * 1_000_000n + offset.atLeastNs,
    };
  }
}
