import type { PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import type { StorageLink } from '../daemons/daemon-ports.ts';
import { JobVolumes } from '../volumes/job-volumes.ts';
import { RUNNING, type ActiveJob } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';
import { levelName } from './job-codes.ts';
import { labelValue } from './label-values.ts';

/** The volumes of a Pool that a job writes to, through a Storage. */
export function writtenVolumes(
  job: ActiveJob,
  env: JobEnvironment,
  to: {
    readonly pool: PoolResource;
    readonly storage: StorageResource;
    readonly link: StorageLink;
    /** The Device in use, once that is known. */
    readonly deviceName: () => string | undefined;
  },
): JobVolumes {
  const { directorName, catalog, ids, now, conf, retention } = env;
  const { pool, storage } = to;
  const { name, mediaType } = storage;
  return new JobVolumes({
    catalog,
    office: env.volumes,
    retention,
    jobId: job.jobId,
    job: job.job,
    pool,
    mediaType,
    mayPrune: conf().director.autoPrune && (pool.autoPrune || job.plan.job.pruneVolumes),
    storageId: ids.storageId(name),
    elsewhere: new Set(elsewhere(job, to).map((other) => ids.storageId(other.name))),
    messages: job.messages,
    now,
    labelVariable: (poolRow) => (variable, use) =>
      labelValue(variable, use, {
        ...{ job: labelJob(job), directorName, mediaType, pool: poolRow, now: now(), catalog },
        counters: conf().counters,
        environment: process.env,
      }),
    describeDevice: async () => {
      const { devices } = await to.link.status(job.signal);
      const wanted = to.deviceName() ?? storage.device[0];
      const device = devices.find((one) => one.name === wanted);
      return `"${wanted}"${device ? ` (${device.archiveDevice})` : ''}`;
    },
    onWaiting: (isWaiting) =>
      job.enter(isWaiting ? { status: 'm', text: 'is waiting for an appendable Volume' } : RUNNING),
  });
}

/** Storages of other daemons among those that the job could have taken. */
function elsewhere(
  { plan }: ActiveJob,
  { pool, storage }: { pool: PoolResource; storage: StorageResource },
): StorageResource[] {
  return [...pool.storage, ...plan.job.storage].filter(
    ({ address, sdPort }) => address !== storage.address || sdPort !== storage.sdPort,
  );
}

function labelJob({ jobId, name, job, level, clientName, storageName, plan }: ActiveJob) {
  const { type } = plan.job;
  const catalogName = plan.client.catalog.name;
  return { jobId, name, job, type, level: levelName(level), clientName, storageName, catalogName };
}
