import path from 'node:path';
import type { Catalog } from '../../catalog/catalog.ts';
import type { JobRow } from '../../catalog/rows.ts';
import type { DirectorConf } from '../../configuration/director-conf.ts';
import { firingsBetween } from '../../configuration/runs/firings.ts';
import { CatalogIds } from '../../director/catalog-ids.ts';
import { JobService } from '../../director/jobs/job-service.ts';
import { ConsoleStore } from '../../director/messages/console-store.ts';
import { MessageOutlets } from '../../director/messages/outlets.ts';
import { Retention } from '../../director/retention/retention.ts';
import { scheduledRequest } from '../../director/schedule/scheduled-request.ts';
import type { RunRequest } from '../../director/services.ts';
import { VolumeOffice } from '../../director/volumes/volume-office.ts';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { FakeDaemons, type RestoreCall } from '../unit/director/jobs/fake-daemons.ts';
import { named } from '../unit/director/site.ts';
import { openCatalogInProcess } from './catalog-in-process.ts';
import { sinceSeconds, totalsOf, versionsOf, type SimulatedMachine } from './simulated-client.ts';
import { SimulatedStorage } from './simulated-storage.ts';

/** A job takes this long by the simulated clock. */
const JOB_SECONDS = 600;
/** By the real one: a job that takes longer waits for something that will not come. */
const JOB_PATIENCE_MS = 20_000;

export interface SimulatedSiteOptions {
  readonly conf: DirectorConf;
  readonly directory: string;
  readonly machine: SimulatedMachine;
  readonly startAt: Date;
  readonly onWiped: (jobIds: readonly number[], volumeName: string, at: Date) => void;
}

/**
 * The real core of a Director (jobs, levels, pools, volumes, catalog) with a clock that is moved by hand, one simulated
 * machine as its client, and a storage daemon that only keeps account.
 */
export class SimulatedSite implements AsyncDisposable {
  readonly conf: DirectorConf;
  readonly catalog: Catalog;
  readonly storage: SimulatedStorage;
  readonly jobs: JobService;
  readonly office = new VolumeOffice();
  readonly retention: Retention;
  readonly #machine: SimulatedMachine;
  /** What the client sends in a job, for the storage daemon to take. */
  readonly #sent = new Map<number, PromiseWithResolvers<readonly FileRecord[]>>();
  readonly #consoleStore: ConsoleStore;
  #restored = new Map<string, number>();
  #now: Date;

  private constructor(
    options: SimulatedSiteOptions,
    catalog: Catalog,
    ids: CatalogIds,
    consoleStore: ConsoleStore,
  ) {
    const { conf, directory, machine, startAt, onWiped } = options;
    this.conf = conf;
    this.catalog = catalog;
    this.#machine = machine;
    this.#now = startAt;
    this.#consoleStore = consoleStore;
    this.storage = new SimulatedStorage((jobIds, volumeName) => onWiped(jobIds, volumeName, this.#now));
    const log = {
      info() {},
      warn() {},
      error: (text: string) => void process.stderr.write(`${text}\n`),
      debug() {},
      debugging: { level: 0, trace: false },
    };
    const directorName = conf.director.name;
    const signal = new AbortController().signal;
    const outlets = new MessageOutlets({ consoleStore, catalog, log, directorName, signal });
    const now = () => this.#now;
    const { office } = this;
    this.retention = new Retention({
      ...{ catalog, ids, office, now, conf: () => conf },
      truncate: async (volume) => this.storage.truncate(volume.volumeName).freedBytes,
    });
    const environment = {
      ...{ directorName, catalog, ids, now },
      daemons: this.#daemons(),
      volumes: office,
      retention: this.retention,
      conf: () => conf,
      consoleCommand: () => Promise.reject(new Error('its jobs have no scripts')),
      startClone: () => Promise.reject(new Error('its jobs have no clones')),
    };
    this.jobs = new JobService({ environment, outlets, workingDirectory: directory, log });
  }

  static async start(options: SimulatedSiteOptions): Promise<SimulatedSite> {
    const catalog = openCatalogInProcess(path.join(options.directory, 'simulated.db'));
    const ids = new CatalogIds(catalog);
    await ids.sync(options.conf);
    const consoleStore = await ConsoleStore.open(path.join(options.directory, 'conmsg'));
    return new SimulatedSite(options, catalog, ids, consoleStore);
  }

  get now(): Date {
    return this.#now;
  }

  /** Runs a job now; resolves with its number and what it said, without the times. @throws Error when it does not end well. */
  async run(jobName: string, changes: Partial<RunRequest> = {}): Promise<{ jobId: number; text: string }> {
    const job = named(this.conf.jobs, jobName);
    const jobId = await this.jobs.run({ job, startedBy: 'the simulation', ...changes });
    return { jobId, text: await this.#finish(jobId) };
  }

  /** As `run`, but a job that finds no volume is cancelled. Resolves with whether it found one. */
  async runIfRoom(jobName: string, changes: Partial<RunRequest> = {}): Promise<boolean> {
    const job = named(this.conf.jobs, jobName);
    const jobId = await this.jobs.run({ job, startedBy: 'the simulation', ...changes });
    const isWaiting = () => this.jobs.running().some((running) => running.status === 'm');
    const ended = this.jobs.ended(jobId);
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    while (!hasEnded && !isWaiting()) await new Promise((resolve) => setImmediate(resolve));
    if (hasEnded) {
      await this.#finish(jobId);
      return true;
    }
    this.jobs.cancel(jobId, 'there is no volume');
    await ended;
    await this.#consoleStore.take();
    return false;
  }

  /** The clock alone goes on. */
  sleep(seconds: number): void {
    this.#now = new Date(this.#now.getTime() + seconds * 1000);
  }

  /** Runs what the schedules start until then, one after the other. @throws Error when a job does not end well. */
  async advanceTo(until: Date): Promise<void> {
    for (const firing of firingsBetween(this.conf, this.#now, until)) {
      if (firing.at > this.#now) this.#now = firing.at;
      await this.#finish(await this.jobs.run(scheduledRequest(firing)));
    }
    this.#now = until;
  }

  /** Path -> version of what a restore of these jobs writes. @throws Error when it does not end well. */
  async restore(jobIds: readonly number[], jobName: string): Promise<Map<string, number>> {
    this.#restored = new Map();
    const rules = [{ path: Buffer.from('/'), recursive: true, marked: true }];
    const restoreClient = this.conf.clients[0]!;
    const selection = { jobIds, rules };
    await this.run(jobName, {
      restore: { selection, restoreClient, where: '/tmp/restored', regexWhere: '', replace: 'always' },
    });
    return this.#restored;
  }

  /** Backups of a FileSet that the catalog knows and that ended well, by their start. */
  async backupsOf(fileSetName: string): Promise<JobRow[]> {
    const jobs = await this.catalog.listJobs({ type: 'B', status: 'T', limit: 100_000 });
    return jobs.filter((job) => job.fileSetName === fileSetName).sort((a, b) => a.jobId - b.jobId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.jobs.stop(0);
    await this.catalog.close();
  }

  /** Jobs take time, so that no two end at the same moment. */
  async #finish(jobId: number): Promise<string> {
    const status = await this.jobs.ended(jobId, AbortSignal.timeout(JOB_PATIENCE_MS)).catch(() => {
      const running = this.jobs.running().find((job) => job.jobId === jobId);
      return `not yet: it ${running?.statusText}`;
    });
    const text = await this.#consoleStore.take();
    if (status !== 'T')
      throw new Error(`JobId ${jobId} of ${this.#now.toISOString()} ended as ${status}:\n${text}`);
    this.sleep(JOB_SECONDS);
    return text.replace(/^\d\d-\w{3} \d\d:\d\d \S+ JobId \d+: /gm, '');
  }

  #daemons(): FakeDaemons {
    return new FakeDaemons({
      clockMs: () => this.#now.getTime(),
      append: (call) => this.storage.append(call, (jobId) => this.#takeSent(jobId)),
      read: (call) => this.storage.read(call),
      backup: (request) => this.#backUp(request.jobId, request.fileSet?.name ?? '', sinceSeconds(request)),
      restore: (call) => this.#takeEntries(call),
    });
  }

  async *#backUp(jobId: number, fileSet: string, since: number | undefined) {
    const seconds = Math.floor(this.#now.getTime() / 1000);
    const records = [...this.#machine.changedSince(fileSet, seconds, since)];
    this.#sentIn(jobId).resolve(records);
    yield totalsOf(records);
  }

  async *#takeSent(jobId: number): AsyncGenerator<FileRecord> {
    const records = await this.#sentIn(jobId).promise;
    this.#sent.delete(jobId);
    yield* records;
  }

  #sentIn(jobId: number): PromiseWithResolvers<readonly FileRecord[]> {
    const sent = this.#sent.get(jobId) ?? Promise.withResolvers<readonly FileRecord[]>();
    this.#sent.set(jobId, sent);
    return sent;
  }

  async #takeEntries(call: RestoreCall): Promise<void> {
    for (let request = await call.take(); request; request = await call.take()) {
      if (request.command?.$case !== 'entries') continue;
      for (const [path, version] of versionsOf(request.command.value)) this.#restored.set(path, version);
    }
    const totals = { files: this.#restored.size, contentBytes: 0, errors: 0, skipped: 0 };
    call.answer({ event: { $case: 'totals', value: totals } });
  }
}
