import { formatStatusTime } from '../../text/civil-time.ts';
import { statusBytes, withCommas } from '../../text/numbers.ts';
import { hasLevel, shortLevel, shortStatus, typeWord } from './job-words.ts';

/** A job that has ended, as the Director or another daemon tells it. */
export interface TerminatedJob {
  readonly jobId: number;
  /** Of the Job resource. */
  readonly name: string;
  readonly type: string;
  readonly level: string;
  readonly files: number;
  readonly bytes: number;
  readonly status: string;
  readonly endTime: Date;
}

/** What both kinds of daemon tell about a job that has ended. Their levels are letters or, of restores, words. */
export interface EndedAtDaemon {
  readonly jobId: number;
  readonly job: string;
  readonly level: string;
  readonly files: number;
  readonly bytes: number;
  readonly status: string;
  readonly endedAtMs: number;
}

interface Layout {
  /** What stands in the column Level. */
  readonly level: (job: TerminatedJob) => string;
  readonly head: string;
  readonly line: string;
  readonly filesWidth: number;
  readonly bytesWidth: number;
}

/** The Director's table and the daemons' differ by a blank here and there, and scripts cut them by column. */
const DIRECTOR: Layout = {
  level: ({ type, level }) => (hasLevel(type) ? shortLevel(type, level) : typeWord(type)),
  head: ' JobId  Level      Files    Bytes   Status   Finished        Name ',
  line: '='.repeat(68),
  filesWidth: 10,
  bytesWidth: 11,
};
const DAEMON: Layout = {
  level: ({ type, level }) => shortLevel(type, level),
  head: ' JobId  Level    Files      Bytes   Status   Finished        Name ',
  line: '='.repeat(67),
  filesWidth: 9,
  bytesWidth: 11,
};

/** The lines of a "Terminated Jobs" table, its head included. */
export function terminatedTable(jobs: readonly TerminatedJob[], of: 'director' | 'daemon'): string[] {
  const { head, line, filesWidth, bytesWidth, level } = of === 'director' ? DIRECTOR : DAEMON;
  return [
    head,
    line,
    ...jobs.map((job) =>
      [
        `${String(job.jobId).padStart(6)}  ${level(job).padEnd(7)}`,
        withCommas(job.files).padStart(filesWidth - 1),
        statusBytes(job.bytes).padStart(bytesWidth),
        `  ${shortStatus(job.status).padEnd(8)} ${formatStatusTime(job.endTime)} ${job.name}`,
      ].join(''),
    ),
  ];
}

/** The name of the Job resource in a unique name: "Gzip.2026-11-21_03.39.53_06" -> "Gzip". */
export function jobNameOf(uniqueName: string): string {
  return uniqueName.replace(/\.\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d_\d+$/, '');
}
