import type { RestorePlan } from '../../catalog/inputs.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { Replace } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { ClientLink, StorageLink } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import { restoreReport } from '../reports/restore-report.ts';
import { endedWell } from '../reports/termination.ts';
import type { RestoreRequest } from '../services.ts';
import type { ActiveJob } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { JobKind, JobTotals } from './job-kind.ts';
import { PeerCounts } from './peer-counts.ts';
import { reachClient, reachStorage } from './reach-peers.ts';
import { ReadSession } from './read-session.ts';
import { takeRestoreSource, type RestoreSource } from './restore-storage.ts';
import { transferRestore, type RestoreResult } from './restore-transfer.ts';
import { betweenClientScripts, refuseMisplacedScripts, runBeforeScripts } from './run-scripts.ts';
import { storageAddress } from './storage-address.ts';

const REPLACE = {
  always: { code: Replace.ALWAYS, word: 'Always' },
  ifnewer: { code: Replace.IF_NEWER, word: 'IfNewer' },
  ifolder: { code: Replace.IF_OLDER, word: 'IfOlder' },
  never: { code: Replace.NEVER, word: 'Never' },
} as const;

/** A plan that is closed when the job leaves it. */
type OpenPlan = RestorePlan & AsyncDisposable;

/** A restore: the newest state that some jobs give together, of the files selected, onto one client. */
export class RestoreJob implements JobKind {
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #request: RestoreRequest;
  readonly #fd = new PeerCounts();
  readonly #sd = new PeerCounts();
  readonly #result: RestoreResult = {};
  #filesExpected = 0;
  #storageName = '';
  #session: ReadSession | undefined;

  constructor(job: ActiveJob, env: JobEnvironment) {
    const { restore } = job.plan.request;
    if (!restore) throw new Error('a restore without a selection');
    this.#job = job;
    this.#env = env;
    this.#request = restore;
  }

  async run(): Promise<void> {
    refuseMisplacedScripts(this.#job);
    await runBeforeScripts(this.#job, this.#env);
    await this.#stampStart();
    using _reading = await this.#env.volumes.read(this.#request.selection.jobIds, this.#job.jobId);
    await using plan = await this.#openPlan();
    const source = await this.#takeSource(plan);
    using storage = await this.#reachStorage(source);
    using client = await this.#reachClient();
    const scripts = {
      job: this.#job,
      env: this.#env,
      client: { link: client, name: this.#request.restoreClient.name },
      stopSignal: this.#env.stopSignal,
      endedWell: () => endedWell(this.verdict()),
    };
    await betweenClientScripts(scripts, () => this.#transfer(plan, source, storage, client));
  }

  verdict(): string {
    const { client, storage } = this.#result;
    if ((client?.errors ?? 0) + (storage?.errors ?? 0) > 0 || this.#job.messages.count('Error') > 0) {
      return this.#filesDone() > 0 ? 'e' : 'f';
    }
    const isComplete = this.#filesDone() === this.#filesExpected;
    return isComplete && this.#fd.warnings + this.#sd.warnings === 0 ? 'T' : 'W';
  }

  totals(): JobTotals {
    const { client } = this.#result;
    const { progress, messages } = this.#job;
    const bytes = client?.contentBytes ?? progress.bytes;
    return {
      jobFiles: client?.files ?? progress.files,
      jobBytes: bytes,
      readBytes: bytes,
      jobErrors: Math.max(client?.errors ?? 0, messages.count('Error')) + messages.count('Fatal'),
    };
  }

  report(status: string, endTime: Date): string {
    const { jobId, job, startTime = endTime } = this.#job;
    const totals = this.totals();
    return restoreReport({
      directorName: this.#env.directorName,
      jobId,
      job,
      client: this.#request.restoreClient.name,
      where: this.#where(),
      regexWhere: this.#request.regexWhere,
      replace: REPLACE[this.#request.replace].word,
      startTime,
      endTime,
      filesExpected: this.#filesExpected,
      filesRestored: totals.jobFiles,
      filesSkipped: this.#result.client?.skipped ?? 0,
      bytesRestored: totals.jobBytes,
      fdErrors: Math.max(this.#result.client?.errors ?? 0, this.#fd.errors),
      ...this.#terminations(status),
      status,
    });
  }

  // ---- the steps ----------------------------------------------------------------------------------------------

  async #stampStart(): Promise<void> {
    const { jobId, job, messages } = this.#job;
    const startTime = this.#env.now();
    this.#job.startTime = startTime;
    await this.#env.catalog.setJob(jobId, { startTime });
    await messages.info(`Start Restore Job ${job}`);
  }

  async #openPlan(): Promise<OpenPlan> {
    const { catalog } = this.#env;
    const { jobIds, rules } = this.#request.selection;
    await this.#job.messages.info(`Restoring files from JobId(s) ${jobIds.join(',')}`);
    const plan = await catalog.openRestorePlan({ jobIds, rules });
    this.#filesExpected = plan.files;
    this.#job.progress.expectedBytes = plan.bytes;
    return { ...plan, [Symbol.asyncDispose]: () => catalog.closeRestorePlan(plan.planId) };
  }

  async #takeSource(plan: OpenPlan): Promise<RestoreSource> {
    if (plan.files === 0)
      throw new JobFailed('None of the selected files is in the catalog: nothing to restore');
    return takeRestoreSource(this.#job, this.#env, plan.volumes);
  }

  async #reachStorage({ storage }: RestoreSource): Promise<StorageLink> {
    const { link, hello } = await reachStorage(this.#job, this.#env, storage);
    this.#storageName = hello.name;
    return link;
  }

  async #reachClient(): Promise<ClientLink> {
    const { link } = await reachClient(this.#job, this.#env, this.#request.restoreClient);
    return link;
  }

  async #transfer(
    plan: OpenPlan,
    source: RestoreSource,
    storage: StorageLink,
    client: ClientLink,
  ): Promise<void> {
    const { jobId, job, signal, messages, progress } = this.#job;
    const { deviceNames, mediaType } = source;
    const request = { jobId, job, deviceNames: [...deviceNames], mediaType };
    using session = await ReadSession.open(storage, request, signal);
    this.#session = session;
    const { deviceName, ticketId, ticketSecret } = session.opened;
    await messages.info(`Using Device "${deviceName}" to read.`);
    const clientName = this.#request.restoreClient.name;
    await transferRestore(
      {
        catalog: this.#env.catalog,
        planId: plan.planId,
        session,
        client,
        clientName,
        start: {
          jobId,
          job,
          where: Buffer.from(this.#where()),
          replace: REPLACE[this.#request.replace].code,
          storage: {
            address: storageAddress(this.#request.restoreClient, source.storage),
            port: source.storage.sdPort,
            ticketId,
            secret: ticketSecret,
            storageName: source.storage.name,
          },
          regexWhere: this.#request.regexWhere,
          prefixLinks: this.#job.plan.job.prefixLinks,
          bandwidth: this.#job.bandwidth.limit,
          verify: undefined,
        },
        bandwidth: this.#job.bandwidth,
        progress,
        sayForClient: (type, text, at) => this.#say(this.#fd, clientName, type, text, at),
        onStorageWaiting: (what) => this.#job.storageWaits(what),
        sayForStorage: (type, text, at) => this.#say(this.#sd, this.#storageName, type, text, at),
        onOtherFailure: (error) => messages.add('Error', messageOf(error)),
        signal,
      },
      this.#result,
    );
  }

  async #say(counts: PeerCounts, from: string, type: MessageType, text: string, at: Date): Promise<void> {
    counts.note(type);
    await this.#job.messages.add(type, text, { from, at });
  }

  // ---- what came of it ----------------------------------------------------------------------------------------

  /** The prefix; empty = in place, or as substitutions say. */
  #where(): string {
    const { where, regexWhere } = this.#request;
    return where === '/' || regexWhere !== '' ? '' : where;
  }

  /** Restored, or left as they are on disk because Replace says so. */
  #filesDone(): number {
    const { client } = this.#result;
    return client ? client.files + client.skipped : 0;
  }

  #terminations(status: string): { fdStatus: string; sdStatus: string } {
    if (!this.#storageName) return { fdStatus: '', sdStatus: '' };
    if (status === 'A') return { fdStatus: 'Canceled', sdStatus: 'Canceled' };
    return {
      fdStatus: this.#result.client ? 'OK' : 'Error',
      sdStatus: this.#result.storage?.status === 'T' ? 'OK' : this.#session ? 'Error' : 'Waiting on FD',
    };
  }
}
