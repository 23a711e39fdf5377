import type { StorageResource } from '../../configuration/director-conf.ts';
import type { StorageGroup } from '../../configuration/runs/run-choice.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { DeviceStatus, StatusResponse } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import type { ActiveJob } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';
import { storageOrder, type StorageCandidate } from './storage-order.ts';
import { storageUse } from './storage-use.ts';

/** There are others to go on with: no retries, and no long time-out. */
const ASK_TIMEOUT_MS = 10_000;

/**
 * Which Storage of a group a job writes to, by its Storage Group Policy; of several, waits for room on it and takes it. One that does not answer,
 * or has no device that can be used, is passed over, with a warning. When that is so of all, it is the first of the list, and the job
 * waits for that one as it does for a single one.
 */
export async function takeStorage(
  job: ActiveJob,
  env: JobEnvironment,
  { storages, ...group }: StorageGroup,
): Promise<StorageResource> {
  const { jobId, signal, messages } = job;
  if (storages.length === 1) return storages[0];
  const free = new Map<StorageResource, number>();
  for (const { storage, answer } of await askAll(job, env, storages)) {
    if (typeof answer === 'number') free.set(storage, answer);
    else {
      await messages.add('Warning', `Storage "${storage.name}" of the group is passed over: ${answer}`);
    }
  }
  const lastBackups = await env.catalog.lastBackupsTo({ jobName: job.name });
  signal.throwIfAborted();
  // From here to the taking nothing is awaited: two jobs that choose at once see each other.
  const candidates = storages
    .filter((storage) => free.has(storage))
    .map((storage): StorageCandidate => {
      const storageId = env.ids.storageId(storage.name);
      return {
        storage,
        ...env.storageLoad(storageUse(storage, 'write'), jobId),
        freeBytes: free.get(storage) ?? 0,
        lastBackup: lastBackups.find((last) => last.storageId === storageId)?.startTime,
      };
    });
  const storage = storageOrder(candidates, group)[0]?.storage ?? storages[0];
  const names = storages.map(({ name }) => name).join(', ');
  job.storageName = storage.name;
  await Promise.all([
    env.moveToStorages(jobId, [storageUse(storage, 'write')], signal),
    messages.info(`Storage "${storage.name}" is taken of ${names} (${group.policy}).`),
  ]);
  return storage;
}

/** Of each storage its free bytes, or why it cannot be used now. */
function askAll(
  { signal }: ActiveJob,
  env: JobEnvironment,
  storages: readonly StorageResource[],
): Promise<{ storage: StorageResource; answer: number | string }[]> {
  return Promise.all(
    storages.map(async (storage) => {
      try {
        using link = env.daemons.storage(storage);
        await link.ready(ASK_TIMEOUT_MS, signal);
        return { storage, answer: freeBytesOf(storage, await link.status(signal)) };
      } catch (error) {
        signal.throwIfAborted();
        return { storage, answer: messageOf(error) };
      }
    }),
  );
}

/**
 * Of the device with the most: a job writes to one, and the drives of an Autochanger have one disk.
 * @returns a text that says why, when no device can be written to now
 */
export function freeBytesOf(
  { name, device: deviceNames, mediaType }: StorageResource,
  { devices }: Pick<StatusResponse, 'devices'>,
): number | string {
  const ofType = devices.filter((device) => device.mediaType === mediaType);
  const named = ofType.filter((device) => deviceNames.includes(device.name));
  // An Autochanger has another name than its drives.
  const usable = (named.length > 0 ? named : ofType).filter(isUsable);
  if (usable.length > 0) return Math.max(...usable.map(({ freeBytes }) => freeBytes));
  return `no device of it with Media Type "${mediaType}" can be written to now; "status storage=${name}" says why`;
}

function isUsable({ unmounted, disabled, readOnly, problem }: DeviceStatus): boolean {
  return !unmounted && !disabled && !readOnly && problem === '';
}
