import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { DAEMONS } from '../tools/site.ts';
import { compareTrees } from '../tools/compare-trees.ts';
import { makeDataSet, type DataSetKind } from './data-sets.ts';
import { MeasuredSite } from './measured-site.ts';

/** One measured piece of work. CPU is that of all processes that took part. */
interface Measure {
  readonly program: string;
  readonly work: string;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

const run = promisify(execFile);
const { values: options } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: 'string', default: 'mixed' },
    scale: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const scale = options.quick ? 0.1 : Number(options.scale);
const kind = options.set as DataSetKind;
const directory = realpathSync(mkdtempSync(join(tmpdir(), 'noctule-bench-')));
const data = options.data ?? join(directory, 'data');
const measures: Measure[] = [];
const print = (text: string) => void process.stdout.write(`${text}\n`);

try {
  if (options.data === undefined) makeDataSet(kind, data, scale);
  let entries = 0;
  {
    await using measured = await MeasuredSite.start({ directory: join(directory, 'site'), paths: [data] });
    entries = await measureNoctule(measured);
  }
  // Only now all is in the one file.
  const catalogBytes = directoryBytes(join(directory, 'site', 'director'), '.db');
  print(`catalog ${(catalogBytes / entries).toFixed(0)} bytes per entry, after a Full and an Incremental`);
  await measurePeers();
  report();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Resolves with the number of entries of the data set. */
async function measureNoctule(measured: MeasuredSite): Promise<number> {
  const { site } = measured;
  for (const [work, command, termination] of [
    ['Full GZIP', 'run job=Backup level=Full yes', 'Backup OK'],
    ['Incremental, no change', 'run job=Backup level=Incremental yes', 'Backup OK'],
    ['restore all', 'restore client=site-fd select all done yes', 'Restore OK'],
  ] as const) {
    const { wallSeconds, cpuSeconds } = await measured.job(command, termination);
    const ofAll = DAEMONS.reduce((sum, daemon) => sum + cpuSeconds[daemon], 0);
    measures.push({ program: 'noctule', work, wallSeconds, cpuSeconds: ofAll });
  }
  const { differenceCount, entries, bytes, differences } = compareTrees(
    data,
    join(site.directory, 'restored', data),
  );
  print(`${entries} entries, ${bytes} bytes; restored with ${differenceCount} differences`);
  for (const { what, path, detail } of differences) print(`  ${what}: ${path} (${detail})`);
  print(`volumes ${directoryBytes(site.volumesDirectory)} bytes`);
  const [peaks, spent] = [measured.peaks(), measured.cpuSeconds()];
  for (const daemon of DAEMONS) {
    print(`${daemon}: peak ${peaks[daemon].toFixed(0)} MiB resident, ${spent[daemon].toFixed(1)} CPU s`);
  }
  return entries;
}

/** Programs that do the same work, where they are installed. */
async function measurePeers(): Promise<void> {
  const target = join(directory, 'peer');
  const peers: [name: string, needs: string, work: string, script: string][] = [
    ['tar, gzip -6', 'gzip', 'Full GZIP', 'tar -cf - -C "$1" . | gzip -6 > "$2.tgz"'],
    ['tar, pigz -6', 'pigz', 'Full GZIP', 'tar -cf - -C "$1" . | pigz -6 > "$2.tgz"'],
    [
      'restic',
      'restic',
      'Full GZIP',
      'export RESTIC_PASSWORD=x; restic -q init -r "$2" && restic -q backup -r "$2" "$1"',
    ],
    ['restic', 'restic', 'Incremental, no change', 'RESTIC_PASSWORD=x restic -q backup -r "$2" "$1"'],
    [
      'restic',
      'restic',
      'restore all',
      'RESTIC_PASSWORD=x restic -q restore latest -r "$2" --target "$2-restored"',
    ],
    ['tar -xzf', 'gzip', 'restore all', 'mkdir "$2-tar" && tar -xzf "$2.tgz" -C "$2-tar"'],
  ];
  for (const [program, needs, work, script] of peers) {
    const isInstalled = await run('sh', ['-c', 'command -v "$1"', 'sh', needs]).then(
      () => true,
      () => false,
    );
    if (!isInstalled) continue;
    const started = performance.now();
    // bash's own clock of its ended children: user and system seconds, one per line.
    const timed = `TIMEFORMAT='%U %S'; time sh -c "$3" sh "$1" "$2"`;
    const { stderr } = await run('bash', ['-c', timed, 'bash', data, target, script]);
    const cpu = stderr
      .trim()
      .split('\n')
      .at(-1)!
      .split(' ')
      .reduce((sum, seconds) => sum + Number(seconds), 0);
    measures.push({ program, work, wallSeconds: (performance.now() - started) / 1000, cpuSeconds: cpu });
  }
}

function report(): void {
  if (options.json) {
    print(JSON.stringify({ kind, scale, measures }));
    return;
  }
  const cpu = cpus()[0]?.model ?? 'unknown processor';
  print(
    `\n${kind} x ${scale}, Node ${process.version}, ${availableParallelism()} x ${cpu}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB\n`,
  );
  print('| work | program | wall s | CPU s | noctule wall / CPU ratio |\n|---|---|---|---|---|');
  for (const measure of measures) {
    const own = measures.find(({ program, work }) => program === 'noctule' && work === measure.work)!;
    const ratio = `${(own.wallSeconds / measure.wallSeconds).toFixed(2)} / ${(own.cpuSeconds / measure.cpuSeconds).toFixed(2)}`;
    print(
      `| ${measure.work} | ${measure.program} | ${measure.wallSeconds.toFixed(1)} | ${measure.cpuSeconds.toFixed(1)} | ${ratio} |`,
    );
  }
}

function directoryBytes(path: string, nameHolds = ''): number {
  return readdirSync(path)
    .filter((name) => name.includes(nameHolds))
    .reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
}
