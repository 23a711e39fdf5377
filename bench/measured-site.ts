import {
  createSite,
  daemonPid,
  DAEMONS,
  runConsole,
  startSite,
  stopSite,
  type DaemonName,
  type Site,
  type SiteOptions,
} from '../tools/site.ts';
import { cpuSeconds, peakResidentMiB } from './process-usage.ts';

/** What a job took, by daemon. */
export interface JobUsage {
  readonly wallSeconds: number;
  readonly cpuSeconds: Readonly<Record<DaemonName, number>>;
}

/** A site of real daemons whose jobs are measured. */
export class MeasuredSite implements AsyncDisposable {
  readonly site: Site;
  readonly #pids: Readonly<Record<DaemonName, number>>;

  private constructor(site: Site, pids: Record<DaemonName, number>) {
    this.site = site;
    this.#pids = pids;
  }

  static async start(options: SiteOptions): Promise<MeasuredSite> {
    const site = await createSite(options);
    await startSite(site);
    const pids = {} as Record<DaemonName, number>;
    for (const daemon of DAEMONS) pids[daemon] = (await daemonPid(site, daemon))!;
    return new MeasuredSite(site, pids);
  }

  /** @throws Error with what the console said when the job does not end with `termination` */
  async job(command: string, termination = 'Backup OK'): Promise<JobUsage> {
    const [wallBefore, before] = [performance.now(), this.cpuSeconds()];
    const { output } = await runConsole(this.site, `${command}\nwait\n`);
    const [wallSeconds, after] = [(performance.now() - wallBefore) / 1000, this.cpuSeconds()];
    const { output: messages } = await runConsole(this.site, 'messages\n');
    if (!messages.includes(`Termination:            ${termination}`)) throw new Error(output + messages);
    const spent = (daemon: DaemonName) => after[daemon] - before[daemon];
    return { wallSeconds, cpuSeconds: this.#each(spent) };
  }

  /** The most that each daemon has had resident since its start, in MiB. */
  peaks(): Readonly<Record<DaemonName, number>> {
    return this.#each((daemon) => peakResidentMiB(this.#pids[daemon]));
  }

  /** CPU of each daemon since its start. */
  cpuSeconds(): Readonly<Record<DaemonName, number>> {
    return this.#each((daemon) => cpuSeconds(this.#pids[daemon]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopSite(this.site);
  }

  #each(value: (daemon: DaemonName) => number): Record<DaemonName, number> {
    return Object.fromEntries(DAEMONS.map((daemon) => [daemon, value(daemon)])) as Record<DaemonName, number>;
  }
}
