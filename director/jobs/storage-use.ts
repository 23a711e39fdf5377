import type { StorageResource } from '../../configuration/director-conf.ts';
import type { StorageUse } from './next-runnable.ts';

/** A storage as the queue counts it. */
export function storageUse(storage: StorageResource, use: StorageUse['use']): StorageUse {
  return {
    name: storage.name,
    jobsMax: storage.maximumConcurrentJobs,
    readJobsMax: storage.maximumConcurrentReadJobs,
    use,
  };
}
