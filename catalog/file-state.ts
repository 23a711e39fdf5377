import { randomInt } from 'node:crypto';
import { CatalogError } from './catalog-error.ts';
import { chainOf, type Chain } from './chain.ts';
import type { Connection } from './connection.ts';
import { directoryTreeOf, findChildId, TOP_ID } from './directory-paths.ts';
import { directoryWindows, type CurrentEntry, type DirectoryWindow } from './directory-state.ts';
import { JobFiles, type SavedFile } from './file-runs.ts';
import { RecordEncoder } from './record-encoder.ts';

/**
 * All files as a chain of jobs leaves them, record by record, for an accurate backup that compares them with what is on
 * disk. They come in the order of a walk: names bytewise, a directory behind all that is in it. A state that is open is
 * a place in the tree and a window of names for each directory on the way there; it is lost with its thread.
 */

/** Names of a directory held at once. */
const WINDOW_NAMES = 20_000;

export interface FileStatePage {
  /** An encoded FileRecordBatch. */
  readonly batch: Uint8Array<ArrayBuffer>;
  readonly isLast: boolean;
}

const openStates = new WeakMap<Connection, Map<number, Generator<SavedFile, void>>>();

/** Gives the number of the state. */
export function openFileState(db: Connection, jobIds: readonly number[]): number {
  let states = openStates.get(db);
  if (states === undefined) openStates.set(db, (states = new Map<number, Generator<SavedFile, void>>()));
  // Not counted up: a state of a thread that was lost must not be taken for one of its successor's.
  const stateId = randomInt(2 ** 47);
  states.set(stateId, new StateWalk(db, chainOf(db, jobIds)).files());
  return stateId;
}

/** The next records, at most `limit`. @throws CatalogError CAT_PLAN_GONE */
export function fileStatePage(
  db: Connection,
  { stateId, limit }: { readonly stateId: number; readonly limit: number },
): FileStatePage {
  const state = openStates.get(db)?.get(stateId);
  if (state === undefined) {
    throw new CatalogError('CAT_PLAN_GONE', 'The list of files of the last backups is not open (any more)', {
      hint: 'Run the job again.',
    });
  }
  const tree = directoryTreeOf(db);
  const records = new RecordEncoder();
  while (records.count < limit) {
    const next = state.next();
    if (next.done === true) return { batch: records.finish(), isLast: true };
    const { pathId, entry, fileIndex } = next.value;
    records.add(tree.node(pathId).path, entry, fileIndex);
  }
  return { batch: records.finish(), isLast: false };
}

/** Closing a state that is not there (any more) is no error. */
export function closeFileState(db: Connection, stateId: number): void {
  openStates.get(db)?.delete(stateId);
}

/** A directory on the way to the place reached. */
interface Frame {
  readonly pathId: number;
  readonly windows: Iterator<DirectoryWindow, void>;
  /** Below this rank all in it is void: something else stood in its place after that. */
  readonly voidBelow: number;
  entries: readonly CurrentEntry[];
  replaced: ReadonlyMap<string, number>;
  next: number;
  /** The directory entry whose contents are being gone through. */
  pending: CurrentEntry | undefined;
}

class StateWalk {
  readonly #db: Connection;
  readonly #chain: Chain;
  readonly #jobs: readonly JobFiles[];
  readonly #stack: Frame[] = [];

  constructor(db: Connection, chain: Chain) {
    this.#db = db;
    this.#chain = chain;
    this.#jobs = chain.jobIds.map((jobId) => new JobFiles(db, jobId));
  }

  /** Each is good until the next is asked for. */
  *files(): Generator<SavedFile, void> {
    this.#enter(TOP_ID, 0);
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      const entry = frame.pending ?? this.#nextEntry(frame);
      if (entry === undefined) {
        this.#stack.pop();
      } else if (entry.isDirectory && frame.pending === undefined) {
        frame.pending = entry;
        this.#enterChild(frame, entry);
      } else {
        frame.pending = undefined;
        if (entry.jobRank >= 0) yield this.#fileOf(entry);
      }
    }
  }

  #nextEntry(frame: Frame): CurrentEntry | undefined {
    while (frame.next === frame.entries.length) {
      const window = frame.windows.next();
      if (window.done === true) return undefined;
      frame.entries = window.value.entries;
      frame.replaced = window.value.replaced;
      frame.next = 0;
    }
    return frame.entries[frame.next++];
  }

  #enterChild({ pathId, voidBelow, replaced }: Frame, { base }: CurrentEntry): void {
    const childId = findChildId(this.#db, pathId, Buffer.from(`${base}/`, 'latin1'));
    if (childId !== undefined) this.#enter(childId, Math.max(voidBelow, replaced.get(base) ?? 0));
  }

  #enter(pathId: number, voidBelow: number): void {
    const windows = directoryWindows(this.#db, this.#chain, pathId, { names: WINDOW_NAMES, voidBelow });
    this.#stack.push({
      pathId,
      windows,
      voidBelow,
      entries: [],
      replaced: new Map(),
      next: 0,
      pending: undefined,
    });
  }

  #fileOf({ jobRank, fileIndex }: CurrentEntry): SavedFile {
    const file = this.#jobs[jobRank]?.at(fileIndex);
    if (file === undefined) {
      throw new CatalogError(
        'CAT_PLAN_GONE',
        'Files of the last backups have left the catalog during the job',
        {
          hint: 'Run the job again.',
        },
      );
    }
    return file;
  }
}
