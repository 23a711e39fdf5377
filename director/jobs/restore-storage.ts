import type { NeededVolume } from '../../catalog/rows.ts';
import type { StorageResource } from '../../configuration/director-conf.ts';
import { JobFailed } from '../director-errors.ts';
import type { ActiveJob } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';
import { storageUse } from './storage-use.ts';

/** Where a restore reads: one storage daemon, the devices that may hold the volumes, one media type. */
export interface RestoreSource {
  readonly storage: StorageResource;
  readonly deviceNames: readonly string[];
  readonly mediaType: string;
}

/**
 * The storage from which all of these volumes can be read: the one they were written through; if the conf has it no
 * more, another one with their media type. `chosen` is the admin's word for it, and wins.
 * @throws JobFailed when there is none, or when one does not do for all.
 */
export function restoreSource(
  volumes: readonly NeededVolume[],
  options: {
    readonly storages: readonly StorageResource[];
    readonly nameOf: (storageId: number) => string | undefined;
    readonly chosen?: StorageResource;
  },
): RestoreSource {
  const mediaTypes = [...new Set(volumes.map(({ mediaType }) => mediaType))];
  const [mediaType, otherType] = mediaTypes;
  if (mediaType === undefined) throw new JobFailed('The selected files lie on no volume');
  if (otherType !== undefined) {
    throw new JobFailed(`The files lie on volumes of the media types ${mediaTypes.join(', ')}`, {
      hint: 'Restore in several jobs: select with jobid= those JobIds whose volumes have one media type.',
    });
  }
  const found = options.chosen
    ? [options.chosen]
    : [...new Set(volumes.map((volume) => storageOf(volume, options)))];
  const [storage, ...others] = found;
  if (!storage) throw new JobFailed('The selected files lie on no volume');
  if (others.some((other) => other.address !== storage.address || other.sdPort !== storage.sdPort)) {
    throw new JobFailed(
      `The files lie on several storage daemons: ${found.map(({ name }) => name).join(', ')}`,
      {
        hint: 'Restore in several jobs, one for each Storage.',
      },
    );
  }
  return { storage, mediaType, deviceNames: [...new Set(found.flatMap(({ device }) => [...device]))] };
}

/** Where the volumes are read for this job. @throws JobFailed */
export function sourceOf(
  job: ActiveJob,
  env: Pick<JobEnvironment, 'conf' | 'ids'>,
  volumes: readonly NeededVolume[],
): RestoreSource {
  const { storage: chosen } = job.plan.request;
  return restoreSource(volumes, {
    storages: env.conf().storages,
    nameOf: (storageId) => env.ids.storageName(storageId),
    ...(chosen && { chosen }),
  });
}

/** As sourceOf, and waits for room there. @throws JobFailed */
export async function takeRestoreSource(
  job: ActiveJob,
  env: Pick<JobEnvironment, 'conf' | 'ids' | 'moveToStorages'>,
  volumes: readonly NeededVolume[],
): Promise<RestoreSource> {
  const source = sourceOf(job, env, volumes);
  job.storageName = source.storage.name;
  job.volumeNames = volumes.map(({ volumeName }) => volumeName);
  await env.moveToStorages(job.jobId, [storageUse(source.storage, 'read')], job.signal);
  return source;
}

function storageOf(
  volume: NeededVolume,
  options: {
    readonly storages: readonly StorageResource[];
    readonly nameOf: (storageId: number) => string | undefined;
  },
): StorageResource {
  const name = options.nameOf(volume.storageId);
  const sameType = options.storages.filter(({ mediaType }) => mediaType === volume.mediaType);
  const storage = sameType.find((one) => one.name === name) ?? sameType[0];
  if (storage) return storage;
  throw new JobFailed(
    `Volume "${volume.volumeName}" has media type "${volume.mediaType}", and no Storage of the conf has that`,
    { hint: 'Add a Storage resource with this Media Type.' },
  );
}
