import type { DirectoryEntry } from '../../catalog/rows.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import type {
  BrowseAnswer,
  BrowseDirectory,
  BrowseEntry,
  BrowseRequest,
  BrowseSearch,
  BrowseVersion,
} from '../../proto/noctule/director/v1/director.ts';
import { printablePath } from '../../text/printable.ts';
import { endedWell } from '../reports/termination.ts';
import { sentencesOf } from './command-error.ts';
import type { CommandContext } from './command.ts';
import type { RestoreTree, TreeEntry } from './restore-tree.ts';

const ENTRIES_MAX = 1000;
const VERSIONS_MAX = 100;
/** Directories with a single directory in them that are passed over at the beginning. */
const DEPTH_MAX = 50;

type Answer = NonNullable<BrowseAnswer['answer']>;

/** Answers what a console asks while it shows a tree on its whole screen. */
export class TreeQuestions {
  readonly #catalog: CommandContext['services']['catalog'];
  readonly #tree: RestoreTree;
  readonly #clientName: string;
  #search = new AbortController();

  constructor({ services }: CommandContext, tree: RestoreTree, clientName: string) {
    this.#catalog = services.catalog;
    this.#tree = tree;
    this.#clientName = clientName;
  }

  /** The first directory, from the root, in which there is something to choose. */
  async beginning(): Promise<Buffer> {
    let directory: Buffer = Buffer.from('/');
    for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
      const [only, second] = await taken(this.#tree.entries(directory), 2);
      if (second || !only?.isDirectory) break;
      directory = only.path;
    }
    return directory;
  }

  /** What goes wrong is an answer, too. */
  async answer({ question }: BrowseRequest): Promise<Answer> {
    try {
      switch (question?.$case) {
        case 'directory':
          return await this.#list(question.value);
        case 'versions':
          return await this.#versions(question.value.path);
        case 'search':
          return { $case: 'found', value: { path: (await this.#find(question.value)) ?? Buffer.alloc(0) } };
        case 'mark':
          this.#tree.marks.set(question.value.path, question.value.marked);
          return { $case: 'done', value: {} };
        case 'marked':
          return { $case: 'totals', value: await this.#tree.measure(this.#tree.marks.rules()) };
        default:
          return { $case: 'problem', value: 'The Director does not know this question: it is older.' };
      }
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return { $case: 'problem', value: sentencesOf(error) };
    }
  }

  async #list({ path, after, limit }: BrowseDirectory): Promise<Answer> {
    const count = Math.min(Math.max(limit, 1), ENTRIES_MAX);
    const found = await taken(this.#tree.entries(path, after.length > 0 ? after : undefined), count + 1);
    return {
      $case: 'listing',
      value: {
        entries: found.slice(0, count).map((entry) => this.#shown(entry)),
        complete: found.length <= count,
      },
    };
  }

  #shown(entry: TreeEntry): BrowseEntry {
    const { name, isDirectory, size, mtime, mode, uid, gid, path } = entry;
    const { marks } = this.#tree;
    return {
      name,
      isDirectory,
      sizeBytes: size,
      mtimeSeconds: Math.floor(mtime.getTime() / 1000),
      mode,
      uid,
      gid,
      marked: marks.isMarked(path),
      markedBelow: isDirectory && marks.mayHaveMarkedBelow(path),
    };
  }

  async #versions(path: Buffer): Promise<Answer> {
    const found = await this.#catalog.jobsWithFile({ clientName: this.#clientName, path });
    const versions = found
      .filter(({ jobStatus }) => endedWell(jobStatus))
      .slice(0, VERSIONS_MAX)
      .map(({ jobId, level, startTime, size, mtime, deleted }): BrowseVersion => ({
        jobId,
        level,
        startedSeconds: Math.floor((startTime?.getTime() ?? 0) / 1000),
        sizeBytes: size,
        mtimeSeconds: Math.floor(mtime.getTime() / 1000),
        deleted,
      }));
    return { $case: 'versions', value: { versions } };
  }

  async #find({ directory, after, text }: BrowseSearch): Promise<Buffer | undefined> {
    this.#search.abort();
    this.#search = new AbortController();
    const { signal } = this.#search;
    const wanted = text.toLowerCase();
    if (wanted === '') return undefined;
    const fits = ({ name }: DirectoryEntry) => printablePath(name).toLowerCase().includes(wanted);
    const places = [
      this.#tree.entries(directory, after),
      this.#tree.entries(directory),
      this.#tree.below(directory),
    ];
    for (const place of places) {
      for await (const entry of place) {
        if (signal.aborted) return undefined;
        if (fits(entry)) return entry.path;
      }
    }
    return undefined;
  }
}

async function taken<T>(values: AsyncIterable<T>, count: number): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) {
    found.push(value);
    if (found.length === count) break;
  }
  return found;
}
