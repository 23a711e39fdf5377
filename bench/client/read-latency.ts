import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataSet } from '../data-sets/data-sets.ts';
import { MeasuredSite } from '../measured-site.ts';

const SECONDS = 12;
const ROUNDS = 3;

export interface Latency {
  readonly reads: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

export interface LatencyRound {
  readonly title: string;
  readonly alone: Latency;
  /** While a Full with GZIP runs on the same disk. */
  readonly beside: Latency;
}

/** What another process waits for 4 KiB from the disk that a backup reads. */
export async function* readLatency(directory: string): AsyncGenerator<LatencyRound> {
  const data = join(directory, 'data');
  makeDataSet('mixed', data, 1);
  const file = join(directory, 'read-here');
  for (let part = 0; part < 1024; part++) writeFileSync(file, randomBytes(1 << 20), { flag: 'a' });
  execFileSync('sync');
  for (const [title, clientDirectives] of [
    ['Nice = 10, IO Class = idle (default)', ''],
    ['Nice = 0, IO Class = none', 'Nice = 0\n  IO Class = none'],
  ] as const) {
    await using measured = await MeasuredSite.start({
      directory: join(directory, title.slice(0, 7)),
      paths: [data],
      clientDirectives,
    });
    for (let round = 0; round < ROUNDS; round++) {
      const alone = await reader(file);
      const job = measured.job('run job=Backup level=Full yes');
      const beside = await reader(file);
      await job;
      yield { title, alone, beside };
    }
  }
}

/** Another process. */
function reader(file: string): Promise<Latency> {
  const program = join(import.meta.dirname, 'latency-reader.ts');
  const child = spawn(process.execPath, [program, file, String(SECONDS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.once('error', reject).once('close', () => {
      try {
        resolve(JSON.parse(text) as Latency);
      } catch (cause) {
        reject(new Error('the reader printed no figures', { cause }));
      }
    });
  });
}
