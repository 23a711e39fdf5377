import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  createSite,
  daemonPid,
  DAEMONS,
  LAUNCHERS,
  startDaemon,
  startSite,
  stopDaemon,
  stopSite,
  type Site,
} from '../../tools/site.ts';
import { median } from '../measure.ts';
import { AS_OTHERS, measuredJob } from '../programs/noctule.ts';
import { cpuSeconds } from '../process-usage.ts';
import { Session } from './session.ts';

/** Of each figure in a round, of which the median counts. */
const SAMPLES = 5;
const IDLE_MS = 30_000;
/** Between two jobs: the file daemon has its next thread ready by then. */
const BETWEEN_JOBS_MS = 2_500;
const TRY_AGAIN_MS = 2;

/** What is spent whatever the size of the data. Times in milliseconds. */
export interface OverheadResult {
  readonly round: number;
  /** From the start of its program until it has answered a command. */
  readonly directorMs: number;
  /** Of a Full of one file, from its `run` to the end of `wait`, in an open session. */
  readonly jobMs: number;
  /** Of one right behind another. */
  readonly nextJobMs: number;
  /** Processor time of the three daemons while nothing happens, in percent of one processor. */
  readonly idlePercent: number;
}

export async function* measureOverhead(
  directory: string,
  { rounds }: { rounds: number },
): AsyncGenerator<OverheadResult> {
  const data = join(directory, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'one'), 'one');
  const directorConf = measuredJob(`File = "${data}"`, 'compression = GZIP');
  const site = await createSite({
    ...{ directory: join(directory, 'own'), paths: [data] },
    ...{ clientDirectives: AS_OTHERS, directorConf },
  });
  try {
    await startSite(site);
    for (let round = 1; round <= rounds; round++) {
      const { jobMs, nextJobMs } = await jobTimes(site);
      yield { round, jobMs, nextJobMs, idlePercent: await idle(site), directorMs: await directorStart(site) };
    }
  } finally {
    await stopSite(site);
  }
}

async function jobTimes(site: Site): Promise<Pick<OverheadResult, 'jobMs' | 'nextJobMs'>> {
  await using session = await Session.open(site);
  const job = () =>
    timed(async () => {
      await session.ask('run job=Measured level=Full yes');
      await session.ask('wait');
    });
  await job(); // compiles what a job needs
  const [spaced, following]: number[][] = [[], []];
  for (let i = 0; i < SAMPLES; i++) {
    await delay(BETWEEN_JOBS_MS);
    spaced!.push(await job());
    following!.push(await job());
  }
  const failed = (await session.ask('list jobs')).match(/\| [^T] *\|\n/g);
  if (failed) throw new Error(`${failed.length} jobs did not end well`);
  return { jobMs: median(spaced!), nextJobMs: median(following!) };
}

async function idle(site: Site): Promise<number> {
  const used = async () => {
    const pids = await Promise.all(DAEMONS.map((daemon) => daemonPid(site, daemon)));
    return pids.reduce((sum: number, pid) => sum + cpuSeconds(pid!), 0);
  };
  await delay(BETWEEN_JOBS_MS);
  const before = await used();
  await delay(IDLE_MS);
  return (((await used()) - before) * 100_000) / IDLE_MS;
}

async function directorStart(site: Site): Promise<number> {
  const samples: number[] = [];
  await stopDaemon(site, 'noctule-dir');
  for (let i = 0; i < SAMPLES; i++) samples.push(await oneStart(site));
  await startDaemon(site, 'noctule-dir');
  return median(samples);
}

/** In the foreground, so that it is the process that was started which answers. */
async function oneStart(site: Site): Promise<number> {
  const conf = site.confFiles['noctule-dir'];
  const startedAt = performance.now();
  const child = spawn(join(LAUNCHERS, 'noctule-dir'), ['-f', '-c', conf], { stdio: 'ignore' });
  try {
    while (!(await listens(site.ports['noctule-dir']))) await delay(TRY_AGAIN_MS);
    await using session = await Session.open(site);
    await session.ask('version');
    return performance.now() - startedAt;
  } finally {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
