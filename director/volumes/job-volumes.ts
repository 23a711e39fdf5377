import type { Catalog } from '../../catalog/catalog.ts';
import type { MediaRow, PoolRow } from '../../catalog/rows.ts';
import type { PoolResource } from '../../configuration/director-conf.ts';
import {
  UseMode,
  type UseVolume,
  type VolumeClosed,
  type VolumeMounted,
  type VolumeWanted,
} from '../../proto/noctule/storage/v1/storage_daemon.ts';
import type { Retention } from '../retention/retention.ts';
import type { JobMessages } from '../messages/job-messages.ts';
import { closingOf } from './closing-test.ts';
import type { LabelVariable } from './label-variables.ts';
import { OperatorRequest } from './operator-request.ts';
import type { VolumeOffice } from './volume-office.ts';
import { cureFor } from './volume-problem.ts';
import { findVolume, type FoundVolume, type SearchResult } from './volume-search.ts';

/** A waiting job looks again at least this often: an admin may change the catalog in ways that nobody announces. */
const LOOK_AGAIN_MS = 60_000;
/** Trying a volume that cannot be made costs a warning each time, so the pauses grow up to this. */
const TRY_AGAIN_MS_MAX = 900_000;
/** In a message; a volume of small Incrementals has hundreds. */
const NAMED_JOBS_MAX = 20;

const MODES = { append: UseMode.APPEND, label: UseMode.CREATE, recycle: UseMode.RECYCLE } as const;

export interface JobVolumesOptions {
  readonly catalog: Catalog;
  readonly office: VolumeOffice;
  readonly retention: Retention;
  readonly jobId: number;
  /** Unique name. */
  readonly job: string;
  readonly pool: PoolResource;
  readonly mediaType: string;
  /** Whether expired volumes may be emptied for this job. */
  readonly mayPrune: boolean;
  readonly storageId: number;
  readonly elsewhere: ReadonlySet<number>;
  readonly messages: JobMessages;
  readonly now: () => Date;
  readonly labelVariable: (pool: PoolRow) => LabelVariable;
  /** The device as messages name it: `"D" (PATH)`. */
  readonly describeDevice: () => Promise<string>;
  /** Called when the job begins and when it ceases to wait for a volume. */
  readonly onWaiting: (isWaiting: boolean) => void;
}

/**
 * The volumes one backup writes to: chosen when the storage daemon asks, reserved while they are written, closed when
 * a limit is reached.
 *
 * Invariant: at most one volume is reserved; every path out of the job releases it (`await using`).
 */
export class JobVolumes implements AsyncDisposable {
  readonly #options: JobVolumesOptions;
  readonly #refused = new Set<number>();
  readonly #mounted = new Map<string, MediaRow>();
  readonly #request: OperatorRequest;
  #held: FoundVolume | undefined;
  #tryAgainMs = LOOK_AGAIN_MS;

  constructor(options: JobVolumesOptions) {
    this.#options = options;
    this.#request = new OperatorRequest(options.messages, options.now);
  }

  /** MediaId of a volume that was named to the storage daemon. */
  mediaIdOf(volumeName: string): number {
    const held = this.#held?.media;
    const media = held?.volumeName === volumeName ? held : this.#mounted.get(volumeName);
    if (!media) throw new Error(`Volume "${volumeName}" was never named for this job`);
    return media.mediaId;
  }

  /**
   * The answer to the storage daemon's question for a volume; waits, however long, until there is one.
   * @throws LabelFormatError. @throws the reason of `signal` when that aborts.
   */
  async answer(wanted: VolumeWanted, signal: AbortSignal): Promise<UseVolume> {
    const again = wanted.problemCode === '' ? undefined : await this.#cure(wanted, signal);
    if (!again) await this.#release();
    const found = again ?? (await this.#findOrWait(signal));
    this.#held = found;
    const { media, action } = found;
    return {
      volumeName: media.volumeName,
      poolName: this.#options.pool.name,
      mediaType: media.mediaType,
      mode: MODES[action],
      volumeBytesMax: media.maxVolBytes,
      expectedVolumeBytes: action === 'append' ? media.volBytes : 0,
    };
  }

  /** The job begins to write on the volume of the last answer. */
  async mounted(event: VolumeMounted): Promise<void> {
    const { catalog, now } = this.#options;
    const held = this.#held;
    if (held?.media.volumeName !== event.volumeName) {
      throw new Error(`Volume "${event.volumeName}" was mounted, but not asked for`);
    }
    const { media } = held;
    this.#mounted.set(media.volumeName, media);
    const at = now();
    const changes = {
      volBytes: event.volumeBytes,
      firstWritten: media.firstWritten ?? at,
      lastWritten: at, // also by a job that finds nothing to save
      volStatus: 'Append',
    };
    if (held.action === 'append') {
      await catalog.setVolume(media.mediaId, { ...changes, volJobs: media.volJobs + 1 });
      return;
    }
    const isRecycled = held.action === 'recycle';
    await catalog.setVolume(media.mediaId, {
      ...changes,
      labelDate: at,
      volJobs: 1,
      ...(isRecycled && {
        firstWritten: at,
        recycleCount: media.recycleCount + 1,
        volFiles: 0,
        volBlocks: 0,
        volErrors: 0,
      }),
    });
    if (isRecycled) await this.#options.messages.info(`Recycled volume "${media.volumeName}"`);
  }

  /** The storage daemon took back from this volume what the job leaves incomplete. */
  async cutBack(volumeName: string, volBytes: number): Promise<void> {
    await this.#options.catalog.setVolume(this.mediaIdOf(volumeName), { volBytes });
  }

  /** The storage daemon takes no more on this volume, and has told the job why. */
  async closed(event: VolumeClosed): Promise<void> {
    await this.#options.catalog.setVolume(this.mediaIdOf(event.volumeName), {
      volStatus: event.status === 'Full' ? 'Full' : 'Error',
      volBytes: event.volumeBytes,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release();
  }

  async #findOrWait(signal: AbortSignal): Promise<FoundVolume> {
    for (;;) {
      const result = await this.#find();
      if (result.action === 'busy') await this.#request.say('Info', this.#busyText(result.media));
      else if (result.action === 'none') await this.#request.say('Mount', await this.#labelText());
      else return result;
      await this.#pause(LOOK_AGAIN_MS, signal);
    }
  }

  #find(): Promise<SearchResult> {
    const { messages } = this.#options;
    return findVolume({ ...this.#options, refused: this.#refused, info: (text) => messages.info(text) });
  }

  #busyText(media: MediaRow): string {
    const writer = this.#options.office.writerOf(media.mediaId);
    return `Job ${this.#options.job} is waiting for Volume "${media.volumeName}", which JobId ${writer} is writing.`;
  }

  async #labelText(): Promise<string> {
    const { job, pool, mediaType, describeDevice } = this.#options;
    return [
      `Job ${job} is waiting. Cannot find any appendable volumes.`,
      'Please use the "label" command to create a new Volume for:',
      `    Storage:      ${await describeDevice()}`,
      `    Pool:         ${pool.name}`,
      `    Media type:   ${mediaType}`,
    ].join('\n');
  }

  /**
   * Deals with the volume that did not do; the storage daemon has told the job why. Resolves with what to try at
   * once; undefined: look again.
   */
  async #cure(wanted: VolumeWanted, signal: AbortSignal): Promise<FoundVolume | undefined> {
    const held = this.#held;
    if (!held) return undefined;
    const { catalog, messages } = this.#options;
    const { media } = held;
    switch (cureFor(wanted.problemCode, held)) {
      case 'label':
        return { media, action: 'label' };
      case 'skip':
        this.#refused.add(media.mediaId);
        return undefined;
      case 'again':
        return undefined;
      case 'readOnly':
        this.#refused.add(media.mediaId);
        await catalog.setVolume(media.mediaId, { volStatus: 'Read-Only' });
        await messages.add('Error', `Marking Volume "${media.volumeName}" Read-Only in Catalog.`);
        return undefined;
      case 'error':
        this.#refused.add(media.mediaId);
        await catalog.setVolume(media.mediaId, { volStatus: 'Error', volErrors: media.volErrors + 1 });
        await messages.add('Error', `Marking Volume "${media.volumeName}" in Error in Catalog.`);
        await this.#sayWhatMayBeLost(media);
        return undefined;
      case 'wait':
        await this.#request.say('Mount', `${await this.#labelText()}\n    Volume:       ${media.volumeName}`);
        await this.#pause(this.#tryAgainMs, signal);
        this.#tryAgainMs = Math.min(TRY_AGAIN_MS_MAX, this.#tryAgainMs * 2);
        return undefined;
    }
  }

  async #sayWhatMayBeLost({ mediaId, volumeName }: MediaRow): Promise<void> {
    const { catalog, messages } = this.#options;
    const jobs = await catalog.jobsOnVolume(mediaId);
    if (jobs.length === 0) return;
    const named = jobs.slice(0, NAMED_JOBS_MAX).map(({ jobId }) => jobId);
    const more = jobs.length > named.length ? ` and ${jobs.length - named.length} more` : '';
    await messages.add(
      'Warning',
      `What JobId(s) ${named.join(',')}${more} have on Volume "${volumeName}" may be lost: a Verify at Level VolumeToCatalog tells. ` +
        'Bring the volume back, restore from copies, or back up anew.',
    );
  }

  /** Waits until a volume was changed, at most so long. */
  async #pause(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { onWaiting, office } = this.#options;
    onWaiting(true);
    try {
      await office.changes.next(timeoutMs, signal);
    } finally {
      onWaiting(false);
    }
  }

  /** Lets go of the volume held now; closes it when this job was the last that it takes. */
  async #release(): Promise<void> {
    const held = this.#held;
    if (!held) return;
    this.#held = undefined;
    const { catalog, pool, now, messages, office } = this.#options;
    try {
      const media = await catalog.volumeByName(held.media.volumeName);
      if (media?.volStatus !== 'Append') return;
      const closing = closingOf(media, { useVolumeOnce: pool.useVolumeOnce, now: now() });
      if (!closing) return;
      await catalog.setVolume(media.mediaId, { volStatus: closing.status });
      await messages.info(closing.message);
    } finally {
      office.release(held.media.mediaId);
    }
  }
}
