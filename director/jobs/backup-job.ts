import type { FileSetVersion } from '../../catalog/inputs.ts';
import type { SavedPart } from '../../catalog/rows.ts';
import type { PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import { storageGroup } from '../../configuration/runs/run-choice.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { BackupRequest } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import type { JobIdentity } from '../../proto/noctule/record/v1/volume_members.ts';
import { clockMessage, measureClockOffset } from '../daemons/clock-offset.ts';
import type { ClientLink, StorageLink } from '../daemons/daemon-ports.ts';
import { fileSetDigest } from '../filesets/fileset-digest.ts';
import { JobFailed } from '../director-errors.ts';
import { fileSetMessage } from '../filesets/fileset-message.ts';
import { clientRetentions } from '../retention/record-periods.ts';
import { backupReport } from '../reports/backup-report.ts';
import type { ActiveJob } from './active-job.ts';
import { AppendSession } from './append-session.ts';
import { transferBackup, type BackupResult } from './backup-transfer.ts';
import { startClones } from './clones.ts';
import {
  NOTHING_KEPT,
  backupResume,
  findIncompleteJob,
  resumedSession,
  savedLinks,
  savedText,
  savedTotals,
  whyNotKept,
  type IncompleteJob,
} from './incomplete-job.ts';
import { isBackupLevel } from './job-codes.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { JobKind, JobTotals } from './job-kind.ts';
import { jobCodes } from './job-substitution.ts';
import type { LevelDecision } from './level-decision.ts';
import { lookUpLevel, lookUpReference } from './level-lookup.ts';
import { choosePool, chooseStorage, type Sourced } from './pool-choice.ts';
import { hasPriorState, priorJobs, priorStates } from './prior-state.ts';
import { PeerCounts } from './peer-counts.ts';
import { reachClient, reachStorage } from './reach-peers.ts';
import {
  betweenClientScripts,
  refuseMisplacedScripts,
  runBeforeScripts,
  type ClientScriptsOptions,
} from './run-scripts.ts';
import { storageAddress } from './storage-address.ts';
import { storageUse } from './storage-use.ts';
import { takeStorage } from './take-storage.ts';
import { writtenVolumes } from './written-volumes.ts';

/** A backup: one client, one storage daemon, one FileSet. */
export class BackupJob implements JobKind {
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #fd = new PeerCounts();
  readonly #sd = new PeerCounts();
  readonly #result: BackupResult = {};
  #decision: LevelDecision;
  #fileSet: FileSetVersion | undefined;
  #pool: Sourced<PoolResource>;
  #storage: Sourced<StorageResource>;
  #clientVersion = '';
  #storageName = '';
  #session: AppendSession | undefined;
  /** What it goes on from. */
  #resumed: IncompleteJob | undefined;
  /** What is kept of it because it may go on later. */
  #kept: SavedPart | undefined;

  constructor(job: ActiveJob, env: JobEnvironment) {
    const { level, request } = job.plan;
    if (!isBackupLevel(level)) throw new Error(`a backup at level "${level}"`);
    this.#job = job;
    this.#env = env;
    // What the report shows when the job does not even come to decide these.
    this.#decision = { level, messages: [] };
    this.#pool = choosePool(request, level);
    this.#storage = chooseStorage(request, this.#pool.resource);
  }

  async run(): Promise<void> {
    refuseMisplacedScripts(this.#job);
    if (this.#job.isResumed) await this.#keepLevel();
    else await this.#decideLevel();
    await this.#choosePoolAndStorage();
    if (!this.#job.isResumed) await startClones(this.#job, this.#env);
    await runBeforeScripts(this.#job, this.#env);
    await this.#stampStart();
    using storage = await this.#reachStorage();
    using client = await this.#reachClient();
    await betweenClientScripts(this.#clientScripts(client), () => this.#transfer(storage, client));
  }

  verdict(): string {
    const { messages } = this.#job;
    const hasProblems =
      (this.#resumed?.row.jobErrors ?? 0) > 0 ||
      (this.#result.client?.errors ?? 0) > 0 ||
      messages.count('Error', 'NotSaved') > 0 ||
      this.#fd.warnings + this.#sd.warnings > 0;
    return hasProblems ? 'W' : 'T';
  }

  totals(): JobTotals {
    const { client } = this.#result;
    const { progress, messages } = this.#job;
    const before = this.#resumed?.row;
    const errorsBefore = before?.jobErrors ?? 0;
    // What broke it off is no fault of what is kept.
    if (this.#kept)
      return { ...savedTotals(this.#kept), jobErrors: errorsBefore + messages.count('NotSaved') };
    const errors =
      Math.max(client?.errors ?? 0, messages.count('Error', 'NotSaved')) + messages.count('Fatal');
    return {
      jobFiles: client?.files ?? Math.max(progress.files, before?.jobFiles ?? 0),
      jobBytes: this.#sentBytes(),
      readBytes: client?.contentBytes ?? Math.max(progress.bytes, before?.readBytes ?? 0),
      jobErrors: errorsBefore + errors,
    };
  }

  /** After a failure on the way of the data, or at any moment of a job that goes on: what is wrong with it then may be cured. */
  async keepSaved(failure: unknown): Promise<boolean> {
    const { jobId, plan, messages, isStopped, isResumed } = this.#job;
    if (isResumed) this.#resumed ??= await findIncompleteJob(this.#env.catalog, jobId);
    const mayBeKept = isResumed || isStopped || (this.#session && failure instanceof JobFailed);
    const isDone = this.#result.client && this.#result.storage?.status === 'T';
    // Two sides that contradict each other: more of the same would not be sound either.
    if (!mayBeKept || (isDone && !isStopped)) return false;
    const why = whyNotKept(plan);
    if (why !== undefined) {
      await messages.info(`What was saved is not kept to go on from: ${why}.`);
      return false;
    }
    const saved = await this.#env.catalog.keepSavedPart(jobId);
    if (!saved) {
      if (isStopped) await messages.info(NOTHING_KEPT);
      return false;
    }
    this.#kept = saved;
    await messages.info(
      `The job is incomplete: ${savedText(saved)} are kept. "resume jobid=${jobId}" goes on.`,
    );
    return true;
  }

  // ---- the steps ----------------------------------------------------------------------------------------------

  /** Now, and not when the run was queued: a Full that ended meanwhile counts. The queue keeps runs of one series apart. */
  async #decideLevel(): Promise<void> {
    const { catalog, ids, now } = this.#env;
    const { plan, jobId, messages } = this.#job;
    const md5 = fileSetDigest(plan.fileSet);
    this.#fileSet = await catalog.fileSetVersion({ name: plan.fileSet.name, md5, now: now() });
    this.#decision = await lookUpLevel(catalog, {
      job: plan.job,
      requested: this.#decision.level,
      since: plan.request.since,
      fileSetName: plan.fileSet.name,
      clientId: ids.clientId(plan.client.name),
      fileSetId: this.#fileSet.fileSetId,
      now: now(),
    });
    const { level, since, reference } = this.#decision;
    this.#job.level = level;
    if (since) this.#job.since = since;
    this.#job.previousJob = reference?.job ?? '';
    await catalog.setJob(jobId, { level, fileSetId: this.#fileSet.fileSetId });
    for (const text of this.#decision.messages) await messages.info(text);
  }

  /** A job that goes on does so at its level and since its time, whatever ran meanwhile. @throws JobFailed */
  async #keepLevel(): Promise<void> {
    const { catalog, now } = this.#env;
    const { plan, jobId, job, messages } = this.#job;
    this.#resumed = await findIncompleteJob(catalog, jobId);
    const { row, startTime, saved } = this.#resumed;
    const { level } = this.#decision;
    const md5 = fileSetDigest(plan.fileSet);
    this.#fileSet = await catalog.fileSetVersion({ name: plan.fileSet.name, md5, now: now() });
    const { name: jobName } = plan.job;
    const { clientId, fileSetId } = row;
    if (this.#fileSet.fileSetId !== fileSetId) {
      throw new JobFailed(`The FileSet "${plan.fileSet.name}" has changed since JobId ${jobId} began`, {
        hint: 'Run the job anew with "restart".',
      });
    }
    const series = { jobName, clientId, fileSetId, level, before: startTime };
    const reference = await lookUpReference(catalog, series);
    if (level !== 'F' && !reference) {
      throw new JobFailed(`The backup that JobId ${jobId} builds on is no longer in the catalog`, {
        hint: 'Run the job anew with "restart".',
      });
    }
    if (reference) {
      this.#decision = { level, messages: [], reference, since: reference.startTime };
      this.#job.since = reference.startTime;
      this.#job.previousJob = reference.job;
    }
    await messages.info(`Resume Backup JobId ${jobId}, Job=${job}: ${savedText(saved)} are saved already.`);
  }

  async #choosePoolAndStorage(): Promise<void> {
    const { request } = this.#job.plan;
    this.#pool = choosePool(request, this.#decision.level);
    const pool = this.#pool.resource;
    this.#storage = chooseStorage(request, pool);
    this.#job.poolName = pool.name;
    this.#job.storageName = this.#storage.resource.name;
    await this.#env.catalog.setJob(this.#job.jobId, { poolId: this.#env.ids.poolId(pool.name) });
    const group = storageGroup(request, pool)!;
    this.#storage = { ...this.#storage, resource: await takeStorage(this.#job, this.#env, group) };
    const storages = [storageUse(this.#storage.resource, 'write')];
    await this.#env.moveToStorages(this.#job.jobId, storages, this.#job.signal);
  }

  /** What the next job takes for its since time. After the Before scripts: the files they make are saved once. */
  async #stampStart(): Promise<void> {
    const { jobId, job, messages, progress, isResumed } = this.#job;
    const startTime = this.#env.now();
    this.#job.startTime = startTime;
    if (!isResumed) await this.#env.catalog.setJob(jobId, { startTime });
    progress.expectedBytes = await this.#bytesOfLastRun();
    await messages.info(`Start Backup JobId ${jobId}, Job=${job}`);
  }

  /** 0: there is none to go by. */
  async #bytesOfLastRun(): Promise<number> {
    const { catalog, ids } = this.#env;
    const { plan, level } = this.#job;
    const last = await catalog.lastGoodBackup({
      jobName: plan.job.name,
      clientId: ids.clientId(plan.client.name),
      fileSetId: this.#fileSet!.fileSetId,
      levels: [level],
    });
    return last?.readBytes ?? 0;
  }

  async #reachStorage(): Promise<StorageLink> {
    const { link, hello } = await reachStorage(this.#job, this.#env, this.#storage.resource);
    this.#storageName = hello.name;
    return link;
  }

  async #reachClient(): Promise<ClientLink> {
    const { client } = this.#job.plan;
    const { link, hello } = await reachClient(this.#job, this.#env, client);
    this.#clientVersion = `${hello.version} ${hello.platform}`;
    const { name, autoPrune } = client;
    const uname = this.#clientVersion;
    await this.#env.catalog.syncClient({ name, uname, autoPrune, ...clientRetentions(client) });
    return link;
  }

  #clientScripts(link: ClientLink): ClientScriptsOptions {
    return {
      job: this.#job,
      env: this.#env,
      client: { link, name: this.#job.plan.client.name },
      stopSignal: this.#env.stopSignal,
      reached: () => ({ status: this.verdict(), totals: this.totals() }),
    };
  }

  async #transfer(storage: StorageLink, client: ClientLink): Promise<void> {
    const { jobId, signal, messages, plan } = this.#job;
    const wanted = { fileSet: await this.#fileSetMessage(), sinceNs: await this.#sinceNs(client) };
    await using volumes = writtenVolumes(this.#job, this.#env, {
      pool: this.#pool.resource,
      storage: this.#storage.resource,
      link: storage,
      deviceName: () => this.#session?.opened.deviceName,
    });
    const open = {
      job: this.#identity(),
      deviceNames: [...this.#storage.resource.device],
      mediaType: this.#storage.resource.mediaType,
      resumed: this.#resumed && resumedSession(this.#resumed),
    };
    using session = await AppendSession.open(storage, open, {
      volumes,
      signal,
      record: (durable, mediaId) =>
        this.#env.catalog.addDurable({ jobId, mediaId, durable, at: this.#env.now() }),
      say: (type, text, at) => this.#say(this.#sd, this.#storageName, type, text, at),
      onWaiting: (what) => this.#job.storageWaits(what),
      saved: this.#resumed?.saved,
    });
    this.#session = session;
    const { volSessionId, volSessionTime, deviceName } = session.opened;
    await this.#env.catalog.setJob(jobId, { volSessionId, volSessionTime });
    await messages.info(`Using Device "${deviceName}" to write.`);
    try {
      await transferBackup(
        {
          client,
          clientName: plan.client.name,
          request: { ...wanted, ...this.#backupRequest(session) },
          ...(this.#resumed && { savedLinks: savedLinks(this.#env.catalog, jobId) }),
          ...(this.#comparesFiles() && { prior: await this.#priorState() }),
          session,
          bandwidth: this.#job.bandwidth,
          progress: this.#job.progress,
          sayForClient: (type, text, at) => this.#say(this.#fd, plan.client.name, type, text, at),
          onOtherFailure: (error) => messages.add('Error', messageOf(error)),
          signal,
        },
        this.#result,
      );
    } finally {
      this.#job.volumeNames = session.tally.volumeNames;
    }
  }

  #backupRequest(session: AppendSession): Omit<BackupRequest, 'fileSet' | 'sinceNs'> {
    const { jobId, job, plan } = this.#job;
    const { volSessionId, volSessionTime, ticketId, ticketSecret } = session.opened;
    const storage = this.#storage.resource;
    return {
      jobId,
      job,
      level: this.#decision.level,
      storage: {
        address: storageAddress(plan.client, storage),
        port: storage.sdPort,
        ticketId,
        secret: ticketSecret,
        storageName: storage.name,
      },
      volSessionId,
      volSessionTime,
      accurate: this.#comparesFiles(),
      bandwidth: this.#job.bandwidth.limit,
      resume: this.#resumed && backupResume(this.#resumed),
    };
  }

  #isAccurate(): boolean {
    const { request, job } = this.#job.plan;
    return request.accurate ?? job.accurate;
  }

  #comparesFiles(): boolean {
    return this.#isAccurate() && hasPriorState(this.#decision.level);
  }

  async #priorState() {
    const { plan, messages } = this.#job;
    const jobIds = await priorJobs(this.#env.catalog, {
      level: this.#decision.level,
      clientName: plan.client.name,
      fileSetName: plan.fileSet.name,
      jobName: plan.job.name,
      before: this.#resumed?.startTime,
    });
    await messages.info(
      `Sending Accurate information to the FD. It is that of JobId(s) ${jobIds.join(',')}.`,
    );
    return priorStates(this.#env.catalog, jobIds);
  }

  #fileSetMessage(): Promise<FileSet> {
    const { plan, signal } = this.#job;
    const { allowCompression } = this.#storage.resource;
    return fileSetMessage(plan.fileSet, {
      allowCompression,
      codes: jobCodes(this.#job, this.#env.directorName),
      signal,
    });
  }

  /** The since time by the client's clock. */
  async #sinceNs(client: ClientLink): Promise<bigint | undefined> {
    const offset = await measureClockOffset(client, this.#job.signal, () => this.#env.now().getTime());
    const message = clockMessage(offset, this.#job.clientName);
    if (message) await this.#job.messages.add(message.type, message.text);
    const { since } = this.#decision;
    return since && BigInt(since.getTime()) * 1_000_000n + offset.atLeastNs;
  }

  #identity(): JobIdentity {
    const { jobId, job, plan } = this.#job;
    const startTime = this.#resumed?.startTime ?? this.#job.startTime;
    return {
      jobId,
      job,
      jobName: plan.job.name,
      jobType: plan.type,
      jobLevel: this.#decision.level,
      clientName: plan.client.name,
      filesetName: plan.fileSet.name,
      filesetMd5: fileSetDigest(plan.fileSet),
      poolName: this.#pool.resource.name,
      startTimeMs: startTime?.getTime() ?? 0,
      directorName: this.#env.directorName,
    };
  }

  async #say(counts: PeerCounts, from: string, type: MessageType, text: string, at: Date): Promise<void> {
    counts.note(type);
    const { jobId, messages } = this.#job;
    await messages.add(type, text, { from, at });
    // At once: if the Director dies and the job is resumed, it must not end as if all had been saved.
    if (type === 'NotSaved' && messages.count('NotSaved') === 1) {
      await this.#env.catalog.setJob(jobId, { jobErrors: (this.#resumed?.row.jobErrors ?? 0) + 1 });
    }
  }

  // ---- the report ---------------------------------------------------------------------------------------------

  report(status: string, endTime: Date): string {
    const { plan, jobId, job } = this.#job;
    const startTime = this.#resumed?.startTime ?? this.#job.startTime ?? endTime;
    const tally = this.#session?.tally;
    const session = this.#session?.opened ?? this.#resumed?.row;
    const totals = this.totals();
    const {
      files: sdFiles = 0,
      memberBytes: sdBytes = 0,
      volumeNames = [],
    } = this.#kept ?? { ...tally, files: tally?.records };
    return backupReport({
      directorName: this.#env.directorName,
      jobId,
      job,
      ...this.#decision,
      client: plan.client.name,
      clientVersion: this.#clientVersion,
      fileSet: plan.fileSet.name,
      ...(this.#fileSet && { fileSetTime: this.#fileSet.createTime }),
      pool: { name: this.#pool.resource.name, from: this.#pool.from },
      catalog: { name: plan.client.catalog.name, from: 'Client resource' },
      storage: { name: this.#storage.resource.name, from: this.#storage.from },
      scheduledTime: plan.schedTime,
      startTime,
      endTime,
      priority: this.#job.priority,
      fdFiles: totals.jobFiles,
      sdFiles,
      fdBytes: totals.jobBytes,
      readBytes: totals.readBytes,
      compressed: this.#result.client?.compressed ?? false,
      sdBytes,
      accurate: this.#isAccurate(),
      volumeNames,
      volSessionId: session?.volSessionId ?? 0,
      volSessionTime: session?.volSessionTime ?? 0,
      lastVolumeBytes: tally?.lastVolumeBytes ?? 0,
      fdErrors: Math.max(this.#result.client?.errors ?? 0, this.#fd.errors),
      sdErrors: this.#sd.errors,
      ...this.#terminations(status),
      status,
    });
  }

  /** Content bytes as they left the client: after compression, if there was any. */
  #sentBytes(): number {
    const { client } = this.#result;
    if (!client) return Math.max(this.#job.progress.bytes, this.#resumed?.row.jobBytes ?? 0);
    return client.compressed ? client.sentBytes : client.contentBytes;
  }

  #terminations(status: string): { fdStatus: string; sdStatus: string } {
    if (!this.#storageName) return { fdStatus: '', sdStatus: '' };
    if (status === 'A') return { fdStatus: 'Canceled', sdStatus: 'Canceled' };
    if (status === 'I' && this.#job.isStopped) return { fdStatus: 'Incomplete', sdStatus: 'Incomplete' };
    const sdFailed = this.#session ? 'Error' : 'Waiting on FD';
    return {
      fdStatus: this.#result.client ? 'OK' : 'Error',
      sdStatus: this.#result.storage?.status === 'T' ? 'OK' : sdFailed,
    };
  }
}
