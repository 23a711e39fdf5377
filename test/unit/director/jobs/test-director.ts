import path from 'node:path';
import type { Catalog } from '../../../../catalog/catalog.ts';
import type { DirectorConf } from '../../../../configuration/director-conf.ts';
import { substituteCodes } from '../../../../commands/substitution.ts';
import { CommandError } from '../../../../director/console/command-error.ts';
import { queueClone } from '../../../../director/console/queue-clone.ts';
import { CatalogIds } from '../../../../director/catalog-ids.ts';
import { JobService } from '../../../../director/jobs/job-service.ts';
import { ConsoleStore } from '../../../../director/messages/console-store.ts';
import { MessageOutlets } from '../../../../director/messages/outlets.ts';
import { Retention } from '../../../../director/retention/retention.ts';
import type { RunRequest } from '../../../../director/services.ts';
import { VolumeOffice } from '../../../../director/volumes/volume-office.ts';
import { openCatalogInProcess } from '../../../simulation/catalog-in-process.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';
import { FakeDaemons, type Script } from './fake-daemons.ts';

/** The job side of a Director over a real catalog (without its threads), with daemons that follow a script. */
export class TestDirector implements AsyncDisposable {
  readonly conf: DirectorConf;
  readonly catalog: Catalog;
  readonly daemons: FakeDaemons;
  readonly jobs: JobService;
  readonly volumes = new VolumeOffice();
  readonly retention: Retention;
  readonly truncated: string[] = [];
  /** Commands that scripts have given, with their codes filled in. */
  readonly consoleCommands: string[] = [];
  /** Called when a script has given a command. */
  onConsoleCommand: () => void = () => {};
  readonly logged: string[] = [];
  readonly #consoleStore: ConsoleStore;
  #shown = '';

  private constructor(
    now: () => Date,
    conf: DirectorConf,
    catalog: Catalog,
    daemons: FakeDaemons,
    consoleStore: ConsoleStore,
    ids: CatalogIds,
    directory: string,
  ) {
    this.conf = conf;
    this.catalog = catalog;
    this.daemons = daemons;
    this.#consoleStore = consoleStore;
    const log = {
      info() {},
      warn() {},
      error: (text: string) => this.logged.push(text),
      debug() {},
      debugging: { level: 0, trace: false },
    };
    const directorName = conf.director.name;
    const signal = new AbortController().signal;
    const outlets = new MessageOutlets({ consoleStore, catalog, log, directorName, signal });
    this.retention = new Retention({
      ...{ catalog, ids, now, conf: () => conf, office: this.volumes },
      truncate: async ({ volumeName, volBytes }) => {
        this.truncated.push(volumeName);
        return volBytes;
      },
    });
    this.jobs = new JobService({
      environment: {
        directorName,
        catalog,
        ids,
        daemons,
        volumes: this.volumes,
        retention: this.retention,
        conf: () => conf,
        now,
        startClone: (request) => queueClone({ conf: () => conf, jobs: this.jobs }, request),
        consoleCommand: async ({ text, codes, onLine, signal }) => {
          this.consoleCommands.push(substituteCodes(text, codes));
          this.onConsoleCommand();
          await onLine(`did ${text}`);
          if (text.startsWith('fail')) throw new CommandError('it went wrong');
          await until(() => !text.startsWith('hang') || signal.aborted);
          signal.throwIfAborted();
        },
      },
      outlets,
      workingDirectory: directory,
      log,
    });
  }

  static async start(
    options: {
      script?: Script;
      conf?: Parameters<typeof siteConf>[1];
      now?: () => Date;
      catalog?: (real: Catalog) => Catalog;
    } = {},
  ): Promise<TestDirector> {
    const directory = scratchDirectory();
    const conf = siteConf(directory, options.conf);
    const real = openCatalogInProcess(path.join(directory, 'MyCatalog.db'));
    const catalog = options.catalog?.(real) ?? real;
    const ids = new CatalogIds(catalog);
    await ids.sync(conf);
    const consoleStore = await ConsoleStore.open(path.join(directory, 'conmsg'));
    const now = options.now ?? (() => new Date());
    return new TestDirector(
      now,
      conf,
      catalog,
      new FakeDaemons(options.script),
      consoleStore,
      ids,
      directory,
    );
  }

  /** Starts a run by hand. */
  run(jobName: string, changes: Partial<RunRequest> = {}): Promise<number> {
    return this.jobs.run({ job: named(this.conf.jobs, jobName), startedBy: 'console test', ...changes });
  }

  /** Runs a job to its end. */
  async outcome(
    jobName: string,
    changes: Partial<RunRequest> = {},
  ): Promise<{ jobId: number; status: string; text: string }> {
    const jobId = await this.run(jobName, changes);
    const status = await this.jobs.ended(jobId);
    return { jobId, status, text: await this.text() };
  }

  /** Everything that was said so far since the last call, without dates. */
  async text(): Promise<string> {
    this.#shown = (await this.#consoleStore.take()).replace(/^\d\d-\w{3} \d\d:\d\d /gm, '');
    return this.#shown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.jobs.stop(0);
    await this.catalog.close();
  }
}

/** Resolves when `isSo` says so; looks whenever the event loop has turned. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}
