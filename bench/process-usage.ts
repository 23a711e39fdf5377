import { readFileSync, writeFileSync } from 'node:fs';

/** Linux accounts processor time in ticks of 10 ms (sysconf(_SC_CLK_TCK) is 100 on every port Node runs on). */
const TICKS_PER_SECOND = 100;

/** User and system seconds of a process so far, its ended children included (proc(5), stat fields 14-17). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) / TICKS_PER_SECOND;
}

export interface ThreadSeconds {
  readonly ran: number;
  /** Ready to run, while others had the processor. */
  readonly waited: number;
}

/** Of the main thread of a process so far (proc(5), schedstat). */
export function mainThreadSeconds(pid: number): ThreadSeconds {
  const [ran, waited] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ');
  return { ran: Number(ran) / 1e9, waited: Number(waited) / 1e9 };
}

/** The most memory the process has had resident, in MiB (proc(5), status VmHWM). */
export function peakResidentMiB(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}

/** Lets the peak of a process begin anew with what it has resident now (proc(5), clear_refs). */
export function resetPeakResident(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Bytes that the process has asked for with read(2) and the like, those of sockets included (proc(5), io rchar). */
export function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1]);
}
