import type { Log } from '../daemon/log.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DirectorConf } from '../configuration/director-conf.ts';
import type { CatalogIds } from './catalog-ids.ts';
import type { ConfInForce } from './conf-in-force.ts';
import type { JobService } from './jobs/job-service.ts';
import type { ConsoleStore } from './messages/console-store.ts';
import type { DaemonMessages } from './messages/daemon-messages.ts';
import { readConfAgain } from './reload.ts';
import { RestoreLists } from './restore-lists.ts';
import type { Retention } from './retention/retention.ts';
import type { BackupAges } from './schedule/backup-ages.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import type { DirectorServices, OverdueBackup, Peers, ReloadOutcome, ScheduledRun } from './services.ts';
import { TurnLock } from './turn-lock.ts';

export interface DirectorParts {
  readonly inForce: ConfInForce;
  readonly confFile: string;
  readonly catalog: Catalog;
  readonly ids: CatalogIds;
  readonly messages: DaemonMessages;
  readonly consoleMessages: ConsoleStore;
  readonly jobs: JobService;
  readonly peers: Peers;
  readonly scheduler: Scheduler;
  readonly backupAges: BackupAges;
  readonly retention: Retention;
  readonly log: Log;
}

/** The Director as its front ends see it. */
export class Director implements DirectorServices {
  readonly name: string;
  readonly startedAt = new Date();
  readonly catalog: Catalog;
  readonly jobs: JobService;
  readonly consoleMessages: ConsoleStore;
  readonly peers: Peers;
  readonly retention: Retention;
  readonly restoreLists = new RestoreLists();
  readonly log: Log;
  readonly #parts: DirectorParts;
  readonly #reloading = new TurnLock();

  constructor(parts: DirectorParts) {
    this.name = parts.inForce.conf.director.name;
    this.catalog = parts.catalog;
    this.jobs = parts.jobs;
    this.consoleMessages = parts.consoleMessages;
    this.peers = parts.peers;
    this.retention = parts.retention;
    this.log = parts.log;
    this.#parts = parts;
  }

  get confReadAt(): Date {
    return this.#parts.inForce.readAt;
  }

  conf(): DirectorConf {
    return this.#parts.inForce.conf;
  }

  storageName(storageId: number): string | undefined {
    return this.#parts.ids.storageName(storageId);
  }

  scheduledRuns(days: number, from?: Date): ScheduledRun[] {
    return this.#parts.scheduler.upcoming(days, from);
  }

  overdueBackups(): OverdueBackup[] {
    return this.#parts.backupAges.overdue();
  }

  reload(): Promise<ReloadOutcome> {
    return this.#reloading.run(() => this.#reload());
  }

  async #reload(): Promise<ReloadOutcome> {
    const { inForce, confFile, ids, messages, scheduler, jobs, backupAges } = this.#parts;
    const { conf, problems } = readConfAgain(confFile, inForce.conf);
    const listed = problems.length > 0 ? `\n${problems.join('\n')}` : '';
    if (!conf) {
      await messages.add('Error', `The conf was not read again; the old one stays in force.${listed}`);
      return { accepted: false, problems };
    }
    await ids.sync(conf);
    inForce.replace(conf);
    await scheduler.look();
    void backupAges.look();
    jobs.reconsider();
    await messages.add(listed ? 'Warning' : 'Info', `The conf was read again: ${confFile}${listed}`);
    return { accepted: true, problems };
  }
}
