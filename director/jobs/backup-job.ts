import type { FileSetVersion } from '../../catalog/inputs.ts';
import type { PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { BackupRequest } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import type { JobIdentity } from '../../proto/noctule/record/v1/volume_members.ts';
import { clockMessage, measureClockOffset } from '../daemons/clock-offset.ts';
import type { ClientLink, StorageLink } from '../daemons/daemon-ports.ts';
import { fileSetDigest } from '../filesets/fileset-digest.ts';
import { fileSetMessage } from '../filesets/fileset-message.ts';
import { clientRetentions } from '../retention/record-periods.ts';
import { backupReport } from '../reports/backup-report.ts';
import { endedWell } from '../reports/termination.ts';
import type { ActiveJob } from './active-job.ts';
import { AppendSession } from './append-session.ts';
import { transferBackup, type BackupResult } from './backup-transfer.ts';
import { startClones } from './clones.ts';
import { isBackupLevel } from './job-codes.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { JobKind, JobTotals } from './job-kind.ts';
import { jobCodes } from './job-substitution.ts';
import type { LevelDecision } from './level-decision.ts';
import { lookUpLevel } from './level-lookup.ts';
import { choosePool, chooseStorage, type Sourced } from './pool-choice.ts';
import { hasPriorState, priorJobs, priorStates } from './prior-state.ts';
import { PeerCounts } from './peer-counts.ts';
import { reachClient, reachStorage } from './reach-peers.ts';
import {
  betweenClientScripts,
  refuseUnknownScripts,
  runBeforeScripts,
  type ClientScriptsOptions,
} from './run-scripts.ts';
import { storageAddress } from './storage-address.ts';
import { storageUse } from './storage-use.ts';
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
    refuseUnknownScripts(this.#job);
    await this.#decideLevel();
    await this.#choosePoolAndStorage();
    await startClones(this.#job, this.#env);
    await runBeforeScripts(this.#job, this.#env);
    await this.#stampStart();
    using storage = await this.#reachStorage();
    using client = await this.#reachClient();
    await betweenClientScripts(this.#clientScripts(client), () => this.#transfer(storage, client));
  }

  verdict(): string {
    const { messages } = this.#job;
    const hasProblems =
      (this.#result.client?.errors ?? 0) > 0 ||
      messages.count('Error', 'NotSaved') > 0 ||
      this.#fd.warnings + this.#sd.warnings > 0;
    return hasProblems ? 'W' : 'T';
  }

  totals(): JobTotals {
    const { client } = this.#result;
    const { progress, messages } = this.#job;
    return {
      jobFiles: client?.files ?? progress.files,
      jobBytes: this.#sentBytes(),
      readBytes: client?.contentBytes ?? progress.bytes,
      jobErrors: Math.max(client?.errors ?? 0, messages.count('Error', 'NotSaved')) + messages.count('Fatal'),
    };
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

  async #choosePoolAndStorage(): Promise<void> {
    const { request } = this.#job.plan;
    this.#pool = choosePool(request, this.#decision.level);
    this.#storage = chooseStorage(request, this.#pool.resource);
    this.#job.poolName = this.#pool.resource.name;
    this.#job.storageName = this.#storage.resource.name;
    const poolId = this.#env.ids.poolId(this.#pool.resource.name);
    await this.#env.catalog.setJob(this.#job.jobId, { poolId });
    const storages = [storageUse(this.#storage.resource, 'write')];
    await this.#env.moveToStorages(this.#job.jobId, storages, this.#job.signal);
  }

  /** What the next job takes for its since time. After the Before scripts: the files they make are saved once. */
  async #stampStart(): Promise<void> {
    const { jobId, job, messages, progress } = this.#job;
    const startTime = this.#env.now();
    this.#job.startTime = startTime;
    await this.#env.catalog.setJob(jobId, { startTime });
    progress.expectedBytes = await this.#bytesOfLastRun();
    await messages.info(`Start Backup JobId ${jobId}, Job=${job}`);
  }

  async #bytesOfLastRun(): Promise<number> {
    const { name, clientName, level } = this.#job;
    const query = { name, clientName, level, type: 'B', limit: 10, order: 'desc' } as const;
    const runs = await this.#env.catalog.listJobs(query);
    return runs.find(({ jobStatus }) => endedWell(jobStatus))?.readBytes ?? 0;
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
      endedWell: () => endedWell(this.verdict()),
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
    };
    using session = await AppendSession.open(storage, open, {
      volumes,
      signal,
      record: (durable, mediaId) =>
        this.#env.catalog.addDurable({ jobId, mediaId, durable, at: this.#env.now() }),
      say: (type, text, at) => this.#say(this.#sd, this.#storageName, type, text, at),
      onWaiting: (what) => this.#job.storageWaits(what),
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
    });
    await messages.info(`Comparing with the files of JobId(s) ${jobIds.join(',')}.`);
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
    const { jobId, job, plan, startTime } = this.#job;
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
    await this.#job.messages.add(type, text, { from, at });
  }

  // ---- the report ---------------------------------------------------------------------------------------------

  report(status: string, endTime: Date): string {
    const { plan, jobId, job, startTime = endTime } = this.#job;
    const tally = this.#session?.tally;
    const totals = this.totals();
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
      sdFiles: tally?.records ?? 0,
      fdBytes: totals.jobBytes,
      readBytes: totals.readBytes,
      compressed: this.#result.client?.compressed ?? false,
      sdBytes: tally?.memberBytes ?? 0,
      accurate: this.#isAccurate(),
      volumeNames: tally?.volumeNames ?? [],
      volSessionId: this.#session?.opened.volSessionId ?? 0,
      volSessionTime: this.#session?.opened.volSessionTime ?? 0,
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
    if (!client) return this.#job.progress.bytes;
    return client.compressed ? client.sentBytes : client.contentBytes;
  }

  #terminations(status: string): { fdStatus: string; sdStatus: string } {
    if (!this.#storageName) return { fdStatus: '', sdStatus: '' };
    if (status === 'A') return { fdStatus: 'Canceled', sdStatus: 'Canceled' };
    const sdFailed = this.#session ? 'Error' : 'Waiting on FD';
    return {
      fdStatus: this.#result.client ? 'OK' : 'Error',
      sdStatus: this.#result.storage?.status === 'T' ? 'OK' : sdFailed,
    };
  }
}
