/** What the queue must know of a run, waiting or running. */
export interface QueueEntry {
  readonly jobId: number;
  /** 1 is the most urgent. */
  readonly priority: number;
  /** Running number of its arrival: the order among equals. */
  readonly arrival: number;
  readonly allowMixedPriority: boolean;
  /** Not to be started before this. */
  readonly notBefore?: Date;
  /** Scripts of it run first, while it waits. */
  readonly isHeld?: boolean;
  readonly job: Limited;
  readonly client: Limited;
  readonly storages: readonly StorageUse[];
  /** It takes one of these when it begins, and may begin when one has room. */
  readonly storageGroup?: readonly StorageUse[];
  /** Runs with the same text never run at once: they would decide their level behind each other's back. */
  readonly exclusiveKey?: string;
}

/** A resource of the conf and how many runs it takes at once. */
export interface Limited {
  readonly name: string;
  readonly jobsMax: number;
}

export interface StorageUse extends Limited {
  readonly use: 'read' | 'write';
  /** 0 = only `jobsMax` counts. */
  readonly readJobsMax: number;
}

export type WaitReason = 'start time' | 'scripts' | 'director' | 'priority' | 'storage' | 'client' | 'job';

export interface QueueDecision {
  /** The one that may start now. */
  readonly start?: QueueEntry;
  /** Why each of the others, by JobId, does not. */
  readonly waiting: ReadonlyMap<number, WaitReason>;
}

/**
 * Which waiting run may start next (Bacula's rules of the job queue).
 *
 *  (1) Runs are taken by priority, then by arrival. One whose start time lies ahead, or whose scripts
 *      of the moment Queued still run, is passed over.
 *  (2) No more run at once than `directorJobsMax`.
 *  (3) Runs of only one priority run at a time. With Allow Mixed Priority on the waiting one and on all that run, a
 *      more urgent one may join. At the first run whose priority does not fit the walk stops: nobody behind
 *      it may pass, so it cannot starve.
 *  (4) Storage, Client and Job are below their limits. A run that waits for these only holds up nobody.
 *  (5) Runs with the same `exclusiveKey` follow each other.
 */
export function nextRunnable(
  waiting: readonly QueueEntry[],
  running: readonly QueueEntry[],
  limits: { readonly directorJobsMax: number; readonly now: Date },
): QueueDecision {
  const reasons = new Map<number, WaitReason>();
  let start: QueueEntry | undefined;
  let priorityBlocked = false;
  for (const entry of [...waiting].sort(byPriorityThenArrival)) {
    if (start) continue;
    const reason = waitReason(entry, running, limits, priorityBlocked);
    if (!reason) {
      start = entry;
      continue;
    }
    reasons.set(entry.jobId, reason);
    priorityBlocked ||= reason === 'priority';
  }
  return { waiting: reasons, ...(start && { start }) };
}

function waitReason(
  entry: QueueEntry,
  running: readonly QueueEntry[],
  limits: { readonly directorJobsMax: number; readonly now: Date },
  priorityBlocked: boolean,
): WaitReason | undefined {
  if (entry.notBefore && entry.notBefore > limits.now) return 'start time';
  if (entry.isHeld) return 'scripts';
  if (priorityBlocked || !priorityFits(entry, running)) return 'priority';
  if (running.length >= limits.directorJobsMax) return 'director';
  if (fullStorages(entry, running).length > 0) return 'storage';
  if (running.filter((other) => other.client.name === entry.client.name).length >= entry.client.jobsMax) {
    return 'client';
  }
  const sameJob = running.filter((other) => other.job.name === entry.job.name);
  const excluded =
    entry.exclusiveKey !== undefined && sameJob.some((o) => o.exclusiveKey === entry.exclusiveKey);
  return excluded || sameJob.length >= entry.job.jobsMax ? 'job' : undefined;
}

function priorityFits(entry: QueueEntry, running: readonly QueueEntry[]): boolean {
  if (running.every((other) => other.priority === entry.priority)) return true;
  const leastUrgent = Math.max(...running.map((other) => other.priority));
  const mixed = entry.allowMixedPriority && running.every((other) => other.allowMixedPriority);
  return mixed && entry.priority <= leastUrgent;
}

/** The storages for which the run has to wait (rule 4): those of its own that have no room, or its group when none of that has. */
export function fullStorages(
  { storages, storageGroup }: Pick<QueueEntry, 'storages' | 'storageGroup'>,
  running: readonly QueueEntry[],
): StorageUse[] {
  const full = storages.filter((storage) => !storageHasRoom(storage, running));
  if (storageGroup?.some((storage) => storageHasRoom(storage, running)) !== false) return full;
  return [...full, ...storageGroup];
}

export function storageHasRoom(wanted: StorageUse, running: readonly QueueEntry[]): boolean {
  const uses = usesOf(wanted.name, running);
  if (uses.length >= wanted.jobsMax) return false;
  const reads = uses.filter((storage) => storage.use === 'read').length;
  return wanted.use !== 'read' || wanted.readJobsMax === 0 || reads < wanted.readJobsMax;
}

/** What the running jobs do with a storage; a job counts for each thing that it does there. */
export function usesOf(storageName: string, running: readonly QueueEntry[]): StorageUse[] {
  return running.flatMap((entry) => entry.storages.filter(({ name }) => name === storageName));
}

function byPriorityThenArrival(a: QueueEntry, b: QueueEntry): number {
  return a.priority - b.priority || a.arrival - b.arrival;
}

/** The end of "JobId N ..." as `status dir` prints it. @param on.storageNames those that have no room */
export function waitText(
  reason: WaitReason,
  on: { readonly startTime: string; readonly storageNames: readonly string[] },
): string {
  switch (reason) {
    case 'start time':
      return `is waiting for its start time (${on.startTime})`;
    case 'scripts':
      return 'is waiting for its scripts of the moment Queued';
    case 'director':
      return 'is waiting on max Director jobs';
    case 'priority':
      return 'is waiting for higher priority jobs to finish';
    case 'storage':
      return `is waiting on max Storage jobs (${on.storageNames.join(', ')})`;
    case 'client':
      return 'is waiting on max Client jobs';
    case 'job':
      return 'is waiting on max Job jobs';
  }
}

const WAIT_LETTERS: Readonly<Record<WaitReason, string>> = {
  'start time': 't',
  scripts: 'C',
  director: 'd',
  priority: 'p',
  storage: 's',
  client: 'c',
  job: 'j',
};

/** The catalog's status letter of a run that waits for this. */
export function waitLetter(reason: WaitReason): string {
  return WAIT_LETTERS[reason];
}
