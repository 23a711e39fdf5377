import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { reported, siteUnderTest, type SiteUnderTest } from './site-under-test.ts';

/** From the start of the jobs to the kill: a run of them takes about so long. */
const KILL_MS_MAX = 700;
const FILES = 40;
const JOBS = ['Backup', 'Second', 'Third'];

function makeSource(directory: string): void {
  mkdirSync(directory);
  for (let file = 0; file < FILES; file++)
    writeFileSync(join(directory, `f${file}`), randomBytes(randomInt(120_000)));
}

/** Volumes so small and kept so shortly that labelling, changing, recycling and truncating are under way all the time. */
const POOL = `Maximum Volume Bytes = 1 mb
  Maximum Volumes = 1000
  Volume Use Duration = 20 seconds
  Action On Purge = Truncate
  Protect Last Full = no`;

const OTHER_JOBS = JOBS.slice(1)
  .map(
    (name) => `
Job { Name = ${name}; Type = Backup; Level = Full; Client = site-fd; FileSet = Files; Storage = File; Messages = Standard
  Pool = Full-Pool; Full Backup Pool = Full-Pool }
`,
  )
  .join('');

/**
 * Kills the storage daemon so many times at random moments while three jobs write, with `kill -9`. After each `checkEvery`
 * kills all finished jobs are restored and compared, and all volumes are listed with tar; in the end a job must go through.
 * Resolves with the number of restores.
 */
export async function killStorageDaemon(kills: number, checkEvery: number): Promise<number> {
  await using held = await siteUnderTest({ makeSource, poolDirectives: POOL, directorConf: OTHER_JOBS });
  let restored = 0;
  for (let kill = 1; kill <= kills; kill++) {
    await held.console(`${JOBS.map((job) => `run job=${job} level=Full yes`).join('\n')}\n`);
    await delay(randomInt(KILL_MS_MAX));
    await stopDaemon(held.site, 'noctule-sd', 'SIGKILL');
    await startDaemon(held.site, 'noctule-sd');
    const after = await held.console('wait\nmessages\nstatus dir\n');
    expect(after).toContain('No Jobs running.');
    // Time passes: volumes close, and come back into use.
    if (kill % 7 === 0) await held.console('prune expired volume yes\n');
    if (kill % checkEvery === 0) restored += await restoreFinished(held);
  }
  const last = await held.console('run job=Backup level=Full yes\nwait\nmessages\n');
  expect(reported(last, 'Termination')).toBe('Backup OK');
  return restored;
}

/** Restores all jobs that ended well and are still in the catalog, and looks at all volumes with tar. Resolves with how many. */
async function restoreFinished(held: SiteUnderTest): Promise<number> {
  const list = await held.console('list jobs jobtype=B jobstatus=T\n');
  const jobIds = [...list.matchAll(/^\| (\d+) +\| (?:Backup|Second|Third) .*\| T +\|$/gm)].map(
    ([, jobId]) => jobId!,
  );
  for (const jobId of jobIds) {
    const target = join(held.site.directory, `restored-${jobId}`);
    const output = await held.console(
      `restore jobid=${jobId} where=${target} all done yes\nwait\nmessages\n`,
    );
    expect(reported(output, 'Termination'), `JobId ${jobId}`).toBe('Restore OK');
    expect(compareTrees(held.source, join(target, held.source)).differences, `JobId ${jobId}`).toEqual([]);
    rmSync(target, { recursive: true });
  }
  // They are done: next time only new ones.
  if (jobIds.length > 0) await held.console(`delete jobid=${jobIds.slice(0, -2).join(',') || jobIds[0]}\n`);
  for (const name of readdirSync(held.site.volumesDirectory).filter((one) => /-\d+$/.test(one))) {
    // One that begins inside a file makes tar skip to the next header, and its status is 2 then: what counts is what it lists.
    const script = 'zcat < "$1" 2>/dev/null | tar -itf - 2>/dev/null; true';
    const listed = execFileSync('sh', [
      '-c',
      script,
      'sh',
      join(held.site.volumesDirectory, name),
    ]).toString();
    const known = new Set([
      `${held.source.slice(1)}/`,
      ...readdirSync(held.source).map((file) => join(held.source, file).slice(1)),
    ]);
    expect(
      listed.split('\n').filter((path) => path !== '' && !known.has(path)),
      name,
    ).toEqual([]);
  }
  return jobIds.length;
}
