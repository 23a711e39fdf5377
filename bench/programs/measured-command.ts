import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Measure } from '../measure.ts';
import { peakResidentMiB } from '../process-usage.ts';

const SAMPLE_MS = 25;
/** bash's own clock of its ended children: user and system seconds. */
const TIMED = `TIMEFORMAT='@time %3U %3S'; set -o pipefail; time eval "$SCRIPT"`;

/**
 * Runs a bash script and measures it with all processes that it starts. Peaks are looked at every 25 ms, and each process adds to
 * the peak of those of its name.
 * @param name of what the CPU is counted for.
 * @throws Error with what the script printed, when it fails
 */
export async function measureCommand(
  name: string,
  script: string,
  variables: Readonly<Record<string, string>>,
): Promise<Measure> {
  const startedAt = performance.now();
  const child = spawn('bash', ['-c', TIMED], {
    env: { ...process.env, ...variables, SCRIPT: script },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const peaks = new Map<number, { program: string; mebibytes: number }>();
  const sampling = setInterval(() => samplePeaks(child.pid, peaks), SAMPLE_MS);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve(code ?? 1));
  }).finally(() => clearInterval(sampling));
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const times = /^@time ([\d.]+) ([\d.]+)$/m.exec(output);
  if (exitCode !== 0 || times === null) {
    throw new Error(`exit code ${exitCode}: ${output.replace(/^@time.*$/m, '').trim()}`);
  }
  const peakMiB: Record<string, number> = {};
  for (const { program, mebibytes } of peaks.values()) {
    if (program !== 'bash') peakMiB[program] = (peakMiB[program] ?? 0) + mebibytes;
  }
  return { wallSeconds, cpuSeconds: { [name]: Number(times[1]) + Number(times[2]) }, peakMiB };
}

/** Of a process and all below it, as they are now. */
function samplePeaks(
  pid: number | undefined,
  peaks: Map<number, { program: string; mebibytes: number }>,
): void {
  if (pid === undefined) return;
  try {
    const program = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    const mebibytes = peakResidentMiB(pid);
    if (mebibytes > 0) peaks.set(pid, { program, mebibytes });
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    for (const child of children.split(' ').filter(Boolean)) samplePeaks(Number(child), peaks);
  } catch {
    return; // it has ended meanwhile
  }
}
