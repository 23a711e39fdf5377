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
import { measureProcesses, type DaemonMeasure } from './measured-processes.ts';
import { peakResidentMiB } from './process-usage.ts';

/** What a job took, by daemon. */
export type JobMeasure = DaemonMeasure<DaemonName>;

/** A site of real daemons whose jobs are measured. */
export class MeasuredSite implements AsyncDisposable {
  readonly site: Site;
  readonly #pids: Readonly<Record<DaemonName, number>>;

  private constructor(site: Site, pids: Record<DaemonName, number>) {
    this.site = site;
    this.#pids = pids;
  }

  /**
   * @param prepare may change the conf before the daemons start
   * @param start starts one of them
   */
  static async start(
    options: SiteOptions,
    prepare: (site: Site) => void = () => undefined,
    start: Parameters<typeof startSite>[1] = undefined,
  ): Promise<MeasuredSite> {
    const site = await createSite(options);
    prepare(site);
    try {
      await startSite(site, start);
    } catch (error) {
      await stopSite(site); // those that did start
      throw error;
    }
    const pids = {} as Record<DaemonName, number>;
    for (const daemon of DAEMONS) pids[daemon] = (await daemonPid(site, daemon))!;
    return new MeasuredSite(site, pids);
  }

  /** @throws Error with what the console said when the job does not end with `termination` */
  async job(command: string, termination = 'Backup OK'): Promise<JobMeasure> {
    let output = '';
    const measure = await measureProcesses(this.#pids, 'noctule-sd', async () => {
      ({ output } = await runConsole(this.site, `${command}\nwait\n`));
    });
    const { output: messages } = await runConsole(this.site, 'messages\n');
    if (!messages.includes(`Termination:            ${termination}\n`)) throw new Error(output + messages);
    return measure;
  }

  /** The most that each daemon has had resident since its last job began, or since its start; in MiB. */
  peaks(): Readonly<Record<DaemonName, number>> {
    const peaks = DAEMONS.map((daemon) => [daemon, peakResidentMiB(this.#pids[daemon])]);
    return Object.fromEntries(peaks) as Record<DaemonName, number>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopSite(this.site);
  }
}
