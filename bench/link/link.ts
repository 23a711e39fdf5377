import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { editConf, LAUNCHERS, startDaemon, type Site } from '../../tools/site.ts';
import { SeededRandom } from '../data-sets/seeded-random.ts';
import { MeasuredSite } from '../measured-site.ts';
import { AS_OTHERS, measuredJob } from '../programs/noctule.ts';
import { LongLine } from './long-line.ts';
import type { PacketLineOptions } from './packet-line.ts';
import { PlainSink } from './plain-sink.ts';

const CLIENT = join(LAUNCHERS, 'noctule-fd');
const PLAIN_COPY = join(import.meta.dirname, 'plain-copy.ts');

const DATA_MIB = 2_048;
/** So that connecting and queueing stay small beside the copy. */
const DATA_MIB_MIN = 256;
/** What goes over a line with a limit takes at most so long. */
const COPY_SECONDS_MAX = 20;
const MIB = 1 << 20;

interface Line extends PacketLineOptions {
  readonly line: string;
}

/** The first tells what the line itself costs. */
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
 * The client in a network of its own behind a line of 40 ms round trip: the Director reaches it over the line, and it reaches the
 * storage daemon so. What it saves does not shrink.
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
  options: PacketLineOptions,
  directory: string,
  file: string,
): Promise<{ copyRate: number; jobRate: number }> {
  await using line = await LongLine.open(options);
  await using measured = await MeasuredSite.start(
    {
      directory,
      paths: [file],
      clientDirectives: AS_OTHERS,
      directorConf: measuredJob(`File = "${file}"`, ''),
    },
    (site) => liveApart(site, line.addresses),
    async (site, daemon) => {
      if (daemon !== 'noctule-fd') return await startDaemon(site, daemon);
      await line.run(CLIENT, ['-c', site.confFiles[daemon]]);
    },
  );
  const bytes = statSync(file).size;
  const copyRate = bytes / (await copyPlainly(line, file));
  const { wallSeconds } = await measured.job('run job=Measured level=Full yes');
  return { copyRate, jobRate: bytes / wallSeconds };
}

/** In seconds. */
async function copyPlainly(line: LongLine, file: string): Promise<number> {
  const { here } = line.addresses;
  await using sink = await PlainSink.open(here);
  return Number(await line.run(process.execPath, [PLAIN_COPY, file, here, String(sink.port)]));
}

/** Has the Director reach the client there, and the client the storage daemon here. */
function liveApart({ confFiles }: Site, { here, there }: LongLine['addresses']): void {
  editConf(confFiles['noctule-sd'], ['SDAddress = 127.0.0.1', 'SDAddress = 0.0.0.0']);
  editConf(confFiles['noctule-fd'], ['FDAddress = 127.0.0.1', `FDAddress = ${there}`]);
  editConf(
    confFiles['noctule-dir'],
    ['Address = 127.0.0.1\n  FDPort', `Address = ${there}\n  FDPort`],
    ['Address = 127.0.0.1\n  SDPort', `Address = 127.0.0.1\n  FD Storage Address = ${here}\n  SDPort`],
  );
}
