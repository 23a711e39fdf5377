import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MeasuredSite, type JobMeasure } from '../measured-site.ts';
import { ACCURATE_JOB } from './no-change.ts';

const DIRECTORIES = 1_000;
const FILES_PER_DIRECTORY = 1_000;

export interface MillionFiles extends JobMeasure {
  readonly work: string;
}

/** A Full, an accurate Incremental without changes and a restore of a million small files. */
export async function* millionFiles(directory: string): AsyncGenerator<MillionFiles> {
  const data = join(directory, 'data');
  for (let top = 0; top < DIRECTORIES; top++) {
    const path = join(data, `directory-${top}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < FILES_PER_DIRECTORY; file++) {
      writeFileSync(join(path, `file-${file}`), `${top}/${file}`);
    }
  }
  await using measured = await MeasuredSite.start({
    directory: join(directory, 'site'),
    paths: [data],
    directorConf: ACCURATE_JOB,
  });
  for (const [work, command, termination] of [
    ['Full GZIP', 'run job=Accurately level=Full yes', 'Backup OK'],
    ['accurate Incremental, no change', 'run job=Accurately level=Incremental yes', 'Backup OK'],
    ['restore all', 'restore client=site-fd select all done yes', 'Restore OK'],
  ] as const) {
    yield { work, ...(await measured.job(command, termination)) };
  }
}
