import type { PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import { storageGroup, type StorageGroup } from '../../configuration/runs/run-choice.ts';
import { JobFailed } from '../director-errors.ts';
import type { RunRequest } from '../services.ts';
import type { Sourced } from './pool-choice.ts';

/**
 * The pool that a Copy, Migrate or VirtualFull writes to: the Next Pool of the run, of the Job, of the pool that it reads
 * (reference bacula-jobs, sections 10 and 11).
 * @throws JobFailed when there is none.
 */
export function chooseNextPool(request: RunRequest, source: PoolResource): Sourced<PoolResource> {
  const { job, nextPool, startedBy } = request;
  if (nextPool) {
    return {
      resource: nextPool,
      from: startedBy === 'scheduler' ? 'Run NextPool override' : 'Command input',
    };
  }
  if (job.nextPool) return { resource: job.nextPool, from: 'Job resource' };
  if (source.nextPool) return { resource: source.nextPool, from: "Job Pool's NextPool resource" };
  throw new JobFailed(`No Next Pool specification found in Pool "${source.name}".`, {
    hint: `Add "Next Pool = ..." to Pool "${source.name}" or to Job "${job.name}".`,
  });
}

/** The first storage of a group, of which the job takes one when it begins to write. */
export interface NextStorage extends Sourced<StorageResource> {
  readonly group: StorageGroup;
}

/**
 * The storage through which that pool is written: its own, else the Job's. A storage that the run names is the one it reads.
 * @throws JobFailed when there is none, or it is disabled.
 */
export function nextStorage({ job }: RunRequest, nextPool: PoolResource): NextStorage {
  const group = storageGroup({ job }, nextPool);
  if (!group) {
    throw new JobFailed(`Neither Pool "${nextPool.name}" nor Job "${job.name}" names a Storage`, {
      hint: `Add "Storage = ..." to Pool "${nextPool.name}".`,
    });
  }
  const [resource] = group.storages;
  const { name, enabled } = resource;
  if (!enabled) throw new JobFailed(`Storage "${name}" is disabled (Enabled = no)`);
  return {
    ...{ resource, group },
    from: group.by === 'pool' ? "Job Pool's NextPool resource" : 'Job resource',
  };
}
