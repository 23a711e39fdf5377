import { lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../tools/usage-error.ts';
import { plainFiles } from './data-sets/changed-files.ts';
import { makeDataSet } from './data-sets/data-sets.ts';
import { measureLargeVolume } from './large-volume.ts';
import { measureLink } from './link/link.ts';
import { measureOverhead } from './overhead/overhead.ts';
import { cpuOfAll } from './measure.ts';
import { parseOptions, USAGE, type BenchOptions, type Part } from './options.ts';
import type { Program } from './programs/program.ts';
import { runProgram } from './programs/run-program.ts';
import type { BenchResult } from './report/bench-result.ts';
import { markdown } from './report/markdown.ts';
import { isCompared, verdicts } from './report/targets.ts';
import { measureTurn } from './turn.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => interrupted.abort(new Error('interrupted')));
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(USAGE);
  else await bench(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

/** Progress goes to stderr; the tables of what was measured, also when it was interrupted, to stdout. */
async function bench(options: BenchOptions): Promise<void> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'noctule-bench-')));
  const result = emptyResult(options);
  try {
    await benchPart(options, result, 'overhead', async () => {
      for await (const one of measureOverhead(join(directory, 'overhead'), options)) {
        result.overhead.push(one);
        interrupted.signal.throwIfAborted();
        say(`overhead, round ${one.round}: a Director answers after ${one.directorMs.toFixed(0)} ms`);
      }
    });
    await benchPart(options, result, 'link', async () => {
      for await (const one of measureLink(join(directory, 'link'), options)) {
        result.link.push(one);
        interrupted.signal.throwIfAborted();
        say(`link, ${one.line}, round ${one.round}: ${(one.share * 100).toFixed(0)} % of a plain copy`);
      }
    });
    await benchPart(options, result, 'large-volume', async () => {
      for await (const one of measureLargeVolume(join(directory, 'large-volume'), options)) {
        result.largeVolume.push(one);
        interrupted.signal.throwIfAborted();
        say(`large volume, round ${one.round}: ${one.readBytes} bytes read`);
      }
    });
    // Last, for it takes longest: a run that is cut short has the rest.
    if (options.parts.includes('sets')) await benchSets(options, result, join(directory, 'sets'));
    save(options, result);
    process.stdout.write(markdown(result));
  } finally {
    // It may hold a million files, which takes minutes: what was found is out by now.
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A part that fails is named as not measured, and the others go on. */
async function benchPart(
  { parts }: BenchOptions,
  result: BenchResult,
  part: Exclude<Part, 'sets'>,
  measure: () => Promise<void>,
): Promise<void> {
  if (!parts.includes(part)) return;
  try {
    interrupted.signal.throwIfAborted();
    await measure();
  } catch (error) {
    result.notMeasured[part] = (error as Error).message;
  }
}

/** In each round every program has a turn with every data set: a run that is cut short has seen all of them. */
async function benchSets(options: BenchOptions, result: BenchResult, directory: string): Promise<void> {
  const programs = await installedPrograms(options, result);
  mkdirSync(directory, { recursive: true });
  const sets = options.sets.map((set) => {
    say(`making the data set ${set}`);
    const data = join(directory, set);
    makeDataSet(set, data, options.scale);
    result.dataSets[set] = sizeOf(Buffer.from(data));
    return { set, data, files: plainFiles(data) };
  });
  for (let round = 1; round <= options.rounds; round++) {
    for (const { set, data, files } of sets) {
      for (const program of programs) {
        if (interrupted.signal.aborted) return;
        if (options.onlyTargets && !isCompared(set, program.name)) continue;
        const title = `round ${round}, ${set}, ${program.name}`;
        const turn = await measureTurn(program, {
          set,
          round,
          data,
          files,
          directory: join(directory, 'turn'),
          attic: join(directory, 'attic'),
          signal: interrupted.signal,
          onMeasure: (work, measure) => {
            const [wall, cpu] = [measure.wallSeconds.toFixed(1), cpuOfAll(measure).toFixed(1)];
            say(`${title}, ${work}: ${wall} s, CPU ${cpu} s`);
          },
        });
        for (const { work, message } of turn.failures) say(`${title}, ${work} FAILED: ${message}`);
        result.turns.push(turn);
        save(options, result);
      }
    }
  }
}

async function installedPrograms(options: BenchOptions, result: BenchResult): Promise<Program[]> {
  const programs: Program[] = [];
  for (const program of options.programs) {
    const missing = await whyMissing(program);
    if (missing !== undefined) {
      result.notMeasured[program.name] = missing;
      continue;
    }
    programs.push(program);
    result.versions[program.name] = await program.version();
  }
  return programs;
}

async function whyMissing({ needs }: Program): Promise<string | undefined> {
  if (needs === undefined) return undefined;
  const { exitCode } = await runProgram('sh', ['-c', 'command -v "$1"', 'sh', needs.command]);
  return exitCode === 0
    ? undefined
    : `${needs.command} is not installed (Debian: apt-get install --no-install-recommends ${needs.debianPackage})`;
}

function emptyResult({ rounds, scale }: BenchOptions): BenchResult {
  const cpu = cpus()[0]?.model ?? 'unknown processor';
  return {
    command: ['npm run bench --', ...process.argv.slice(2).map(shellWord)].join(' '),
    startedAt: new Date().toISOString().slice(0, 16).replace('T', ' '),
    machine:
      `${availableParallelism()} x ${cpu}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, ` +
      `load when it began ${loadavg()[0]!.toFixed(1)}`,
    scale,
    rounds,
    dataSets: {},
    versions: {},
    notMeasured: {},
    turns: [],
    overhead: [],
    link: [],
    largeVolume: [],
  };
}

/** As it is typed in a shell. */
function shellWord(text: string): string {
  return /^[\w,./:=-]+$/.test(text) ? text : `'${text}'`;
}

function sizeOf(path: Buffer): { entries: number; bytes: number } {
  const stat = lstatSync(path);
  const total = { entries: 1, bytes: stat.isFile() ? stat.size : 0 };
  if (!stat.isDirectory()) return total;
  for (const name of readdirSync(path, { encoding: 'buffer' })) {
    const below = sizeOf(Buffer.concat([path, Buffer.from('/'), name]));
    total.entries += below.entries;
    total.bytes += below.bytes;
  }
  return total;
}

function save({ jsonFile }: BenchOptions, result: BenchResult): void {
  if (jsonFile === undefined) return;
  writeFileSync(jsonFile, `${JSON.stringify({ ...result, targets: verdicts(result) }, undefined, 1)}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
