import { join } from 'node:path';
import { createSite, daemonPid, startDaemon, stopSite } from '../../tools/site.ts';
import { OpenConsole } from '../open-console.ts';
import { cpuSeconds, peakResidentMiB } from '../process-usage.ts';
import { writeLargeCatalog, type LargeCatalog } from './large-catalog.ts';

/** A quick answer is waited for this often, and the fastest counts: what other processes take is no part of it. */
const ROUNDS = 5;

export interface Answer {
  /** From the line sent until the end of the answer is there. */
  readonly wallMs: number;
  /** Of the Director, in steps of 10 ms. */
  readonly cpuMs: number;
}

export interface LargeCatalogAnswers extends LargeCatalog {
  readonly openTree: Answer;
  /** Of one directory with files, and of one with directories; the slower. */
  readonly list: Answer;
  readonly versionsOfFile: Answer;
  /** A name that each Full has in 1,000 directories, and a pattern that nothing fits; the slower. */
  readonly findName: Answer;
  readonly directorPeakMiB: number;
}

/** The Director with five million file rows in its catalog, asked in one console session what comes before a restore. */
export async function askLargeCatalog(directory: string): Promise<LargeCatalogAnswers> {
  const site = await createSite({ directory: join(directory, 'site'), paths: ['/home'] });
  const file = join(site.directory, 'director', 'Catalog.db');
  const names = { clientName: 'site-fd', fileSetName: 'Files', jobName: 'Backup' };
  const large = writeLargeCatalog(file, names);
  try {
    await startDaemon(site, 'noctule-dir');
    const pid = (await daemonPid(site, 'noctule-dir'))!;
    await using console = new OpenConsole(site);
    await console.ask('version', /Version/i); // connected: from here on only the answers are measured
    const ask = async (line: string, end: RegExp): Promise<Answer> => {
      const [askedAt, cpuBefore] = [performance.now(), cpuSeconds(pid)];
      await console.ask(line, end);
      return { wallMs: performance.now() - askedAt, cpuMs: (cpuSeconds(pid) - cpuBefore) * 1000 };
    };
    const fastestOf = async (line: string, end: RegExp) => {
      const answers: Answer[] = [];
      for (let round = 0; round < ROUNDS; round++) answers.push(await ask(line, end));
      return answers.reduce((a, b) => (b.wallMs < a.wallMs ? b : a));
    };
    const path = large.unchangedPath;
    const name = path.replace(/.*\//, '');
    const openTree = await ask('restore client=site-fd current select', /cwd is: \/\n/);
    await ask(`cd ${path.slice(0, -name.length)}`, /cwd is: .*folder/);
    const listFiles = await fastestOf('ls', new RegExp(`\n${name}\n`));
    await ask('cd /home/user-7', /cwd is: .*user-7\//);
    const listDirectories = await fastestOf('ls', /project-9\/\n/);
    await ask('quit', /\n/);
    const table = /\+\n.*\n\+[^]*\+\n$/;
    const versionsOfFile = await fastestOf(`find client=site-fd file=${path}`, table);
    const findName = await ask(`find client=site-fd file=${name}`, table);
    const findNothing = await ask('find client=site-fd file=*.nothing', /No results to list/);
    return {
      ...large,
      openTree,
      list: slower(listFiles, listDirectories),
      versionsOfFile,
      findName: slower(findName, findNothing),
      directorPeakMiB: peakResidentMiB(pid),
    };
  } finally {
    await stopSite(site);
  }
}

function slower(a: Answer, b: Answer): Answer {
  return a.wallMs > b.wallMs ? a : b;
}
