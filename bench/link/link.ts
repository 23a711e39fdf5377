import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Site } from '../../tools/site.ts';
import { SeededRandom } from '../data-sets/seeded-random.ts';
import { MeasuredSite } from '../measured-site.ts';
import { AS_OTHERS, measuredJob } from '../programs/noctule.ts';
import { copyPlainly, PlainSink } from './plain-copy.ts';

const DATA_MIB = 2_048;
/** So that connecting and queueing stay small beside the copy. */
const DATA_MIB_MIN = 256;
/** What goes over a line with a limit takes at most so long. */
const COPY_SECONDS_MAX = 20;
const MIB = 1 << 20;

interface Line {
  readonly line: string;
  /** Each way. */
  readonly delayMs: number;
  readonly bytesPerSecond: number;
}

/** The first tells what the relay itself costs. */
const LINES: readonly Line[] = [
  { line: 'no delay, no limit', delayMs: 0, bytesPerSecond: Infinity },
  { line: '40 ms, no limit', delayMs: 20, bytesPerSecond: Infinity },
  { line: '40 ms, 1 Gbit/s', delayMs: 20, bytesPerSecond: 125e6 },
  { line: '40 ms, 100 Mbit/s', delayMs: 20, bytesPerSecond: 12.5e6 },
];

/** Rates in bytes per second, each from its start to its end: connecting and queueing count. */
export interface LinkResult {
  readonly round: number;
  readonly line: string;
  /** Of one TCP connection that carries the file as it is. */
  readonly copyRate: number;
  /** Of a Full without compression. */
  readonly jobRate: number;
  /** jobRate / copyRate */
  readonly share: number;
}

/**
 * The client behind a line of 40 ms round trip: the Director reaches it over the line, and it reaches the storage daemon so. What
 * it saves does not shrink.
 */
export async function* measureLink(
  directory: string,
  { scale, rounds }: { scale: number; rounds: number },
): AsyncGenerator<LinkResult> {
  const data = join(directory, 'data');
  mkdirSync(data, { recursive: true });
  const mebibytes = Math.max(DATA_MIB_MIN, Math.round(DATA_MIB * scale));
  for (let round = 1; round <= rounds; round++) {
    for (const line of LINES) {
      const own = join(directory, 'own');
      const size = Math.min(mebibytes, Math.round((line.bytesPerSecond * COPY_SECONDS_MAX) / MIB));
      const file = join(data, `random-${size}`);
      if (!existsSync(file)) writeRandom(file, size);
      const { copyRate, jobRate } = await ratesOver(line, own, file);
      rmSync(own, { recursive: true, force: true });
      yield { round, line: line.line, copyRate, jobRate, share: jobRate / copyRate };
    }
  }
}

function writeRandom(file: string, mebibytes: number): void {
  const random = new SeededRandom('link');
  const handle = openSync(file, 'wx');
  for (let i = 0; i < mebibytes; i++) writeSync(handle, random.bytes(MIB));
  closeSync(handle);
}

/** Of a site in `directory` that saves `file`. */
async function ratesOver(
  line: Line,
  directory: string,
  file: string,
): Promise<{ copyRate: number; jobRate: number }> {
  await using sink = await PlainSink.open();
  await using stack = new AsyncDisposableStack();
  let copyPort = 0;
  const directorConf = measuredJob(`File = "${file}"`, '');
  await using measured = await MeasuredSite.start(
    { directory, paths: [file], clientDirectives: AS_OTHERS, directorConf },
    async (site) => {
      const targets = [sink.port, site.ports['noctule-sd'], site.ports['noctule-fd']];
      const { ports } = stack.use(await Relay.start(line, targets));
      const [toSink, storagePort, clientPort] = ports as [number, number, number];
      copyPort = toSink;
      reachThrough(site, { storagePort, clientPort });
    },
  );
  const bytes = statSync(file).size;
  const copyRate = bytes / (await copyPlainly(file, copyPort));
  const { wallSeconds } = await measured.job('run job=Measured level=Full yes');
  return { copyRate, jobRate: bytes / wallSeconds };
}

/** Lets the Director, and with it the client, know ports of the line instead of those of the daemons. */
function reachThrough(
  site: Site,
  { storagePort, clientPort }: { storagePort: number; clientPort: number },
): void {
  const file = site.confFiles['noctule-dir'];
  const text = readFileSync(file, 'utf8')
    .replace(`SDPort = ${site.ports['noctule-sd']}`, `SDPort = ${storagePort}`)
    .replace(`FDPort = ${site.ports['noctule-fd']}`, `FDPort = ${clientPort}`);
  writeFileSync(file, text);
}

/** The line, a process of its own. */
class Relay implements AsyncDisposable {
  /** Lead to the targets, in their order. */
  readonly ports: readonly number[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ports: readonly number[]) {
    this.#child = child;
    this.ports = ports;
  }

  static async start({ delayMs, bytesPerSecond }: Line, targets: readonly number[]): Promise<Relay> {
    const program = join(import.meta.dirname, 'delay-relay.ts');
    const rate = bytesPerSecond === Infinity ? [] : ['--rate', String(bytesPerSecond)];
    const child = spawn(
      process.execPath,
      [program, '--delay', String(delayMs), ...rate, ...targets.map(String)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'exit').then(() => {
      throw new Error('the relay has ended');
    });
    ended.catch(() => undefined); // looked at while it starts
    const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
    return new Relay(child, line.toString().trim().split(' ').map(Number));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}
