import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compareTrees } from '../tools/compare-trees.ts';
import { ChangedFiles } from './data-sets/changed-files.ts';
import type { DataSetKind } from './data-sets/data-sets.ts';
import type { Measure, Work } from './measure.ts';
import type { Program, Turn } from './programs/program.ts';
import { runProgram } from './programs/run-program.ts';
import { putAway } from './put-away.ts';

/** What one program did with one data set in one round. */
export interface TurnResult {
  readonly set: DataSetKind;
  readonly round: number;
  readonly program: string;
  readonly measures: Partial<Record<Work, Measure>>;
  /** How many entries of a restored tree differ from the source, by what differs. */
  readonly differences: Partial<Record<Work, Readonly<Record<string, number>>>>;
  readonly failures: { readonly work: string; readonly message: string }[];
  catalogBytesPerFile?: number;
}

export interface TurnOptions {
  readonly set: DataSetKind;
  /** Counts from 1. */
  readonly round: number;
  readonly data: string;
  /** The files of the data set that can be named in a console. */
  readonly files: readonly string[];
  /** New; is there no more when the turn is over. */
  readonly directory: string;
  /** Takes what is not needed any more. */
  readonly attic: string;
  readonly onMeasure: (work: Work, measure: Measure) => void;
  readonly signal: AbortSignal;
}

/** Whole seconds in catalogs: a file changed in the second in which a Full starts would be saved again. */
const LATER_SECOND_MS = 1_100;

/** Gives a program all its works. What fails is in the result with its message; after a failed Full nothing more can be asked of it. */
export async function measureTurn(program: Program, options: TurnOptions): Promise<TurnResult> {
  const { set, round, data, directory, files, attic } = options;
  const result: TurnResult = {
    set,
    round,
    program: program.name,
    measures: {},
    differences: {},
    failures: [],
  };
  await using stack = new AsyncDisposableStack();
  stack.defer(() => putAway(directory, attic));
  await attempt('start', async () => {
    await using turn = await program.open(data, join(directory, 'own'));
    for (const work of program.works) {
      options.signal.throwIfAborted();
      if (work === 'Incremental, 1 % changed') stack.use(new ChangedFiles(data, files, round));
      const measure = await attempt(work, () => doWork(turn, work));
      if (measure !== undefined) options.onMeasure(work, (result.measures[work] = measure));
      else if (work === 'Full') return;
    }
    await attempt('catalog', async () => (result.catalogBytesPerFile = await turn.catalogBytesPerFile?.()));
  });
  return result;

  async function attempt<T>(work: string, act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      result.failures.push({ work, message: (error as Error).message });
      return undefined;
    }
  }

  async function doWork(turn: Turn, work: Work): Promise<Measure> {
    if (work === 'Full') {
      await delay(LATER_SECOND_MS);
      await readAll(data);
    }
    await runProgram('sync', []);
    switch (work) {
      case 'Full':
        return turn.backup('Full');
      case 'Incremental, no change':
      case 'Incremental, 1 % changed':
        return turn.backup('Incremental');
      case 'restore all':
        return restored(turn, work);
      case 'restore one file':
        return restored(turn, work, files[files.length >> 1]);
    }
  }

  async function restored(turn: Turn, work: Work, file?: string): Promise<Measure> {
    const target = join(directory, 'restored');
    try {
      const measure = await turn.restore(target, file);
      const from = file ?? data;
      const comparison = compareTrees(from, join(target, from), { differencesMax: Infinity });
      const kinds: Record<string, number> = {};
      for (const { what } of comparison.differences) kinds[what] = (kinds[what] ?? 0) + 1;
      result.differences[work] = kinds;
      return measure;
    } finally {
      await putAway(target, attic);
    }
  }
}

/** So that each program finds the data in memory: some drop what they have read. */
async function readAll(directory: string): Promise<void> {
  await runProgram('sh', ['-c', 'find "$1" -type f -exec cat {} + > /dev/null', 'sh', directory]);
}
