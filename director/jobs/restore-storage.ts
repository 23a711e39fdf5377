import type { PlanPosition } from '../../catalog/inputs.ts';
import type { NeededVolume, VolumeStretch } from '../../catalog/rows.ts';
import type { StorageResource } from '../../configuration/director-conf.ts';
import type { StreamPosition } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { JobFailed } from '../director-errors.ts';
import type { ActiveJob } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';

/** Where volumes are read: one storage daemon, the devices that may hold them, one media type. */
export interface RestoreSource {
  readonly storage: StorageResource;
  readonly deviceNames: readonly string[];
  readonly mediaType: string;
  readonly volumeNames: ReadonlySet<string>;
}

/** What a restore reads from one source before it goes on to the next; the same source may come again. */
export interface RestorePart {
  readonly source: RestoreSource;
  /** Where the next part begins, in the plan and in the stream of that job; absent: this is the last one. */
  readonly until?: PlanPosition & StreamPosition;
}

export interface SourceOptions {
  readonly storages: readonly StorageResource[];
  readonly nameOf: (storageId: number) => string | undefined;
  readonly chosen?: StorageResource;
}

/**
 * The storages from which these volumes can be read, each once: those that they were written through; for one that the conf
 * has no more, another one with its media type. `chosen` is the admin's word for it, and wins. Several Storages of one
 * daemon with one media type are one source.
 * @throws JobFailed when there is none for a volume.
 */
export function restoreSources(volumes: readonly NeededVolume[], options: SourceOptions): RestoreSource[] {
  if (volumes.length === 0) throw new JobFailed('The selected files lie on no volume');
  const found = volumes.map((volume) => ({ volume, storage: options.chosen ?? storageOf(volume, options) }));
  const ofSources = Map.groupBy(found, ({ volume, storage }) =>
    [storage.address, storage.sdPort, volume.mediaType].join('\n'),
  );
  return [...ofSources.values()].map((ofSource) => ({
    storage: ofSource[0]!.storage,
    mediaType: ofSource[0]!.volume.mediaType,
    deviceNames: [...new Set(ofSource.flatMap(({ storage }) => [...storage.device]))],
    volumeNames: new Set(ofSource.map(({ volume }) => volume.volumeName)),
  }));
}

/** The order in which the sources are read: that of the plan. @throws JobFailed */
export function restoreParts(stretches: readonly VolumeStretch[], options: SourceOptions): RestorePart[] {
  const sources = restoreSources(stretches, options);
  const parts: RestorePart[] = [];
  for (const stretch of stretches) {
    const source = sources.find(({ volumeNames }) => volumeNames.has(stretch.volumeName))!;
    const last = parts.at(-1);
    if (last?.source === source) continue;
    const { jobRank, streamOffset, volSessionId, volSessionTime } = stretch;
    if (last) parts.push({ ...parts.pop()!, until: { jobRank, streamOffset, volSessionId, volSessionTime } });
    parts.push({ source });
  }
  return parts;
}

type Places = Pick<JobEnvironment, 'conf' | 'ids'>;

/** As restoreParts, for this job. @throws JobFailed */
export function partsOf(job: ActiveJob, env: Places, stretches: readonly VolumeStretch[]): RestorePart[] {
  return restoreParts(stretches, optionsOf(job, env));
}

/** As messages and reports name them: with the media type where a Storage comes twice. */
export function namesOf(sources: readonly RestoreSource[]): string[] {
  return [...new Set(sources)].map((source) => {
    const isTwice = sources.some((other) => other !== source && other.storage === source.storage);
    return isTwice ? `${source.storage.name} (${source.mediaType})` : source.storage.name;
  });
}

function optionsOf(job: ActiveJob, env: Places): SourceOptions {
  const { storage: chosen } = job.plan.request;
  return {
    storages: env.conf().storages,
    nameOf: (storageId) => env.ids.storageName(storageId),
    ...(chosen && { chosen }),
  };
}

/** The Storage that wrote the volume; if the conf has it no more, another one of its media type. */
export function storageThatReads(
  volume: NeededVolume,
  { storages, nameOf }: Pick<SourceOptions, 'storages' | 'nameOf'>,
): StorageResource | undefined {
  const name = nameOf(volume.storageId);
  const sameType = storages.filter(({ mediaType }) => mediaType === volume.mediaType);
  return sameType.find((one) => one.name === name) ?? sameType[0];
}

function storageOf(volume: NeededVolume, options: SourceOptions): StorageResource {
  const storage = storageThatReads(volume, options);
  if (storage) return storage;
  throw new JobFailed(
    `Volume "${volume.volumeName}" has media type "${volume.mediaType}", and no Storage of the conf has that`,
    { hint: 'Add a Storage resource with this Media Type.' },
  );
}
