import type { PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import { chosenPool, chosenStorage, type Chosen } from '../../configuration/runs/run-choice.ts';
import { RunRefused } from '../director-errors.ts';
import type { SourcedName } from '../reports/report-lines.ts';
import type { RunRequest } from '../services.ts';
import { levelWord, type BackupLevel } from './job-codes.ts';

/** A resource, and how the run came to it as the job report says it: "Job resource", "Run Pool override" ... */
export interface Sourced<R> {
  readonly resource: R;
  readonly from: string;
}

export function sourcedNameOf({ resource, from }: Sourced<{ readonly name: string }>): SourcedName {
  return { name: resource.name, from };
}

/** Words of the report for the level-specific pools; Since has none. */
const LEVEL_WORDS: Readonly<Record<BackupLevel | 'f', string>> = {
  F: 'Full',
  D: 'Diff',
  I: 'Inc',
  f: 'VFull',
  S: '',
};

/** The pool of a backup at its final level; of a job without levels the one that it reads. */
export function choosePool(request: RunRequest, level?: BackupLevel | 'f'): Sourced<PoolResource> {
  const chosen = chosenPool(request, level && levelWord(level));
  if (level === undefined) return sourced(chosen, request, 'Pool');
  switch (chosen.by) {
    case 'run for level':
      return { resource: chosen.resource, from: `Run ${LEVEL_WORDS[level]}Pool override` };
    case 'job for level':
      return { resource: chosen.resource, from: `Job ${LEVEL_WORDS[level]}Pool override` };
    default:
      return sourced(chosen, request, 'Pool');
  }
}

/**
 * The storage of a run: the one that the run names, else the pool's, else the Job's.
 * @throws RunRefused when there is none, or it is disabled.
 */
export function chooseStorage(request: RunRequest, pool: PoolResource): Sourced<StorageResource> {
  const chosen = chosenStorage(request, pool);
  if (!chosen) {
    throw new RunRefused(`Neither Job "${request.job.name}" nor Pool "${pool.name}" names a Storage`, {
      hint: `Add "Storage = ..." to Job "${request.job.name}".`,
    });
  }
  if (!chosen.resource.enabled) {
    const { name } = chosen.resource;
    throw new RunRefused(`Storage "${name}" is disabled (Enabled = no)`, {
      hint: `Say "enable storage=${name}" if it was switched off at the console, or change its resource.`,
    });
  }
  return sourced(chosen, request, 'Storage');
}

function sourced<R>({ resource, by }: Chosen<R>, { startedBy }: RunRequest, what: string): Sourced<R> {
  if (by === 'run') {
    return { resource, from: startedBy === 'scheduler' ? `Run ${what} override` : 'Command input' };
  }
  return { resource, from: by === 'pool' ? 'Pool resource' : 'Job resource' };
}
