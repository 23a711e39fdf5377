import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Catalog } from '../../../catalog/catalog.ts';
import type { JobChanges, JobEnd, NewJob } from '../../../catalog/inputs.ts';
import { loadDirectorConf, type DirectorConf } from '../../../configuration/director-conf.ts';
import { formatProblem } from '../../../configuration/problem.ts';
import { CatalogIds } from '../../../director/catalog-ids.ts';
import { JobService } from '../../../director/jobs/job-service.ts';
import { ConsoleStore } from '../../../director/messages/console-store.ts';
import { MessageOutlets } from '../../../director/messages/outlets.ts';
import { Retention } from '../../../director/retention/retention.ts';
import { VolumeCare } from '../../../director/retention/volume-care.ts';
import { Scheduler } from '../../../director/schedule/scheduler.ts';
import { VolumeOffice } from '../../../director/volumes/volume-office.ts';
import type { BackupRequest, BackupResponse } from '../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { FakeDaemons, Pipe, record } from '../../unit/director/jobs/fake-daemons.ts';
import { openCatalogInProcess } from '../catalog-in-process.ts';
import { totalsOf } from '../simulated-client.ts';
import { SimulatedStorage } from '../simulated-storage.ts';
import { VirtualTime } from '../virtual-time.ts';
import { confText, JOBS } from './big-site.ts';
import { courseOf } from './fates.ts';
import { Watch } from './watch.ts';

const DAY_MS = 86_400_000;
/** A Thursday noon. */
const START = new Date(2026, 0, 1, 12);
/** On this day the admin changes a FileSet. */
const CHANGED_FILESET_DAY = 100;
/** How long the jobs of the last day may take to end. */
const DRAIN_MS = 2 * DAY_MS;
/** Volumes are looked after less often than by a real Director: of all the simulation does, this would take longest. */
const CARE_MS = DAY_MS / 4;
/** So many turns of the event loop without a call to the catalog: nothing goes on any more. */
const QUIET_TURNS = 4;

export interface YearFigures {
  readonly runs: number;
  /** Runs by how they ended. */
  readonly ended: Readonly<Record<string, number>>;
  /** Levels that were not the one asked for. */
  readonly raised: number;
  readonly cancelledDuplicates: number;
  readonly rescheduled: number;
  readonly removed: number;
  readonly runningMax: number;
  readonly waitingMax: number;
}

/**
 * Lets the site of 500 Jobs live so many days on the real scheduler, queue, job kinds, retention and catalog, with a clock
 * that is moved and daemons that take their time and sometimes fail. Watch judges each step.
 * @throws Error that says what first went against the rules.
 */
export async function liveBigSite(directory: string, days: number): Promise<YearFigures> {
  using time = new VirtualTime(START);
  await using site = await BigSite.start(directory, time);
  for (let day = 1; day <= days; day++) {
    if (day === CHANGED_FILESET_DAY) await site.changeFileSet('web');
    await site.liveUntil(new Date(START.getTime() + day * DAY_MS));
    site.watch.endOfDay(time.now);
    await site.lookAtChains();
  }
  await site.drain(new Date(time.now.getTime() + DRAIN_MS));
  return site.watch.figures();
}

class BigSite implements AsyncDisposable {
  readonly watch: Watch;
  readonly #time: VirtualTime;
  readonly #directory: string;
  readonly #ended = new AsyncDisposableStack();
  readonly #fileSetVersions = new Map<string, number>();
  readonly #sent = new Map<number, Pipe<FileRecord>>();
  #conf: DirectorConf;
  #scheduler: Scheduler | undefined;
  readonly #ids: CatalogIds;
  readonly #catalog: Catalog;
  #jobs: JobService | undefined;
  #calls = 0;
  #inFlight = 0;
  /** Called when the catalog has answered all. */
  #onAnswered: () => void = () => {};

  private constructor(directory: string, time: VirtualTime, catalog: Catalog) {
    this.#directory = directory;
    this.#time = time;
    this.#conf = this.#loadConf();
    this.#catalog = catalog;
    this.#ids = new CatalogIds(catalog);
    this.watch = new Watch({
      now: () => time.now,
      poolId: (name: string) => this.#ids.poolId(name),
      fileSetVersion: (name: string) => this.#fileSetVersions.get(name) ?? 0,
    });
  }

  static async start(directory: string, time: VirtualTime): Promise<BigSite> {
    const real = openCatalogInProcess(path.join(directory, 'simulated.db'));
    const site = new BigSite(directory, time, real);
    site.#ended.defer(() => real.close());
    await site.#ids.sync(site.#conf);
    await site.#startDirector(site.#watched(real));
    return site;
  }

  /** As after an edit of the conf and `reload`. */
  async changeFileSet(name: string): Promise<void> {
    this.#fileSetVersions.set(name, (this.#fileSetVersions.get(name) ?? 0) + 1);
    this.#conf = this.#loadConf();
    await this.#ids.sync(this.#conf);
    this.#jobs?.reconsider();
    await this.#scheduler?.look();
  }

  async liveUntil(until: Date): Promise<void> {
    while (this.#time.step(until)) {
      await this.#quiet();
      this.watch.whenQuiet();
    }
  }

  /** Of each Job: what its newest state would be restored from. */
  async lookAtChains(): Promise<void> {
    for (const { name: jobName, client: clientName, fileSet: fileSetName, type } of JOBS) {
      if (type !== 'Backup') continue;
      const chain = await this.#catalog.restoreChain({
        jobName,
        clientName,
        fileSetName,
        before: this.#time.now,
      });
      this.watch.restoreChain(
        jobName,
        chain.map(({ jobId }) => jobId),
      );
    }
  }

  /** No schedule strikes any more; what was started comes to its end. */
  async drain(until: Date): Promise<void> {
    await this.#scheduler?.[Symbol.asyncDispose]();
    await this.liveUntil(until);
    this.watch.endOfAll();
  }

  /** After a fault jobs may still run; the clock goes on until they have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    let isOver = false;
    const ending = this.#ended.disposeAsync().finally(() => (isOver = true));
    while (!isOver) {
      this.#time.step(new Date(this.#time.now.getTime() + 1_000));
      await this.#quiet();
    }
    await ending;
  }

  #loadConf(): DirectorConf {
    const file = path.join(this.#directory, 'big-dir.conf');
    writeFileSync(file, confText(this.#directory, this.#fileSetVersions));
    const { conf, problems } = loadDirectorConf(file);
    if (!conf) throw new Error(problems.map(formatProblem).join('\n'));
    return conf;
  }

  async #startDirector(catalog: Catalog): Promise<void> {
    const conf = () => this.#conf;
    const now = () => this.#time.now;
    const directorName = this.#conf.director.name;
    const office = new VolumeOffice();
    const ids = this.#ids;
    const consoleStore = await ConsoleStore.open(path.join(this.#directory, 'conmsg'));
    const fault = (text: string) => this.watch.fault(new Error(text));
    const log = { info() {}, warn() {}, error: fault, debug() {}, debugging: { level: 0, trace: false } };
    const signal = new AbortController().signal;
    const outlets = new MessageOutlets({ consoleStore, catalog, log, directorName, signal });
    const storage = new SimulatedStorage((jobIds, volume) => this.watch.wiped(jobIds, volume));
    const truncate = async ({ volumeName }: { volumeName: string }) =>
      storage.truncate(volumeName).freedBytes;
    const retention = new Retention({ catalog, ids, office, now, conf, truncate });
    const messages = {
      add: async (type: string, text: string) =>
        void (type === 'Info' || type === 'VolMgmt' || fault(`${type}: ${text}`)),
    };
    const jobs = new JobService({
      environment: {
        ...{ directorName, catalog, ids, now, conf, retention },
        daemons: this.#daemons(storage),
        volumes: office,
        consoleCommand: () => Promise.reject(new Error('its jobs have no scripts')),
        startClone: () => Promise.reject(new Error('its jobs have no clones')),
      },
      outlets,
      workingDirectory: this.#directory,
      log,
    });
    this.#jobs = jobs;
    this.#ended.defer(() => jobs.stop(0));
    const care = this.#ended.use(
      new VolumeCare({ catalog, retention, office, messages, now, conf, everyMs: CARE_MS }),
    );
    const lastLook = { read: async () => undefined, write: async () => {} };
    this.#scheduler = this.#ended.use(await Scheduler.start({ conf, jobs, messages, lastLook, now }));
    await care.look();
  }

  #daemons(storage: SimulatedStorage): FakeDaemons {
    return new FakeDaemons({
      clockMs: () => this.#time.now.getTime(),
      append: (call) => storage.append(call, (jobId) => this.#received(jobId)),
      backup: (request, signal) => this.#backUp(request, signal),
    });
  }

  /** The client's side. */
  async *#backUp(request: BackupRequest, signal: AbortSignal): AsyncGenerator<BackupResponse> {
    const { jobId } = request;
    const { job, level, startMs } = this.watch.backupBegins(jobId, request);
    const { fate, seconds } = courseOf({ jobName: job.name, client: job.client, level, startMs });
    const records = [record('/a', 1), record('/b', 2)];
    const pipe = this.#pipeOf(jobId);
    try {
      if (fate === 'client is away') throw new Error('nobody answers');
      await this.#time.sleep(seconds / 2, signal);
      pipe.put(records[0]!);
      yield {
        event: { $case: 'progress', value: { files: 1, bytes: 1000, currentPath: Buffer.from('/a') } },
      };
      if (fate === 'client breaks off') throw new Error('the line is cut');
      if (fate === 'disk of the storage fails') pipe.end(new Error('the disk is full of holes'));
      await this.#time.sleep(seconds / 2, signal);
      pipe.put(records[1]!);
      pipe.end();
      const { event } = totalsOf(records);
      if (event?.$case !== 'totals') return;
      const errors = fate === 'cannot read a file' ? 1 : 0;
      yield { event: { ...event, value: { ...event.value, errors } } };
    } catch (error) {
      pipe.end(error);
      throw error;
    }
  }

  /** The storage daemon's side: what arrives of the client's stream. */
  async *#received(jobId: number): AsyncGenerator<FileRecord> {
    this.watch.sessionOpens(jobId);
    try {
      yield* this.#pipeOf(jobId).values();
    } finally {
      this.#sent.delete(jobId);
      this.watch.sessionEnds(jobId);
    }
  }

  #pipeOf(jobId: number): Pipe<FileRecord> {
    const pipe = this.#sent.get(jobId) ?? new Pipe<FileRecord>();
    this.#sent.set(jobId, pipe);
    return pipe;
  }

  /** The catalog, and whoever asks it for something is seen doing so. */
  #watched(real: Catalog): Catalog {
    const seen = Object.entries(real).map(([name, operation]) => [
      name,
      async (...args: unknown[]) => {
        this.#calls += 1;
        this.#inFlight += 1;
        try {
          this.#tellBefore(name, args);
          const result = await (operation as (...args: unknown[]) => Promise<unknown>)(...args);
          if (name === 'createJob') this.watch.created(result as number, args[0] as NewJob);
          return result;
        } finally {
          this.#inFlight -= 1;
          if (this.#inFlight === 0) this.#onAnswered();
        }
      },
    ]);
    return { ...real, ...(Object.fromEntries(seen) as Catalog) };
  }

  #tellBefore(name: string, args: readonly unknown[]): void {
    if (name === 'setJob') this.watch.changed(args[0] as number, args[1] as JobChanges);
    if (name === 'endJob') this.watch.ended(args[0] as number, args[1] as JobEnd);
    if (name === 'deleteJobs') this.watch.removed((args[0] as { readonly jobIds: readonly number[] }).jobIds);
  }

  /** Resolves when everything stands and waits for a timer. */
  async #quiet(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const before = this.#calls;
      if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onAnswered = resolve));
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#inFlight > 0 || before !== this.#calls) quiet = -1;
    }
  }
}
