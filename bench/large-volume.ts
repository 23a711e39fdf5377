import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareTrees } from '../tools/compare-trees.ts';
import { SeededRandom } from './data-sets/seeded-random.ts';
import { MeasuredSite } from './measured-site.ts';
import { AS_OTHERS, measuredJob } from './programs/noctule.ts';

const CONTENT_BYTES = 50e9;
const FILES = 16;
const FILE_BYTES = 64 << 10;

/** The restore of one file out of a volume that holds much else. */
export interface LargeVolumeResult {
  readonly round: number;
  readonly contentBytes: number;
  readonly wallSeconds: number;
  /** By the storage daemon in all: at most this came from the volume. */
  readonly readBytes: number;
}

/**
 * A volume with as many blocks and entries as one of 50 GB, on less disk: what fills it are zeros. Each round restores another file.
 */
export async function* measureLargeVolume(
  directory: string,
  { scale, rounds }: { scale: number; rounds: number },
): AsyncGenerator<LargeVolumeResult> {
  const data = join(directory, 'data');
  mkdirSync(data, { recursive: true });
  const random = new SeededRandom('large volume');
  for (let i = 0; i < FILES; i++) writeFileSync(join(data, `file-${i}`), random.bytes(FILE_BYTES));
  const contentBytes = Math.round(CONTENT_BYTES * scale);
  // GZIP1: no level makes more blocks of zeros, and it is the fastest.
  const reader = `head -c ${contentBytes} /dev/zero`;
  const include = `File = "${data}"; Plugin = "bpipe:file=/zeros:reader=${reader}:writer=cat"`;
  await using measured = await MeasuredSite.start({
    directory: join(directory, 'own'),
    paths: [data],
    clientDirectives: AS_OTHERS,
    directorConf: measuredJob(include, 'compression = GZIP1'),
  });
  await measured.job('run job=Measured level=Full yes');
  for (let round = 1; round <= rounds; round++) {
    const file = join(data, `file-${round % FILES}`);
    const target = join(directory, `restored-${round}`);
    const { wallSeconds, readBytes } = await measured.job(
      `restore client=site-fd fileset=Measured where=${target} file=${file} done yes`,
      'Restore OK',
    );
    const { differences } = compareTrees(file, join(target, file));
    if (differences.length > 0) throw new Error(`the restored file differs in ${differences[0]!.what}`);
    yield { round, contentBytes, wallSeconds, readBytes };
  }
}
