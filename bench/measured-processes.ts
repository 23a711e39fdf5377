import { setTimeout as delay } from 'node:timers/promises';
import type { Measure } from './measure.ts';
import { bytesRead, cpuSeconds, peakResidentMiB, resetPeakResident } from './process-usage.ts';

/** Time that a daemon may still use for a job after its end was reported. */
const SETTLE_MS = 300;

export interface DaemonMeasure<Name extends string> extends Measure {
  readonly cpuSeconds: Readonly<Record<Name, number>>;
  readonly peakMiB: Readonly<Record<Name, number>>;
  readonly readBytes: number;
}

/**
 * Measures daemons while `work` runs. Its wall time counts, the short while after it counts only for their CPU.
 * @param reader Name of the process that reads the volumes.
 */
export async function measureProcesses<Name extends string>(
  pids: Readonly<Record<Name, number>>,
  reader: NoInfer<Name>,
  work: () => Promise<void>,
): Promise<DaemonMeasure<Name>> {
  const names = Object.keys(pids) as Name[];
  const ofEach = (value: (pid: number, name: Name) => number) =>
    Object.fromEntries(names.map((name) => [name, value(pids[name], name)])) as Record<Name, number>;
  for (const name of names) resetPeakResident(pids[name]);
  const [cpuBefore, readBefore] = [ofEach(cpuSeconds), bytesRead(pids[reader])];
  const startedAt = performance.now();
  await work();
  const wallSeconds = (performance.now() - startedAt) / 1000;
  await delay(SETTLE_MS);
  return {
    wallSeconds,
    cpuSeconds: ofEach((pid, name) => cpuSeconds(pid) - cpuBefore[name]),
    peakMiB: ofEach(peakResidentMiB),
    readBytes: bytesRead(pids[reader]) - readBefore,
  };
}
