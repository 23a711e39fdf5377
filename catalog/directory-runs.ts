import type { Connection } from './connection.ts';
import { baseText } from './entry-path.ts';
import {
  runsInDirectory,
  runsOfJobInDirectory,
  RUNS_MAX,
  type FileRun,
  type JobInDirectory,
} from './file-runs.ts';
import { EntryReader } from './packed-entries.ts';
import { RecentMap } from './recent-map.ts';

/** What collects a stretch of names. */
export interface NameWindow {
  /** The last name of the window, once there are more than it takes; may still come nearer. */
  readonly end: string | undefined;
  addSaved(version: { jobRank: number; fileIndex: number; base: string }, entry: EntryReader): void;
}

/** Where a run of a job begins: index and name of its first file. */
interface Mark {
  readonly firstIndex: number;
  readonly base: string;
}

/**
 * By JobId, PathId and the number of runs: the runs of a large directory whose names came in order, once all of them were seen. It stays
 * true: a job that has ended does not change, but for one that is resumed, which then has another number of runs.
 */
const ordersOf = new WeakMap<Connection, RecentMap<string, readonly Mark[]>>();
/** Of a directory of a million names a mark for some hundred of them is kept. */
const ORDERS_KEPT = 32;

function ordersKept(db: Connection): RecentMap<string, readonly Mark[]> {
  const known = ordersOf.get(db);
  if (known) return known;
  const made = new RecentMap<string, readonly Mark[]>(ORDERS_KEPT);
  ordersOf.set(db, made);
  return made;
}

/** How far a job has been gone through. */
interface Place {
  /** Whether its names came in order, as far as all of them were seen. */
  isInOrder: boolean;
  /** Index of the first file of the run to begin with. */
  readonly firstIndex: number;
  /** Of the window at hand: where runs begin that are not behind its end. */
  marks: Mark[];
}

/**
 * What jobs saved directly in one directory, for one window of names after the other. The first window sees all of it, unless
 * that was done before for another page. A job saves the names of a directory in order, so that each later window begins where the one before ended, and a
 * directory of millions is read twice and not once a window. A job with names out of order (an earlier version saved
 * File entries so) is read whole each time.
 */
export class DirectoryRuns {
  readonly #db: Connection;
  readonly #pathId: number;
  readonly #jobs: readonly JobInDirectory[];
  readonly #after: string | undefined;
  readonly #isSmall: boolean;
  readonly #places = new Map<number, Place>();

  /**
   * @param jobs Newest first.
   * @param after The first window begins behind this name.
   */
  constructor(db: Connection, pathId: number, jobs: readonly JobInDirectory[], after?: string) {
    this.#after = after;
    this.#db = db;
    this.#pathId = pathId;
    this.#jobs = jobs;
    this.#isSmall = jobs.reduce((total, { runs }) => total + runs, 0) <= RUNS_MAX;
  }

  /** All files whose names may lie in the window, which begins behind the one before. */
  addTo(window: NameWindow): void {
    if (this.#isSmall) {
      for (const run of runsInDirectory(this.#db, this.#jobs, this.#pathId)) addRun(window, run);
      return;
    }
    for (const job of this.#jobs) this.#addJob(window, job);
    for (const [jobRank, place] of this.#places) this.#places.set(jobRank, placeBehind(place, window.end));
  }

  #addJob(window: NameWindow, { jobRank, jobId, runs }: JobInDirectory): void {
    const orders = ordersKept(this.#db);
    const key = `${jobId}/${this.#pathId}/${runs}`;
    const known = this.#places.get(jobRank) ?? placeIn(orders.get(key), this.#after);
    const place: Place = known ?? { isInOrder: true, firstIndex: 1, marks: [] };
    this.#places.set(jobRank, place);
    const mayStop = known?.isInOrder === true;
    const seen: Mark[] = [];
    let lastBase = '';
    for (const run of runsOfJobInDirectory(this.#db, jobId, this.#pathId, mayStop ? place.firstIndex : 1)) {
      const { first, last, isInOrder } = addRun(window, { jobRank, ...run });
      place.isInOrder &&= isInOrder && lastBase <= first;
      lastBase = last;
      const mark = { firstIndex: run.firstIndex, base: first };
      if (known === undefined) seen.push(mark);
      if (window.end === undefined || first <= window.end) place.marks.push(mark);
      else if (mayStop) return;
    }
    if (known === undefined && place.isInOrder) orders.set(key, seen);
  }
}

/** The last run that begins at or before the name; it and those behind it have all names that come after. */
function placeIn(order: readonly Mark[] | undefined, after: string | undefined): Place | undefined {
  if (order === undefined) return undefined;
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (after !== undefined && order[middle]!.base <= after) low = middle + 1;
    else high = middle;
  }
  return { isInOrder: true, firstIndex: order[Math.max(0, low - 1)]?.firstIndex ?? 1, marks: [] };
}

function placeBehind({ isInOrder, firstIndex, marks }: Place, end: string | undefined): Place {
  const mark = marks.findLast(({ base }) => end !== undefined && base <= end);
  return { isInOrder, firstIndex: mark?.firstIndex ?? firstIndex, marks: [] };
}

function addRun(
  window: NameWindow,
  { jobRank, firstIndex, entries }: FileRun & { readonly jobRank: number },
): { first: string; last: string; isInOrder: boolean } {
  const entry = new EntryReader(entries);
  let first: string | undefined;
  let last = '';
  let isInOrder = true;
  for (let fileIndex = firstIndex; entry.next(); fileIndex++) {
    const base = baseText(entry.name);
    window.addSaved({ jobRank, fileIndex, base }, entry);
    isInOrder &&= last <= base;
    first ??= base;
    last = base;
  }
  return { first: first ?? '', last, isInOrder };
}
