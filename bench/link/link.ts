import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, type Site } from '../../tools/site.ts';
import { SeededRandom } from '../data-sets/seeded-random.ts';
import { MeasuredSite } from '../measured-site.ts';
import { AS_OTHERS, measuredJob } from '../programs/noctule.ts';
import { copyPlainly, PlainSink } from './plain-copy.ts';

const DELAY_MS = 20; // each way
const DATA_MIB = 2_048;
/** So that connecting and queueing stay small beside the copy. */
const DATA_MIB_MIN = 256;
const MIB = 1 << 20;

export const LINES = [
  { line: 'as fast as the machine', bytesPerSecond: Infinity },
  { line: '1 Gbit/s', bytesPerSecond: 125e6 },
] as const;

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
  const file = join(data, 'random.bin');
  const random = new SeededRandom('link');
  const handle = openSync(file, 'wx');
  const mebibytes = Math.max(DATA_MIB_MIN, Math.round(DATA_MIB * scale));
  for (let i = 0; i < mebibytes; i++) writeSync(handle, random.bytes(MIB));
  closeSync(handle);
  const bytes = mebibytes * MIB;
  for (let round = 1; round <= rounds; round++) {
    for (const { line, bytesPerSecond } of LINES) {
      const own = join(directory, 'own');
      const [copyPort, storagePort, clientPort] = (await freePorts(3)) as [number, number, number];
      await using sink = await PlainSink.open();
      await using measured = await MeasuredSite.start(
        {
          directory: own,
          paths: [data],
          clientDirectives: AS_OTHERS,
          directorConf: measuredJob(`File = "${data}"`, ''),
        },
        (site) => reachThrough(site, { storagePort, clientPort }),
      );
      const { ports } = measured.site;
      await using _relay = await Relay.start(bytesPerSecond, [
        [copyPort, sink.port],
        [storagePort, ports['noctule-sd']],
        [clientPort, ports['noctule-fd']],
      ]);
      const copyRate = bytes / (await copyPlainly(file, copyPort));
      const { wallSeconds } = await measured.job('run job=Measured level=Full yes');
      const jobRate = bytes / wallSeconds;
      yield { round, line, copyRate, jobRate, share: jobRate / copyRate };
      rmSync(own, { recursive: true, force: true });
    }
  }
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
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(
    bytesPerSecond: number,
    ports: readonly (readonly [listen: number, target: number])[],
  ): Promise<Relay> {
    const program = join(import.meta.dirname, 'delay-relay.ts');
    const rate = bytesPerSecond === Infinity ? [] : ['--rate', String(bytesPerSecond)];
    const pairs = ports.map(([listen, target]) => `${listen}:${target}`);
    const child = spawn(process.execPath, [program, '--delay', String(DELAY_MS), ...rate, ...pairs], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ready = once(child.stdout, 'data');
    const ended = once(child, 'exit').then(() => {
      throw new Error('the relay has ended');
    });
    ended.catch(() => undefined);
    await Promise.race([ready, ended]);
    return new Relay(child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}
