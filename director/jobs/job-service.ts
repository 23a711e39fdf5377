import type { ClientResource } from '../../configuration/director-conf.ts';
import { storageGroup } from '../../configuration/runs/run-choice.ts';
import { smallestSpeed } from '../../configuration/values/size.ts';
import type { Log } from '../../daemon/log.ts';
import { formatReportTime } from '../../text/civil-time.ts';
import { ChangeSignal } from '../change-signal.ts';
import { NoSuchJob, ShuttingDown } from '../director-errors.ts';
import { JobMessages } from '../messages/job-messages.ts';
import type { MessageOutlets } from '../messages/outlets.ts';
import type { Jobs, RunningJob, RunRequest } from '../services.ts';
import { ActiveJob, RUNNING } from './active-job.ts';
import { carryOut, jobKindOf } from './carry-out.ts';
import { judgeDuplicate, type DuplicateVerdict } from './duplicates.ts';
import { isBackupLevel } from './job-codes.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { JobKind } from './job-kind.ts';
import { JobNames } from './job-names.ts';
import { planRun, type JobPlan } from './job-plan.ts';
import { JobQueue } from './job-queue.ts';
import { jobCodes } from './job-substitution.ts';
import { waitLetter, waitText, type QueueEntry, type StorageUse } from './next-runnable.ts';
import { choosePool, chooseStorage } from './pool-choice.ts';
import { hasQueuedScripts, runQueuedScripts } from './run-scripts.ts';
import { storageUse } from './storage-use.ts';
import { TimeWatch } from './time-watch.ts';

const STOPPING = 'The Director is being stopped';
/** How long cancelled jobs may take to end: the storage daemon's cutting back, their reports and mails. */
const END_MS = 60_000;
/** How often those who wait for jobs look for themselves. */
const WAIT_MS = 3_600_000;

export interface JobServiceOptions {
  /** What the jobs share; the service adds what only it knows. */
  readonly environment: Omit<
    JobEnvironment,
    'moveToStorages' | 'run' | 'stopSignal' | 'storageLoad' | 'uniqueName'
  >;
  readonly outlets: MessageOutlets;
  readonly workingDirectory: string;
  readonly log: Log;
  /** Told the name of the Job when a run of it has ended and its row says how. */
  readonly onEnded?: (jobName: string) => void;
}

/** The jobs of this Director: creates, queues, runs and cancels them. */
export class JobService implements Jobs {
  readonly #options: JobServiceOptions;
  readonly #environment: JobEnvironment;
  readonly #names = new JobNames();
  readonly #queue: JobQueue;
  /** Queued and running, by JobId. */
  readonly #active = new Map<number, ActiveJob>();
  /** Set by hand. A reload makes new resources, which nobody has set anything for. */
  readonly #clientBandwidths = new WeakMap<ClientResource, number>();
  readonly #ends = new ChangeSignal();
  readonly #limits: TimeWatch;
  readonly #stop = new AbortController();
  #arrivals = 0;
  #ended = 0;
  #isStopping = false;

  constructor(options: JobServiceOptions) {
    this.#options = options;
    const { environment } = options;
    this.#queue = new JobQueue({
      jobsMax: () => environment.conf().director.maximumConcurrentJobs,
      now: environment.now,
    });
    this.#limits = new TimeWatch({
      jobs: () => this.#active.values(),
      cancel: (jobId, reason) => this.#end(jobId, (job) => job.cancelOutOfTime(reason)),
      now: environment.now,
    });
    this.#environment = {
      ...environment,
      stopSignal: this.#stop.signal,
      run: (request) => this.run(request),
      uniqueName: (jobName) => this.#names.next(jobName, environment.now()),
      moveToStorages: (jobId, storages, signal) => this.#moveToStorages(jobId, storages, signal),
      storageLoad: (use, jobId) => this.#queue.loadOf(use, jobId),
    };
  }

  get runCount(): number {
    return this.#ended;
  }

  async run(request: RunRequest): Promise<number> {
    if (this.#isStopping) throw new ShuttingDown();
    this.#queue.checkRoom();
    const { now } = this.#environment;
    const plan = planRun(request, now());
    const places = placesOf(plan);
    const job = await this.#create(plan, places);
    const verdict = this.#judgeDuplicate(job);
    this.#active.set(job.jobId, job);
    if (verdict.action === 'cancel new') {
      if (job.isResumed) job.stop(verdict.reason);
      else job.cancel(verdict.reason);
    }
    if (verdict.action === 'cancel other') {
      const reason = `JobId ${job.jobId} of the same Job takes its place. Duplicate job not allowed.`;
      this.cancel(verdict.jobId, reason);
    }
    this.#enqueue(job, places, request.when);
    return job.jobId;
  }

  /** @throws RunRefused when the conf does not hold what it needs. */
  #enqueue(job: ActiveJob, places: Places, notBefore?: Date): void {
    const kind = jobKindOf(job, this.#environment);
    const isHeld = hasQueuedScripts(job) && !job.signal.aborted;
    const scripts = isHeld ? this.#runQueuedScripts(job) : undefined;
    this.#queue.add({
      entry: { ...this.#entryOf(job, places, notBefore), isHeld },
      waitsFor: (reason, storageNames) => {
        const text = waitText(reason, { startTime: formatReportTime(job.dueAt), storageNames });
        job.enter({ status: waitLetter(reason), text });
      },
      begin: async () => {
        await scripts; // of a job that was cancelled meanwhile they are being ended
        return this.#carryOut(job, kind, places);
      },
    });
    this.#limits.look();
    if (this.#isStopping) this.stopJob(job.jobId, STOPPING); // it came while the door was closing
    if (job.signal.aborted) this.#queue.release(job.jobId); // cancelled before it stood in the queue
  }

  /** Never rejects: what went wrong is thrown when the job begins, which is at once, past all limits. */
  async #runQueuedScripts(job: ActiveJob): Promise<void> {
    try {
      await runQueuedScripts(job, this.#environment);
      this.#queue.letGo(job.jobId);
    } catch (error) {
      job.failedInQueue = error instanceof Error ? error : new Error(String(error));
      this.#queue.release(job.jobId);
    }
  }

  #judgeDuplicate(job: ActiveJob): DuplicateVerdict {
    if (job.plan.request.ignoreDuplicates) return { action: 'run both' };
    const others = [...this.#active.values()]
      .filter((other) => other.name === job.name && other.type === job.type && other !== job)
      .filter(({ signal, outcome }) => !signal.aborted && outcome === undefined)
      .map(({ jobId, level, status }) => ({ jobId, level, status }));
    return judgeDuplicate({ level: job.level, rules: job.plan.job }, others);
  }

  running(): readonly RunningJob[] {
    return [...this.#active.values()].sort((a, b) => a.jobId - b.jobId);
  }

  cancel(jobId: number, reason: string): boolean {
    return this.#end(jobId, (job) => job.cancel(reason));
  }

  stopJob(jobId: number, reason: string): boolean {
    return this.#end(jobId, (job) => job.stop(reason));
  }

  #end(jobId: number, end: (job: ActiveJob) => void): boolean {
    const job = this.#active.get(jobId);
    if (!job || job.signal.aborted) return false;
    end(job);
    this.#queue.release(jobId);
    return true;
  }

  async setPriority(jobId: number, priority: number): Promise<boolean> {
    const job = this.#active.get(jobId);
    if (!job || !this.#queue.setPriority(jobId, priority)) return false;
    job.priority = priority;
    await this.#environment.catalog.setJob(jobId, { priority });
    return true;
  }

  async setBandwidth(jobId: number, bytesPerSecond: number): Promise<number | undefined> {
    return this.#active.get(jobId)?.bandwidth.set(bytesPerSecond);
  }

  setClientBandwidth(client: ClientResource, bytesPerSecond: number): void {
    this.#clientBandwidths.set(client, bytesPerSecond);
  }

  async ended(jobId: number, signal = new AbortController().signal): Promise<string> {
    let job = this.#active.get(jobId);
    // One that goes on after it was broken off is another in the table.
    for (let now = job; now !== undefined; now = this.#active.get(jobId)) {
      job = now;
      await this.#ends.next(WAIT_MS, signal);
    }
    if (job?.outcome) return job.outcome.status;
    const row = await this.#environment.catalog.jobById(jobId);
    if (!row) throw new NoSuchJob(jobId);
    return row.jobStatus;
  }

  async idle(signal = new AbortController().signal): Promise<void> {
    while (this.#active.size > 0) await this.#ends.next(WAIT_MS, signal);
  }

  lookForVolumes(): void {
    this.#environment.volumes.changes.notify();
  }

  /** The conf or a limit has changed: jobs that wait may start. */
  reconsider(): void {
    this.#queue.reconsider();
  }

  /** Takes no more work, gives what runs `graceMs` to end, then stops it and waits until all has ended. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#queue.close();
    this.#limits.stop();
    for (const job of this.#active.values()) {
      if (!job.hasBegun) this.stopJob(job.jobId, STOPPING);
    }
    await this.#idleWithin(graceMs);
    for (const { jobId } of this.#active.values()) this.stopJob(jobId, STOPPING);
    this.#stop.abort(new ShuttingDown());
    await this.#idleWithin(END_MS);
  }

  async #idleWithin(ms: number): Promise<void> {
    const deadline = AbortSignal.timeout(ms);
    await this.idle(deadline).catch((error: unknown) => {
      if (!deadline.aborted) throw error;
    });
  }

  /** Never rejects: the queue counts on it. */
  async #carryOut(job: ActiveJob, kind: JobKind, places: Places): Promise<void> {
    const { log } = this.#options;
    const begun = carryOut(job, kind, this.#environment, log);
    this.#limits.look(); // it has begun
    try {
      const again = await begun;
      const at = new Date(this.#environment.now().getTime() + job.plan.job.rescheduleInterval * 1000);
      if (again === 'same JobId') {
        job.queueAgain(at);
        // Not before the queue has let go of this run.
        setImmediate(() => this.#enqueue(job, places, at));
        return;
      }
      const request = { ...job.plan.request, when: at, attempt: job.attempt + 1 };
      if (again === 'new JobId' && !this.#isStopping) await this.run({ ...request, resume: undefined });
      if (again === 'resumed' && !this.#isStopping) await this.#goOn({ ...request, resume: job });
    } catch (error) {
      const where = error instanceof Error ? error.stack : String(error);
      log.error(`JobId ${job.jobId} was not ended as it should: ${where}`);
    }
    if (this.#active.get(job.jobId) === job) this.#active.delete(job.jobId);
    this.#ended += 1;
    this.#ends.notify();
    this.#options.onEnded?.(job.plan.job.name);
  }

  /** A job that was broken off waits for its next turn, from here on in the place of the run that has ended. */
  async #goOn(request: RunRequest): Promise<void> {
    const plan = planRun(request, this.#environment.now());
    const places = placesOf(plan);
    const job = await this.#create(plan, places);
    this.#active.set(job.jobId, job);
    // Not before the queue has let go of the run before.
    setImmediate(() => this.#enqueue(job, places, request.when));
  }

  /** Resolves with what the job is known by in the catalog, where it stands now among those that have not ended. */
  async #record(plan: JobPlan, places: Places): Promise<{ jobId: number; job: string }> {
    const { catalog, ids, now } = this.#environment;
    const { resume } = plan.request;
    if (resume) return catalog.reopenJob({ jobId: resume.jobId, priority: plan.priority });
    const job = this.#names.next(plan.job.name, now());
    const jobId = await catalog.createJob({
      job,
      name: plan.job.name,
      type: plan.type,
      level: plan.level,
      clientId: ids.clientId(plan.client.name),
      poolId: ids.poolId(places.poolName),
      schedTime: plan.schedTime,
      priority: plan.priority,
      status: 'C',
      ...(plan.request.comment !== undefined && { comment: plan.request.comment }),
      ...(plan.request.accurate !== undefined && { accurate: plan.request.accurate }),
    });
    for (const tag of plan.job.tag) await catalog.addTag({ tag, kind: 'job', id: jobId });
    return { jobId, job };
  }

  async #create(plan: JobPlan, places: Places): Promise<ActiveJob> {
    const { environment, outlets, workingDirectory } = this.#options;
    const { now, directorName } = environment;
    const { jobId, job } = await this.#record(plan, places);
    const active: ActiveJob = new ActiveJob({
      jobId,
      job,
      plan,
      poolName: places.poolName,
      storageName: places.storageName,
      bandwidth: this.#bandwidthOf(plan),
      now,
      messages: new JobMessages({
        jobId,
        job,
        directorName,
        resource: plan.messages,
        outlets,
        workingDirectory,
        codes: () => jobCodes(active, directorName),
      }),
    });
    return active;
  }

  #bandwidthOf({ job, client }: JobPlan): number {
    const ofClient = this.#clientBandwidths.get(client) ?? client.maximumBandwidthPerJob;
    return smallestSpeed(job.maximumBandwidth, ofClient);
  }

  #entryOf(
    { jobId, plan, priority }: ActiveJob,
    { storages, storageGroup }: Places,
    notBefore: Date | undefined,
  ): QueueEntry {
    const { job, client } = plan;
    return {
      jobId,
      priority,
      arrival: this.#arrivals++,
      allowMixedPriority: job.allowMixedPriority,
      job: { name: job.name, jobsMax: job.maximumConcurrentJobs },
      client: { name: client.name, jobsMax: client.maximumConcurrentJobs },
      storages,
      ...(storageGroup && { storageGroup }),
      // Levels are decided by what the catalog says at the start: runs of one series follow each other.
      ...(plan.type === 'B' && { exclusiveKey: client.name }),
      ...(notBefore && { notBefore }),
    };
  }

  async #moveToStorages(jobId: number, storages: readonly StorageUse[], signal: AbortSignal): Promise<void> {
    await this.#queue.moveTo(jobId, storages, signal);
    this.#active.get(jobId)?.enter(RUNNING);
  }
}

/** Where a run is expected to write or read; its final level may change that. */
interface Places {
  readonly poolName: string;
  readonly storageName: string;
  readonly storages: readonly StorageUse[];
  /** Instead, where it is to choose between several. */
  readonly storageGroup?: readonly StorageUse[];
}

/** @throws RunRefused when a backup has no storage. */
function placesOf({ type, level, request, job }: JobPlan): Places {
  if (type === 'B' && isBackupLevel(level)) {
    const pool = choosePool(request, level).resource;
    const { name: storageName } = chooseStorage(request, pool).resource;
    const uses = storageGroup(request, pool)?.storages.map((storage) => storageUse(storage, 'write')) ?? [];
    const isGroup = uses.length > 1;
    return {
      ...{ poolName: pool.name, storageName, storages: isGroup ? [] : uses },
      ...(isGroup && { storageGroup: uses }),
    };
  }
  const storage = type === 'R' ? (request.storage ?? job.pool.storage[0] ?? job.storage[0]) : undefined;
  return {
    poolName: job.pool.name,
    storageName: storage?.name ?? '',
    storages: storage ? [storageUse(storage, 'read')] : [],
  };
}
