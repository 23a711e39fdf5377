import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeDataSet } from '../data-sets/data-sets.ts';
import { MeasuredSite } from '../measured-site.ts';

const run = promisify(execFile);
const ROUNDS = 5;

/** As a desktop has them; each name is tried on each. */
const SOME_PATTERNS = 'wildfile = "*~"; wildfile = "*.bak"; wildfile = "*.o"; wilddir = "*/.cache"';

export const ACCURATE_JOB = `
Job { Name = Accurately; Type = Backup; Level = Incremental; Client = site-fd; FileSet = Files; Storage = File; Messages = Standard
  Pool = Full-Pool; Accurate = yes }
`;

/** CPU seconds, medians of interleaved rounds. */
export interface NoChange {
  readonly title: string;
  readonly client: number;
  readonly find: number;
  readonly ratio: number;
}

/** An Incremental of 200,000 files that finds no change, beside `find` that looks at the same times. */
export async function* unchangedIncrementals(directory: string): AsyncGenerator<NoChange> {
  const data = join(directory, 'data');
  makeDataSet('small', data, 1);
  for (const [title, jobName, fileSetOptions] of [
    ['plain', 'Backup', ''],
    ['with patterns', 'Backup', SOME_PATTERNS],
    ['accurate', 'Accurately', ''],
  ] as const) {
    await using measured = await MeasuredSite.start({
      directory: join(directory, title),
      paths: [data],
      fileSetOptions,
      directorConf: ACCURATE_JOB,
    });
    await measured.job(`run job=${jobName} level=Full yes`);
    const rounds: { client: number; find: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const find = await findSeconds(data);
      const { cpuSeconds } = await measured.job(`run job=${jobName} level=Incremental yes`);
      rounds.push({ client: cpuSeconds['noctule-fd'], find });
    }
    yield {
      title,
      client: median(rounds.map(({ client }) => client)),
      find: median(rounds.map(({ find }) => find)),
      ratio: median(rounds.map(({ client, find }) => client / find)),
    };
  }
}

/** User and system seconds of find. */
async function findSeconds(directory: string): Promise<number> {
  const script = 'find "$1" -printf "%T@ %C@\\n" > /dev/null; times';
  const { stdout } = await run('bash', ['-c', script, 'bash', directory]);
  const [, ofChildren = ''] = stdout.trim().split('\n');
  return [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
