import type { RestorePlan, RestoreSelection } from '../../catalog/inputs.ts';
import type { StorageResource } from '../../configuration/director-conf.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { Replace } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { readBootstrap } from '../bootstrap/read-bootstrap.ts';
import { BootstrapRecall } from '../bootstrap/recall.ts';
import type { ClientLink } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import { restoreReport } from '../reports/restore-report.ts';
import type { RestoreRequest } from '../services.ts';
import type { ActiveJob } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { JobKind, JobTotals } from './job-kind.ts';
import { PeerCounts } from './peer-counts.ts';
import { reachClient } from './reach-peers.ts';
import { RestoreReader } from './restore-reader.ts';
import { partsOf } from './restore-storage.ts';
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
  #storageNames: readonly string[] = [];
  #isReached = false;

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
    await using plan = await this.#openPlan(await this.#select());
    using reader = this.#readerOf(plan);
    await reader.prepare();
    this.#isReached = true;
    using client = await this.#reachClient();
    const scripts = {
      job: this.#job,
      env: this.#env,
      client: { link: client, name: this.#request.restoreClient.name },
      stopSignal: this.#env.stopSignal,
      reached: () => ({ status: this.verdict(), totals: this.totals() }),
    };
    await betweenClientScripts(scripts, () => this.#transfer(plan, reader, client));
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
      storages: this.#storageNames,
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

  async #select(): Promise<RestoreSelection> {
    const { bootstrap, selection } = this.#request;
    if (bootstrap === undefined) return selection;
    const sessions = await readBootstrap(bootstrap);
    return new BootstrapRecall(this.#job, this.#env).select(sessions);
  }

  async #openPlan(selection: RestoreSelection): Promise<OpenPlan> {
    const { catalog } = this.#env;
    await this.#job.messages.info(`Restoring files from JobId(s) ${selection.jobIds.join(',')}`);
    const plan = await catalog.openRestorePlan(selection);
    this.#filesExpected = plan.files;
    this.#job.progress.expectedBytes = plan.bytes;
    return { ...plan, [Symbol.asyncDispose]: () => catalog.closeRestorePlan(plan.planId) };
  }

  #readerOf(plan: OpenPlan): RestoreReader {
    if (plan.files === 0)
      throw new JobFailed('None of the selected files is in the catalog: nothing to restore');
    this.#job.volumeNames = plan.volumes.map(({ volumeName }) => volumeName);
    const parts = partsOf(this.#job, this.#env, plan.stretches);
    const { restoreClient: client } = this.#request;
    const addressOf = (storage: StorageResource) => storageAddress(client, storage);
    const reader = new RestoreReader(this.#job, this.#env, { parts, addressOf, sd: this.#sd });
    this.#storageNames = reader.storageNames;
    return reader;
  }

  async #reachClient(): Promise<ClientLink> {
    const { link } = await reachClient(this.#job, this.#env, this.#request.restoreClient);
    return link;
  }

  async #transfer({ planId }: OpenPlan, reader: RestoreReader, client: ClientLink): Promise<void> {
    const { jobId, job, signal, messages, progress, bandwidth } = this.#job;
    const clientName = this.#request.restoreClient.name;
    await transferRestore(
      {
        catalog: this.#env.catalog,
        ...{ planId, reader, client, clientName, bandwidth, progress, signal },
        start: {
          jobId,
          job,
          where: Buffer.from(this.#where()),
          replace: REPLACE[this.#request.replace].code,
          regexWhere: this.#request.regexWhere,
          prefixLinks: this.#job.plan.job.prefixLinks,
          bandwidth: bandwidth.limit,
          verify: undefined,
        },
        sayForClient: (type, text, at) => this.#say(clientName, type, text, at),
        onOtherFailure: (error) => messages.add('Error', messageOf(error)),
      },
      this.#result,
    );
  }

  async #say(from: string, type: MessageType, text: string, at: Date): Promise<void> {
    this.#fd.note(type);
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
    if (!this.#isReached) return { fdStatus: '', sdStatus: '' };
    if (status === 'A') return { fdStatus: 'Canceled', sdStatus: 'Canceled' };
    return {
      fdStatus: this.#result.client ? 'OK' : 'Error',
      sdStatus:
        this.#result.storage?.status === 'T' ? 'OK' : this.#result.isBegun ? 'Error' : 'Waiting on FD',
    };
  }
}
