import type { RestorePlan } from '../../catalog/inputs.ts';
import type { JobRow } from '../../catalog/rows.ts';
import type { StorageResource } from '../../configuration/director-conf.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { Replace, type VolumeVerify } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { ClientLink } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import { fileSetDigest } from '../filesets/fileset-digest.ts';
import { fileSetMessage } from '../filesets/fileset-message.ts';
import { verifyReport } from '../reports/verify-report.ts';
import type { ActiveJob } from './active-job.ts';
import { startClones } from './clones.ts';
import { isVerifyLevel, levelName, type VerifyLevel } from './job-codes.ts';
import { EVERYTHING } from './everything.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { JobKind, JobTotals } from './job-kind.ts';
import { jobCodes } from './job-substitution.ts';
import { PeerCounts } from './peer-counts.ts';
import { priorStates } from './prior-state.ts';
import { reachClient } from './reach-peers.ts';
import { RestoreReader } from './restore-reader.ts';
import { partsOf } from './restore-storage.ts';
import { transferRestore, type RestoreResult } from './restore-transfer.ts';
import { betweenClientScripts, refuseMisplacedScripts, runBeforeScripts } from './run-scripts.ts';
import { storageAddress } from './storage-address.ts';
import { jobToVerify } from './verify-subject.ts';
import { transferVerify } from './verify-transfer.ts';

/** What the client found. */
interface Examined {
  readonly files: number;
  readonly contentBytes: number;
  readonly errors: number;
  readonly differences: number;
}

/** A Verify: the disk of a client, or the volumes, are compared with what the catalog says of a job. */
export class VerifyJob implements JobKind {
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #level: VerifyLevel;
  readonly #fd = new PeerCounts();
  readonly #sd = new PeerCounts();
  readonly #volumes: RestoreResult = {};
  #examined: Examined | undefined;
  #subject: JobRow | undefined;
  #filesExpected = 0;

  constructor(job: ActiveJob, env: JobEnvironment) {
    const { level } = job.plan;
    if (!isVerifyLevel(level)) throw new Error(`a verify at level "${level}"`);
    this.#job = job;
    this.#env = env;
    this.#level = level;
  }

  async run(): Promise<void> {
    refuseMisplacedScripts(this.#job);
    await startClones(this.#job, this.#env);
    await runBeforeScripts(this.#job, this.#env);
    await this.#stampStart();
    await this.#findSubject();
    const { jobId, job, messages } = this.#job;
    await messages.info(`Start Verify JobId=${jobId} Level=${levelName(this.#level)} Job=${job}`);
    if (this.#readsVolumes) await this.#readVolumes();
    else await this.#lookAtDisk();
  }

  verdict(): string {
    if ((this.#examined?.differences ?? 0) > 0) return 'D';
    const { errors } = this.#counted();
    if (errors > 0) return 'e';
    return this.#fd.warnings + this.#sd.warnings > 0 ? 'W' : 'T';
  }

  totals(): JobTotals {
    const { files, contentBytes, errors } = this.#counted();
    return {
      jobFiles: files,
      jobBytes: contentBytes,
      readBytes: contentBytes,
      jobErrors: errors + this.#job.messages.count('Fatal'),
    };
  }

  report(status: string, endTime: Date): string {
    const { jobId, job, plan, startTime = endTime } = this.#job;
    return verifyReport({
      directorName: this.#env.directorName,
      jobId,
      job,
      fileSet: plan.fileSet.name,
      level: this.#level,
      client: plan.client.name,
      checked: this.#subject,
      startTime,
      endTime,
      accurate: plan.request.accurate ?? plan.job.accurate,
      filesExpected: this.#filesExpected,
      filesExamined: this.#counted().files,
      fdErrors: Math.max(this.#examined?.errors ?? 0, this.#fd.errors),
      fdStatus: status === 'A' ? 'Canceled' : this.#examined ? 'OK' : 'Error',
      storage: this.#readsVolumes
        ? { errors: this.#volumes.storage?.errors ?? this.#sd.errors, status: this.#storageStatus(status) }
        : undefined,
      status,
    });
  }

  get #readsVolumes(): boolean {
    return this.#level === 'O' || this.#level === 'A';
  }

  #counted(): Examined {
    const { progress, messages } = this.#job;
    const said = messages.count('Error', 'NotSaved');
    const { files, contentBytes, errors, differences } = this.#examined ?? {
      ...{ files: progress.files, contentBytes: progress.bytes, errors: 0, differences: 0 },
    };
    return { files, contentBytes, errors: Math.max(errors, said), differences };
  }

  #storageStatus(status: string): string {
    if (status === 'A') return 'Canceled';
    return this.#volumes.storage?.status === 'T' ? 'OK' : 'Error';
  }

  // ---- the steps ----------------------------------------------------------------------------------------------

  async #stampStart(): Promise<void> {
    const { catalog, now } = this.#env;
    const { jobId, plan } = this.#job;
    const startTime = now();
    this.#job.startTime = startTime;
    const { name } = plan.fileSet;
    const version = await catalog.fileSetVersion({ name, md5: fileSetDigest(plan.fileSet), now: startTime });
    await catalog.setJob(jobId, { startTime, fileSetId: version.fileSetId });
  }

  /** Now, and not when the run was queued: the backup may have ended meanwhile. */
  async #findSubject(): Promise<void> {
    if (this.#level === 'V') return;
    this.#subject = await jobToVerify(this.#env.catalog, this.#job.plan, this.#env.now());
    const { jobId, job, jobFiles } = this.#subject;
    this.#filesExpected = jobFiles;
    await this.#job.messages.info(`Verifying against JobId=${jobId} Job=${job}`);
  }

  /** InitCatalog, Catalog, DiskToCatalog. */
  async #lookAtDisk(): Promise<void> {
    const { plan, jobId, job, signal, messages, progress } = this.#job;
    const { catalog, directorName } = this.#env;
    const fileSet = await fileSetMessage(plan.fileSet, {
      allowCompression: false,
      codes: jobCodes(this.#job, directorName),
      signal,
    });
    const clientName = plan.client.name;
    using client = await this.#reachClient();
    await this.#betweenScripts(client, async () => {
      this.#examined = await transferVerify({
        client,
        clientName,
        request: { jobId, job, level: this.#level, fileSet },
        ...(this.#subject && { prior: priorStates(catalog, [this.#subject.jobId]) }),
        keep: (records) => catalog.addFound({ jobId, records }),
        progress,
        sayForClient: (type, text, at) => this.#say(clientName, type, text, at),
        onOtherFailure: (error) => messages.add('Error', messageOf(error)),
        signal,
      });
    });
  }

  async #reachClient(): Promise<ClientLink> {
    const { link } = await reachClient(this.#job, this.#env, this.#job.plan.client);
    return link;
  }

  async #betweenScripts(client: ClientLink, work: () => Promise<void>): Promise<void> {
    const scripts = {
      job: this.#job,
      env: this.#env,
      client: { link: client, name: this.#job.plan.client.name },
      stopSignal: this.#env.stopSignal,
      reached: () => ({ status: this.verdict(), totals: this.totals() }),
    };
    await betweenClientScripts(scripts, work);
  }

  async #say(from: string, type: MessageType, text: string, at: Date): Promise<void> {
    this.#fd.note(type);
    await this.#job.messages.add(type, text, { from, at });
  }

  // ---- VolumeToCatalog, Data ----------------------------------------------------------------------------------

  async #readVolumes(): Promise<void> {
    const subject = this.#subject;
    if (!subject) throw new Error('a verify of volumes without a job to verify');
    const { catalog, volumes } = this.#env;
    using _reading = await volumes.read([subject.jobId], this.#job.jobId);
    const plan = await catalog.openRestorePlan({ jobIds: [subject.jobId], rules: EVERYTHING });
    try {
      this.#job.progress.expectedBytes = plan.bytes;
      if (plan.files > 0) await this.#readPlan(plan);
      else await this.#nothingToRead(subject);
    } finally {
      await catalog.closeRestorePlan(plan.planId);
    }
  }

  /** An Incremental that found nothing changed is sound as it is. */
  async #nothingToRead({ jobId, jobFiles }: JobRow): Promise<void> {
    if (jobFiles > 0) {
      throw new JobFailed(`JobId ${jobId} saved ${jobFiles} files, and none of them is in the catalog`, {
        hint: '"noctule volume scan" brings back what the volumes know.',
      });
    }
    this.#examined = { files: 0, contentBytes: 0, errors: 0, differences: 0 };
    await this.#job.messages.info('No files found to read.');
  }

  async #readPlan(plan: RestorePlan): Promise<void> {
    const { client: resource } = this.#job.plan;
    this.#job.volumeNames = plan.volumes.map(({ volumeName }) => volumeName);
    const parts = partsOf(this.#job, this.#env, plan.stretches);
    const addressOf = (storage: StorageResource) => storageAddress(resource, storage);
    using reader = new RestoreReader(this.#job, this.#env, { parts, addressOf, sd: this.#sd });
    await reader.prepare();
    using client = await this.#reachClient();
    await this.#betweenScripts(client, () => this.#readFrom(reader, plan, client));
  }

  async #readFrom(reader: RestoreReader, { planId }: RestorePlan, client: ClientLink): Promise<void> {
    const { jobId, job, plan, signal, messages, progress, bandwidth } = this.#job;
    const clientName = plan.client.name;
    await transferRestore(
      {
        catalog: this.#env.catalog,
        ...{ planId, reader, client, clientName, bandwidth, progress, signal },
        start: {
          jobId,
          job,
          where: Buffer.alloc(0),
          replace: Replace.NEVER,
          regexWhere: '',
          prefixLinks: false,
          bandwidth: bandwidth.limit,
          verify: this.#whatToCompare(),
        },
        sayForClient: (type, text, at) => this.#say(clientName, type, text, at),
        onOtherFailure: (error) => messages.add('Error', messageOf(error)),
      },
      this.#volumes,
    );
    const { client: said } = this.#volumes;
    if (said) this.#examined = { ...said, differences: said.differences ?? 0 };
  }

  #whatToCompare(): VolumeVerify {
    if (this.#level === 'A') return { letters: '', content: true };
    const { includes } = this.#job.plan.fileSet;
    const letters = includes.flatMap(({ options }) => options.map(({ verify = '' }) => verify)).join('');
    return { letters, content: /[1235]/.test(letters) };
  }
}
