import type { Catalog } from '../../catalog/catalog.ts';
import type { CopyJobEnd } from '../../catalog/inputs.ts';
import type { JobRow, MediaRow } from '../../catalog/rows.ts';
import type { ClientResource, DirectorConf } from '../../configuration/director-conf.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { CatalogIds } from '../catalog-ids.ts';
import { JobFailed } from '../director-errors.ts';
import type { VolumeOffice } from '../volumes/volume-office.ts';
import {
  expiredFiles,
  expiredJobs,
  expiredOnVolume,
  jobsOfVolume,
  removable,
  type ExpiryOptions,
} from './expired.ts';
import type { Removal, Removed, VolumeExplanation } from './removal.ts';

export interface RetentionOptions {
  readonly catalog: Catalog;
  readonly ids: Pick<CatalogIds, 'clientId'>;
  readonly office: VolumeOffice;
  readonly conf: () => DirectorConf;
  readonly now: () => Date;
  /** Gives the space of a volume without jobs back to its disk; resolves with the bytes that were freed. */
  readonly truncate: (volume: MediaRow) => Promise<number>;
}

const NOTHING: Removed = { jobs: 0, purged: [], promoted: [], freedBytes: 0, problems: [] };

/** What prune and purge can be pointed at. */
export type RemovalSubject =
  | {
      readonly kind: 'files' | 'jobs';
      readonly client: ClientResource;
      /** In place of the retention of Pool and Client. */
      readonly periodSeconds?: number;
    }
  | { readonly kind: 'volume'; readonly volume: MediaRow };

/**
 * The one place where jobs and files leave the catalog. Pruning takes what has expired, purging what it is told to;
 * neither takes what is being written or read.
 *
 * Each is a plan first, which changes nothing; a plan is made anew, under the office's lock, when it is carried out.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #expiry: ExpiryOptions;

  constructor(options: RetentionOptions) {
    const { catalog, conf, now, office } = options;
    this.#options = options;
    this.#expiry = { catalog, conf, now, jobsRead: () => office.jobsRead() };
  }

  /** What would be pruned now. */
  expired(subject: RemovalSubject): Promise<Removal> {
    if (subject.kind === 'volume') return expiredOnVolume(this.#expiry, subject.volume);
    const client = {
      resource: subject.client,
      clientId: this.#options.ids.clientId(subject.client.name),
      periodSeconds: subject.periodSeconds,
    };
    return subject.kind === 'files' ? expiredFiles(this.#expiry, client) : expiredJobs(this.#expiry, client);
  }

  /** Takes away what has expired. */
  prune(subject: RemovalSubject): Promise<Removed> {
    return this.#alone(async () => {
      if (subject.kind === 'volume') return this.#truncated(await this.pruneVolumeLocked(subject.volume));
      const { jobs } = await this.expired(subject);
      return subject.kind === 'files' ? this.#removeFiles(jobs) : this.#removeJobs(jobs);
    });
  }

  /** As `prune` of a volume, for who holds the office's lock. Nothing is truncated: the volume is wanted. */
  async pruneVolumeLocked(volume: MediaRow): Promise<Removed> {
    const { jobs } = await expiredOnVolume(this.#expiry, volume);
    return this.#emptied(volume, jobs);
  }

  /** Takes all jobs off a volume whatever their age, for who holds the office's lock. */
  async purgeVolumeLocked(volume: MediaRow): Promise<Removed> {
    const { catalog } = this.#options;
    const { jobs } = removable(this.#expiry, await catalog.jobsOnVolume(volume.mediaId));
    // What was wrong with it goes with what is on it.
    if (volume.volStatus === 'Error') await catalog.setVolume(volume.mediaId, { volStatus: 'Used' });
    return this.#emptied(volume, jobs);
  }

  /** Of these, what could be purged. */
  removable(jobs: readonly JobRow[]): Removal {
    return removable(this.#expiry, jobs);
  }

  /** Takes jobs away, with their files and their places on volumes, whatever their age. */
  purgeJobs(jobs: readonly JobRow[]): Promise<Removed> {
    return this.#alone(() => this.#removeJobs(removable(this.#expiry, jobs).jobs));
  }

  /** Takes the files of jobs away: they can then be restored as a whole from their volumes only. */
  purgeFiles(jobs: readonly JobRow[]): Promise<Removed> {
    return this.#alone(() => this.#removeFiles(removable(this.#expiry, jobs).jobs));
  }

  /**
   * A whole copy takes the place of its original, whose files leave the catalog; with `purges` it leaves its volumes too.
   * @throws JobFailed when a running job reads the original.
   */
  migrate(original: JobRow, end: CopyJobEnd, purges: boolean): Promise<Removed> {
    return this.#alone(async () => {
      const { catalog, office } = this.#options;
      if (removable(this.#expiry, [original]).jobs.length === 0) {
        throw new JobFailed(`JobId ${original.jobId} stays where it is: a running job reads it`, {
          hint: 'Run the migration again when that job has ended.',
        });
      }
      await catalog.endCopy(end);
      if (!purges) return NOTHING;
      const purged = await catalog.leaveVolumes({ jobId: original.jobId, inUse: office.written() });
      return this.#truncated({ ...NOTHING, purged });
    });
  }

  /** Takes all jobs off a volume; it is Purged when none was kept. */
  purgeVolume(volume: MediaRow): Promise<Removed> {
    return this.#alone(async () => this.#truncated(await this.purgeVolumeLocked(volume)));
  }

  /** Takes a volume out of the catalog, with the jobs on it. The file stays where it is. */
  deleteVolume(volume: MediaRow): Promise<Removed> {
    return this.#alone(async () => {
      const removed = await this.purgeVolumeLocked(volume);
      await this.#options.catalog.deleteVolume(volume.mediaId);
      return removed;
    });
  }

  /** Gives the space of a Purged volume back; resolves with the bytes. */
  truncate(volume: MediaRow): Promise<number> {
    return this.#alone(() => this.#options.truncate(volume));
  }

  /** Which jobs hold a volume, until when, and why. */
  async explain(volume: MediaRow): Promise<VolumeExplanation> {
    const jobs = await jobsOfVolume(this.#expiry, volume);
    const writer = this.#options.office.writerOf(volume.mediaId);
    const onlyTime = jobs.every(({ because, keptUntil }) => keptUntil && because !== 'lastFull');
    const times = jobs.map(({ keptUntil }) => keptUntil?.getTime() ?? 0);
    return {
      volume,
      jobs,
      ...(writer !== undefined && { writer }),
      ...(jobs.length > 0 && onlyTime && { freeAt: new Date(Math.max(...times)) }),
    };
  }

  async #alone<T>(action: () => Promise<T>): Promise<T> {
    const { office } = this.#options;
    try {
      return await office.lock.run(action);
    } finally {
      office.changes.notify();
    }
  }

  async #removeJobs(jobs: readonly JobRow[]): Promise<Removed> {
    return this.#truncated(await this.#deleteJobs(jobs));
  }

  async #deleteJobs(jobs: readonly JobRow[]): Promise<Removed> {
    if (jobs.length === 0) return NOTHING;
    const { catalog, office } = this.#options;
    const jobIds = jobs.map(({ jobId }) => jobId);
    return { ...NOTHING, ...(await catalog.deleteJobs({ jobIds, inUse: office.written() })) };
  }

  /** Takes jobs off a volume, which is Purged when none is left, also if none was there before. */
  async #emptied(volume: MediaRow, jobs: readonly JobRow[]): Promise<Removed> {
    const { catalog, office } = this.#options;
    const removed = await this.#deleteJobs(jobs);
    const others = await catalog.markPurged([volume.mediaId], office.written());
    return { ...removed, purged: [...removed.purged, ...others] };
  }

  async #removeFiles(jobs: readonly JobRow[]): Promise<Removed> {
    if (jobs.length === 0) return NOTHING;
    return { ...NOTHING, jobs: await this.#options.catalog.purgeFiles(jobs.map(({ jobId }) => jobId)) };
  }

  /** Disk space is given back at once where the pool says so. */
  async #truncated(removed: Removed): Promise<Removed> {
    let freedBytes = 0;
    const problems: string[] = [];
    for (const volume of removed.purged) {
      if (!volume.truncateOnPurge || !volume.recycle) continue;
      try {
        freedBytes += await this.#options.truncate(volume);
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
    return { ...removed, freedBytes, problems };
  }
}
