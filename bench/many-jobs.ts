import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createSite, daemonPid, runConsole, startSite, stopSite } from '../tools/site.ts';
import { MoreClients } from './more-clients.ts';
import { OpenConsole } from './open-console.ts';
import { cpuSeconds, mainThreadSeconds, peakResidentMiB, type ThreadSeconds } from './process-usage.ts';

const CLIENTS = 20;
const RUNS_OF_CLIENT = 11; // 20 run, 200 wait
const ASK_EVERY_MS = 1_000;

export interface ManyJobs {
  /** The most that waited, and that ran, at one time. */
  readonly queued: number;
  readonly runningMax: number;
  /** Of each `status dir` while jobs ran, in milliseconds, sorted. */
  readonly statusMs: readonly number[];
  readonly directorPeakMiB: number;
  readonly directorCpuSeconds: number;
  /** Of the Director's main thread while the jobs were queued and ran. */
  readonly directorMain: ThreadSeconds;
  readonly wallSeconds: number;
  /** Jobs of the catalog by their JobStatus. */
  readonly ended: Readonly<Record<string, number>>;
}

/** Twenty clients, eleven runs each, twenty at once; `status dir` is asked every second in one console session. */
export async function manyJobs(directory: string): Promise<ManyJobs> {
  const data = join(directory, 'data');
  for (let top = 0; top < 10; top++) {
    mkdirSync(join(data, `${top}`), { recursive: true });
    for (let file = 0; file < 50; file++) writeFileSync(join(data, `${top}`, `${file}`), randomBytes(4_096));
  }
  // Slow enough that twenty of them do run at once.
  const job = (
    client: string,
  ) => `Job { Name = Job-${client}; Type = Backup; Level = Full; Client = ${client}; FileSet = Files
  Storage = File; Messages = Standard; Pool = Full-Pool; Maximum Bandwidth = 400 kb/s }\n`;
  const site = await createSite({
    directory: join(directory, 'site'),
    paths: [data],
    directorConf: job('site-fd'),
  });
  const conf = readFileSync(site.confFiles['noctule-dir'], 'utf8')
    .replace('Name = site-dir\n', `Name = site-dir\n  Maximum Concurrent Jobs = ${CLIENTS}\n`)
    .replace('Maximum Concurrent Jobs = 10', `Maximum Concurrent Jobs = ${CLIENTS}`);
  writeFileSync(site.confFiles['noctule-dir'], conf);
  await using clients = new MoreClients(site, CLIENTS - 1, job);
  await clients.start();
  try {
    await startSite(site);
    const pid = (await daemonPid(site, 'noctule-dir'))!;
    const runs = ['site-fd', ...clients.names].map((name) => `run job=Job-${name} yes\n`).join('');
    const startedAt = performance.now();
    const before = mainThreadSeconds(pid);
    await runConsole(site, runs.repeat(RUNS_OF_CLIENT));
    const asked = await askWhileRunning(new OpenConsole(site));
    const wallSeconds = (performance.now() - startedAt) / 1000;
    const after = mainThreadSeconds(pid);
    const query = 'sqlquery SELECT JobStatus, COUNT(*) AS n FROM Job GROUP BY JobStatus;\n';
    const { output } = await runConsole(site, query);
    const rows = [...output.matchAll(/^\| (\w) +\| +(\d+) \|$/gm)];
    return {
      ...asked,
      wallSeconds,
      directorMain: { ran: after.ran - before.ran, waited: after.waited - before.waited },
      directorPeakMiB: peakResidentMiB(pid),
      directorCpuSeconds: cpuSeconds(pid),
      ended: Object.fromEntries(rows.map(([, status, count]) => [status!, Number(count)])),
    };
  } finally {
    await stopSite(site);
  }
}

async function askWhileRunning(
  open: OpenConsole,
): Promise<Pick<ManyJobs, 'queued' | 'runningMax' | 'statusMs'>> {
  await using console = open;
  await console.ask('version', /Version/i); // connected: from here on only the answers are measured
  const statusMs: number[] = [];
  let queued = 0;
  let runningMax = 0;
  for (;;) {
    const askedAt = performance.now();
    const answer = await console.ask('status dir', /Terminated Jobs[.:][^]*?\n====\n/);
    if (answer.includes('No Jobs running.')) break;
    statusMs.push(performance.now() - askedAt);
    const running = answer.match(/^ +\d+ +Back .* is running/gm)?.length ?? 0;
    runningMax = Math.max(runningMax, running);
    queued = Math.max(queued, answer.match(/^ +\d+ +Back .* is waiting/gm)?.length ?? 0);
    await delay(ASK_EVERY_MS);
  }
  return { queued, runningMax, statusMs: statusMs.sort((a, b) => a - b) };
}
