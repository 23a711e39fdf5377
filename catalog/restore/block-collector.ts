import type { ReadRange } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { appendRange, locateBlocks, type BlockRange } from '../block-runs.ts';
import type { Connection } from '../connection.ts';
import type { PlanCursor } from '../inputs.ts';
import type { EntryReader } from '../packed-entries.ts';

interface PlannedJob {
  readonly jobRank: number;
  readonly jobId: number;
  readonly volSessionId: number;
  readonly volSessionTime: number;
}

/** Collects the blocks of files that come in the order of a plan: each block once, over all pages of it. */
export class BlockCollector {
  readonly #db: Connection;
  readonly #ofJobs: { readonly job: PlannedJob; readonly ranges: BlockRange[] }[] = [];
  #jobRank: number | undefined;
  #nextBlock: number;
  /** Files that lie behind each other in the stream, not yet looked up. */
  #stretch: { readonly start: number; end: number } | undefined;

  /** @param after where the page before ended. */
  constructor(db: Connection, after: PlanCursor | undefined) {
    this.#db = db;
    this.#jobRank = after?.jobRank;
    this.#nextBlock = after?.nextBlock ?? 0;
  }

  /** Blocks of the job that came last, below this one, are given. Final after `finish`. */
  get nextBlock(): number {
    return this.#nextBlock;
  }

  add(
    job: PlannedJob,
    { streamOffset, streamEnd: end }: Pick<EntryReader, 'streamEnd' | 'streamOffset'>,
  ): void {
    const isSameJob = this.#ofJobs.at(-1)?.job.jobRank === job.jobRank;
    if (isSameJob && this.#stretch?.end === streamOffset) {
      this.#stretch.end = end;
      return;
    }
    this.#lookUp();
    if (!isSameJob) this.#ofJobs.push({ job, ranges: [] });
    if (this.#jobRank !== job.jobRank) this.#nextBlock = 0;
    this.#jobRank = job.jobRank;
    this.#stretch = { start: streamOffset, end };
  }

  finish(): ReadRange[] {
    this.#lookUp();
    return this.#ofJobs.flatMap(({ job: { volSessionId, volSessionTime }, ranges }) =>
      ranges.map((range) => ({ volSessionId, volSessionTime, ...range })),
    );
  }

  #lookUp(): void {
    const last = this.#ofJobs.at(-1);
    if (this.#stretch === undefined || last === undefined) return;
    const stretch = { ...this.#stretch, fromBlock: this.#nextBlock };
    this.#stretch = undefined;
    for (const range of locateBlocks(this.#db, last.job.jobId, stretch)) {
      this.#nextBlock = range.firstBlock + range.blockCount;
      appendRange(last.ranges, range);
    }
  }
}
