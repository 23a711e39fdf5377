import type { Catalog } from '../../catalog/catalog.ts';
import type { MediaRow } from '../../catalog/rows.ts';
import type { DirectorConf, PoolResource } from '../../configuration/director-conf.ts';
import { humanBytes } from '../../text/numbers.ts';
import type { DaemonMessages } from '../messages/daemon-messages.ts';
import { PeriodicLook } from '../periodic-look.ts';
import { closingOf } from '../volumes/closing-test.ts';
import type { VolumeOffice } from '../volumes/volume-office.ts';
import { holdsData } from '../volumes/volume-state.ts';
import type { Retention } from './retention.ts';

const LOOK_MS = 10 * 60_000;

export interface VolumeCareOptions {
  readonly conf: () => DirectorConf;
  readonly catalog: Pick<Catalog, 'listPools' | 'listVolumes' | 'pruneCandidates' | 'setVolume'>;
  readonly retention: Pick<Retention, 'prune' | 'truncate'>;
  readonly office: VolumeOffice;
  readonly messages: Pick<DaemonMessages, 'add'>;
  readonly now: () => Date;
  readonly everyMs?: number;
}

/**
 * Does in time what would else be done only when a job wants a volume: closes volumes whose use duration is over, so
 * that they can expire at all, and gives back the disk space of those that have expired, where the Pool says
 * "Action On Purge = Truncate". All others keep their data until they are needed.
 */
export class VolumeCare implements AsyncDisposable {
  readonly #options: VolumeCareOptions;
  readonly #look: PeriodicLook;

  constructor(options: VolumeCareOptions) {
    this.#options = options;
    this.#look = new PeriodicLook({
      everyMs: options.everyMs ?? LOOK_MS,
      look: () => this.#care(),
      onFailure: (failure) => options.messages.add('Error', `Volumes cannot be cared for: ${failure}`),
    });
  }

  /** Looks now and from then on. Resolves when the first look is done; never rejects. */
  look(): Promise<void> {
    return this.#look.now();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#look[Symbol.asyncDispose]();
  }

  async #care(): Promise<void> {
    for (const pool of this.#options.conf().pools) {
      if (this.#look.isStopped) return;
      await this.#closeOverdue(pool);
      await this.#giveSpaceBack(pool);
    }
  }

  /** Under the lock, and with the rows as they are then: a job may just begin or end with a volume. */
  #closeOverdue(pool: PoolResource): Promise<void> {
    const { catalog, office, messages, now } = this.#options;
    return office.lock.run(async () => {
      for (const volume of await catalog.listVolumes({ poolName: pool.name })) {
        if (volume.volStatus !== 'Append' || office.writerOf(volume.mediaId) !== undefined) continue;
        const closing = closingOf(volume, { useVolumeOnce: pool.useVolumeOnce, now: now() });
        if (!closing) continue;
        await catalog.setVolume(volume.mediaId, { volStatus: closing.status });
        await messages.add('VolMgmt', closing.message);
      }
    });
  }

  async #giveSpaceBack({ name, autoPrune }: PoolResource): Promise<void> {
    const { catalog, retention, conf, now } = this.#options;
    for (const volume of await catalog.listVolumes({ poolName: name })) {
      if (this.#look.isStopped) return;
      if (givesSpaceBack(volume) && volume.volStatus === 'Purged' && holdsData(volume))
        await this.#truncate(volume);
    }
    if (!autoPrune || !conf().director.autoPrune) return;
    const [pool] = await catalog.listPools({ name });
    const poolIds = pool ? [pool.poolId] : [];
    for (const volume of await catalog.pruneCandidates({ poolIds, now: now() })) {
      if (this.#look.isStopped) return;
      if (!givesSpaceBack(volume)) continue;
      const { purged, freedBytes, problems } = await retention.prune({ kind: 'volume', volume });
      for (const { volumeName } of purged) await this.#tell(volumeName, freedBytes);
      if (problems.length > 0) throw new Error(problems.join('; '));
    }
  }

  async #truncate(volume: MediaRow): Promise<void> {
    const freedBytes = await this.#options.retention.truncate(volume);
    if (freedBytes > 0) await this.#tell(volume.volumeName, freedBytes);
  }

  #tell(volumeName: string, freedBytes: number): Promise<void> {
    const text = `Volume "${volumeName}" holds no jobs any more: ${humanBytes(freedBytes)} were given back.`;
    return this.#options.messages.add('VolMgmt', text);
  }
}

function givesSpaceBack({ truncateOnPurge, recycle, enabled }: MediaRow): boolean {
  return truncateOnPurge && recycle && enabled === 1;
}
