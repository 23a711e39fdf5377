import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { millionFiles } from './million-files.ts';
import { unchangedIncrementals } from './no-change.ts';
import { readLatency, type Latency } from './read-latency.ts';

/**
 * What a backup costs the machine that is backed up: `npm run bench:client -- [walk] [million] [latency]`, all of them
 * without a word. Prints the rows of the tables in docs/performance.md.
 */
const DAEMONS = ['noctule-fd', 'noctule-sd', 'noctule-dir'] as const;

const parts: Readonly<Record<string, (directory: string) => Promise<void>>> = {
  async walk(directory) {
    for await (const { title, client, find, ratio } of unchangedIncrementals(directory)) {
      row([title, client.toFixed(2), find.toFixed(2), ratio.toFixed(2)]);
    }
  },
  async million(directory) {
    for await (const { work, wallSeconds, cpuSeconds, peakMiB } of millionFiles(directory)) {
      const ofDaemons = (values: Readonly<Record<string, number>>, digits: number) =>
        DAEMONS.map((daemon) => values[daemon]?.toFixed(digits)).join(' / ');
      row([work, wallSeconds.toFixed(1), ofDaemons(cpuSeconds, 1), ofDaemons(peakMiB, 0)]);
    }
  },
  async latency(directory) {
    for await (const { title, alone, beside } of readLatency(directory))
      row([title, text(alone), text(beside)]);
  },
};

const wanted = process.argv.slice(2);
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `noctule-bench-${name}-`)));
  try {
    await measure(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function text({ medianMs, p99Ms }: Latency): string {
  return `${medianMs.toFixed(2)} / ${p99Ms.toFixed(2)}`;
}

function row(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
