import type { Catalog } from '../../catalog/catalog.ts';
import type { DirectorConf, JobResource } from '../../configuration/director-conf.ts';
import { formatDuration } from '../../configuration/values/duration.ts';
import { formatDateTime } from '../../text/civil-time.ts';
import { ageText } from '../../text/numbers.ts';
import type { DaemonMessages } from '../messages/daemon-messages.ts';
import { PeriodicLook } from '../periodic-look.ts';
import type { OverdueBackup } from '../services.ts';

/** How often it is seen whether a backup has become too old. */
const LOOK_MS = 10 * 60_000;
/** A backup that stays overdue is told again after this time. */
const TELL_AGAIN_MS = 24 * 3_600_000;
/** So many are named in one message. */
const NAMED_MAX = 20;

export interface BackupAgesOptions {
  readonly conf: () => DirectorConf;
  readonly catalog: Pick<Catalog, 'restoreChain'>;
  readonly messages: Pick<DaemonMessages, 'add'>;
  readonly now: () => Date;
}

/**
 * Watches the Jobs with a Max Backup Age: says once a day which of them have no good backup that is young enough.
 *
 * The catalog is asked for the last good backup of a Job when the Job is first seen, when one of its runs has ended,
 * and before it is called overdue; so thousands of Jobs cost nothing as long as all is well.
 */
export class BackupAges implements AsyncDisposable {
  readonly #options: BackupAgesOptions;
  /** When the last good backup ended, by the name of the Job; `undefined` in it: there is none. */
  readonly #lastGood = new Map<string, Date | undefined>();
  /** When it was last said that a Job's backup is overdue. */
  readonly #toldAt = new Map<string, number>();
  readonly #looks: PeriodicLook;

  constructor(options: BackupAgesOptions) {
    this.#options = options;
    this.#looks = new PeriodicLook({
      everyMs: LOOK_MS,
      look: () => this.#look(),
      onFailure: (failure) =>
        options.messages.add('Error', `The ages of backups cannot be found out: ${failure}`),
    });
  }

  /** Looks now and from then on. Resolves when the first look is done; nobody needs to wait for it. */
  look(): Promise<void> {
    return this.#looks.now();
  }

  /** A run of the Job has ended. Resolves when its age is known again. */
  async jobEnded(jobName: string): Promise<void> {
    if (this.#looks.isStopped) return;
    const job = watchedJobs(this.#options.conf()).find(({ name }) => name === jobName);
    if (!job || !this.#lastGood.has(jobName)) return; // one that was never looked at will be
    try {
      await this.#ask(job);
    } catch {
      this.#lastGood.delete(jobName); // the next look asks again, and says what is wrong
    }
  }

  /** The backups that are too old now, as far as is known. */
  overdue(): OverdueBackup[] {
    return watchedJobs(this.#options.conf())
      .filter((job) => this.#isOverdue(job))
      .map((job) => this.#describe(job));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#looks[Symbol.asyncDispose]();
  }

  async #look(): Promise<void> {
    const jobs = watchedJobs(this.#options.conf());
    this.#forgetAllBut(new Set(jobs.map(({ name }) => name)));
    for (const job of jobs) {
      if (this.#looks.isStopped) return;
      if (!this.#lastGood.has(job.name)) await this.#ask(job);
    }
    await this.#tell(jobs);
  }

  async #ask({ name, client }: JobResource): Promise<void> {
    const chain = await this.#options.catalog.restoreChain({ jobName: name, clientName: client.name });
    const newest = chain.at(-1);
    this.#lastGood.set(name, newest?.endTime);
  }

  async #tell(jobs: readonly JobResource[]): Promise<void> {
    const now = this.#options.now().getTime();
    const untold: OverdueBackup[] = [];
    for (const job of jobs) {
      if (!this.#isOverdue(job)) {
        this.#toldAt.delete(job.name);
      } else if (now - (this.#toldAt.get(job.name) ?? -Infinity) >= TELL_AGAIN_MS) {
        await this.#ask(job); // the catalog may have changed in another way than by a run
        if (!this.#isOverdue(job)) continue;
        this.#toldAt.set(job.name, now);
        untold.push(this.#describe(job));
      }
    }
    if (untold.length === 0) return;
    const heading = untold.length === 1 ? 'A backup is overdue:' : `${untold.length} backups are overdue:`;
    const lines = untold.slice(0, NAMED_MAX).map((one) => `    ${overdueText(one)}`);
    const more =
      untold.length > NAMED_MAX ? [`    and ${untold.length - NAMED_MAX} more: status director`] : [];
    await this.#options.messages.add('Warning', [heading, ...lines, ...more].join('\n'));
  }

  #forgetAllBut(names: ReadonlySet<string>): void {
    for (const name of this.#lastGood.keys()) if (!names.has(name)) this.#lastGood.delete(name);
    for (const name of this.#toldAt.keys()) if (!names.has(name)) this.#toldAt.delete(name);
  }

  #isOverdue({ name, maxBackupAge }: JobResource): boolean {
    if (!this.#lastGood.has(name)) return false;
    const last = this.#lastGood.get(name);
    return !last || this.#options.now().getTime() - last.getTime() > maxBackupAge * 1000;
  }

  #describe({ name, client, maxBackupAge }: JobResource): OverdueBackup {
    const lastGood = this.#lastGood.get(name);
    return {
      jobName: name,
      clientName: client.name,
      maxAgeSeconds: maxBackupAge,
      ...(lastGood && {
        lastGood,
        ageSeconds: Math.floor((this.#options.now().getTime() - lastGood.getTime()) / 1000),
      }),
    };
  }
}

/** Backups with a Max Backup Age. One that is switched off is not missed. */
function watchedJobs({ jobs }: DirectorConf): JobResource[] {
  return jobs.filter(
    ({ type, enabled, client, maxBackupAge }) =>
      type === 'Backup' && maxBackupAge > 0 && enabled && client.enabled,
  );
}

function overdueText({ jobName, lastGood, ageSeconds = 0, maxAgeSeconds }: OverdueBackup): string {
  const state = lastGood
    ? `the last good backup ended ${formatDateTime(lastGood)}, ${ageText(ageSeconds)} ago`
    : 'there is no good backup';
  return `Job "${jobName}": ${state} (Max Backup Age = ${formatDuration(maxAgeSeconds)})`;
}
