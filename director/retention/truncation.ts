import type { Catalog } from '../../catalog/catalog.ts';
import type { MediaRow } from '../../catalog/rows.ts';
import type { DirectorConf, StorageResource } from '../../configuration/director-conf.ts';
import type { CatalogIds } from '../catalog-ids.ts';
import type { Daemons } from '../daemons/daemon-ports.ts';
import { TruncateRefused } from '../director-errors.ts';

const READY_TIMEOUT_MS = 10_000;

export interface TruncationOptions {
  readonly catalog: Pick<Catalog, 'jobsOnVolume' | 'setVolume'>;
  readonly daemons: Daemons;
  readonly ids: Pick<CatalogIds, 'storageName'>;
  readonly conf: () => DirectorConf;
  readonly now: () => Date;
  /** Aborts when the Director ends. */
  readonly signal: AbortSignal;
}

/**
 * Gives the space of a Purged volume back to its disk; resolves with the bytes freed. For who holds the office's lock:
 * no job may take the volume meanwhile.
 * @throws TruncateRefused when a job is on it or nobody knows where it lies. @throws what the storage daemon says
 */
export async function truncateVolume(options: TruncationOptions, volume: MediaRow): Promise<number> {
  const { catalog, daemons, now, signal } = options;
  const { mediaId, volumeName, poolName, mediaType, volStatus } = volume;
  if (volStatus !== 'Purged' || (await catalog.jobsOnVolume(mediaId)).length > 0) {
    throw new TruncateRefused(`Volume "${volumeName}" is not purged: its data is still wanted`, {
      hint: `Say "explain volume=${volumeName}" to see what keeps it.`,
    });
  }
  const storage = storageOf(options, volume);
  using link = daemons.storage(storage);
  await link.ready(READY_TIMEOUT_MS, signal);
  const request = { volumeName, poolName, mediaType, deviceNames: [...storage.device] };
  const { freedBytes, volumeBytes } = await link.truncate(request, signal);
  await catalog.setVolume(mediaId, { volBytes: volumeBytes, labelDate: now() });
  return freedBytes;
}

function storageOf({ ids, conf }: TruncationOptions, volume: MediaRow): StorageResource {
  const name = ids.storageName(volume.storageId);
  const storage = conf().storages.find((one) => one.name === name);
  if (storage) return storage;
  throw new TruncateRefused(`Volume "${volume.volumeName}" lies on no Storage of the conf`, {
    hint: 'Add the Storage resource it was written through, or delete the volume.',
  });
}
