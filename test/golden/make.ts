import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { xattrs } from '../../native/xattr.ts';
import { createSite, runConsole, startSite, stopSite, type Site } from '../../tools/site.ts';
import { SOURCE, expectationsOf, volumesOf } from './expectations.ts';

/**
 * `node test/golden/make.ts NAME [COMPRESSION]`: makes the set of golden volumes NAME with real daemons, and NAME-torn, and writes
 * down what this version reads in them. COMPRESSION is by default GZIP. A set is never made again: a new version of the format gets
 * a new one.
 */
const set = join(import.meta.dirname, process.argv[2] ?? '');
const tornSet = `${set}-torn`;
if (process.argv[2] === undefined || existsSync(set)) {
  process.stderr.write(
    'usage: node test/golden/make.ts NAME [COMPRESSION], NAME of a set that does not exist yet\n',
  );
  process.exit(2);
}
const work = join(SOURCE, '..');
rmSync(work, { recursive: true, force: true });
mkdirSync(join(set, 'volumes'), { recursive: true });
makeSource();
const site = await createSite({
  directory: join(work, 'site'),
  paths: [SOURCE],
  compression: process.argv[3] ?? 'GZIP',
  fileSetOptions: 'xattrsupport = yes\n sparse = yes',
  jobDirectives: 'Accurate = yes',
  poolDirectives: 'Maximum Volume Bytes = 64 kb\n Maximum Volume Jobs = 2',
});
await startSite(site);
try {
  await runJobs(site);
} finally {
  await stopSite(site);
}
const volumes = readdirSync(site.volumesDirectory).filter((name) => /-\d+$/.test(name));
for (const name of volumes) copyFileSync(join(site.volumesDirectory, name), join(set, 'volumes', name));
copyFileSync(join(site.directory, 'director', 'Catalog.db'), join(set, 'catalog.db'));
makeTornSet();
for (const one of [set, tornSet]) {
  const told = await expectationsOf(volumesOf(one), join(work, 'extracted', basename(one)));
  for (const [name, text] of Object.entries(told)) writeFileSync(join(one, name), text);
}
rmSync(work, { recursive: true });

/** A Full over several volumes, an Incremental with deletions, one with nothing, and a Full that is cancelled in the middle. */
async function runJobs(on: Site): Promise<void> {
  await say(on, 'run job=Backup level=Full yes\nwait\n');
  rmSync(join(SOURCE, 'deleted-later'));
  writeFileSync(join(SOURCE, 'text'), 'changed\n');
  await say(on, 'run job=Backup level=Incremental yes\nwait\n');
  await say(on, 'run job=Backup level=Incremental yes\nwait\n');
  const before = bytesIn(on.volumesDirectory);
  await say(on, 'setbandwidth limit=10kb/s client=site-fd\nrun job=Backup level=Full yes\n');
  // By then some of its files are durable.
  while (bytesIn(on.volumesDirectory) < before + 60_000) await setTimeout(100);
  await say(on, 'cancel jobid=4\nwait\n');
  await say(on, 'label storage=File pool=Diff-Pool volume=Labelled-99\n');
}

function bytesIn(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

async function say(on: Site, commands: string): Promise<string> {
  return (await runConsole(on, commands)).output;
}

/** As a crash leaves it: the first volume alone, cut off inside a block. */
function makeTornSet(): void {
  const torn = join(tornSet, 'volumes', 'Full-0001');
  mkdirSync(join(tornSet, 'volumes'), { recursive: true });
  copyFileSync(join(set, 'volumes', 'Full-0001'), torn);
  truncateSync(torn, statSync(torn).size - 3000);
}

function makeSource(): void {
  const path = (name: string | Buffer) =>
    typeof name === 'string' ? join(SOURCE, name) : Buffer.concat([Buffer.from(`${SOURCE}/`), name]);
  mkdirSync(path('directory/empty'), { recursive: true });
  writeFileSync(path('text'), 'The quick brown fox jumps over the lazy dog.\n'.repeat(300));
  writeFileSync(path('empty'), '');
  writeFileSync(path('deleted-later'), 'gone in the Incremental\n');
  writeFileSync(path('noise'), noise(70_000));
  for (const name of ['long-1', 'long-2', 'long-3', 'long-4'])
    writeFileSync(path(name), Buffer.concat([noise(20_000), Buffer.alloc(1_500_000, name)]));
  writeFileSync(path(Buffer.from([0x62, 0xff, 0xfe, 0x0a, 0x62])), 'a name that is not UTF-8\n');
  writeFileSync(path('n'.repeat(255)), 'a long name\n');
  symlinkSync('text', path('link'));
  symlinkSync('t'.repeat(200), path('dangling'));
  linkSync(path('noise'), path('zz-noise-again'));
  writeFileSync(path('attributes'), 'x');
  xattrs()!.set(
    Buffer.from(join(SOURCE, 'attributes')),
    Buffer.from('user.golden'),
    Buffer.from([0, 1, 255]),
  );
  chmodSync(path('attributes'), 0o640);
  const sparse = openSync(path('sparse'), 'w');
  writeSync(sparse, Buffer.alloc(5000, 's'), 0, 5000, 3 << 20);
  ftruncateSync(sparse, 8 << 20);
  closeSync(sparse);
  utimesSync(path('empty'), -86_400.5, -86_400.5);
  utimesSync(path('text'), 7_258_118_400, 7_258_118_400);
}

/** Bytes that do not shrink, the same each time. */
function noise(length: number): Buffer {
  const pieces = Array.from({ length: Math.ceil(length / 64) }, (_, at) =>
    createHash('sha512').update(`${length} ${at}`).digest(),
  );
  return Buffer.concat(pieces).subarray(0, length);
}
