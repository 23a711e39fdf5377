import type { JobStanding } from '../../catalog/inputs.ts';

/** What the catalog keeps of a job that has ended. */
export interface JobTotals {
  readonly jobFiles: number;
  /** Bytes as sent by the client. */
  readonly jobBytes: number;
  /** Bytes of content as read by the client. */
  readonly readBytes: number;
  readonly jobErrors: number;
}

/** One type of job: its steps, and what they gave. The numbers are true at any moment, also after a failure. */
export interface JobKind {
  /** Carries the job out. @throws when it cannot be brought to its end; the reason of its signal when cancelled. */
  run(): Promise<void>;
  /** The final letter of a run that came to its end: T, W, or e. */
  verdict(): string;
  totals(): JobTotals;
  /** Of a job put together from others, once it has ended well: what it counts as in the catalog. */
  readonly asOf?: JobStanding | undefined;
  /** What remains to be done when its end is in the catalog. What it throws is an error of the job, which has ended well. */
  afterEnd?(): Promise<void>;
  /**
   * Asked when the run has failed or was stopped: keeps what was saved, and resolves with whether the job may go on later
   * from there. Absent: it never may.
   */
  keepSaved?(failure: unknown): Promise<boolean>;
  /** The report, once the final letter is known. */
  report(status: string, endTime: Date): string;
}
