import { readFile } from 'node:fs/promises';
import type { FileVersion } from '../../catalog/rows.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { parsePrintablePath } from '../../text/printable.ts';
import type { RestoreSelection, SelectionRule } from '../services.ts';
import { resourceOnLine } from './choose-resource.ts';
import { CommandError, sentencesOf } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { endedWell } from '../reports/termination.ts';
import { chainOf } from './restore-source.ts';

/** Named files, the jobs they come from, and the FileSet of the first. */
export interface NamedFiles {
  readonly selection: RestoreSelection;
  readonly fileSetName: string;
}

/** Collects the newest backups of files that are named one by one. */
export class NamedFilesFinder {
  readonly #context: CommandContext;
  readonly #clientName: string;
  readonly #before: Date | undefined;
  readonly #jobIds = new Set<number>();
  readonly #rules: SelectionRule[] = [];
  #fileSetName: string | undefined;

  constructor(
    context: CommandContext,
    { clientName, before }: { clientName: string; before: Date | undefined },
  ) {
    this.#context = context;
    this.#clientName = clientName;
    this.#before = before;
  }

  /**
   * Adds a file, or a directory with all below it; a directory is found with or without a slash at its end.
   * @throws CommandError when no backup has it.
   */
  async add(text: string): Promise<void> {
    const path = parsePrintablePath(text);
    if (path[0] !== SLASH) throw new CommandError(`"${text}" is no absolute path`, 'Begin it with a slash.');
    const found = await this.#newest(path);
    if (!found) {
      throw new CommandError(
        `no backup of Client ${this.#clientName} has ${text}${this.#before ? ' from before that time' : ''}`,
        'Look for it with restore and "find".',
      );
    }
    await this.#take(found);
  }

  /** @throws CommandError when nothing was added. */
  result(): NamedFiles {
    if (this.#fileSetName === undefined)
      throw new CommandError('no file is named', 'Name one with its whole path.');
    return { selection: { jobIds: [...this.#jobIds], rules: this.#rules }, fileSetName: this.#fileSetName };
  }

  async #newest(path: Buffer): Promise<FileVersion | undefined> {
    const versions = await this.#context.services.catalog.jobsWithFile({
      clientName: this.#clientName,
      path,
    });
    const usable = versions
      .filter(({ jobStatus, deleted }) => endedWell(jobStatus) && !deleted)
      .filter((version) => isDirectory(version.path) || !isDirectory(path))
      .filter(({ startTime }) => !this.#before || (startTime && startTime <= this.#before));
    const pool = resourceOnLine(this.#context, 'Pool', 'pool');
    if (!pool) return usable[0];
    for (const version of usable) {
      const job = await this.#context.services.catalog.jobById(version.jobId);
      if (job?.poolName === pool.name) return version;
    }
    return undefined;
  }

  async #take({ jobId, path }: FileVersion): Promise<void> {
    const job = await this.#context.services.catalog.jobById(jobId);
    if (!job) throw new CommandError(`JobId ${jobId} has just been deleted`, 'Try again.');
    this.#fileSetName ??= job.fileSetName;
    this.#rules.push({ path, recursive: isDirectory(path), marked: true });
    if (!isDirectory(path)) {
      this.#jobIds.add(jobId);
      return;
    }
    // What lies below may be older than the directory's own entry.
    const chain = await chainOf(this.#context, {
      clientName: this.#clientName,
      fileSetName: job.fileSetName,
      before: this.#before,
    });
    for (const one of chain) this.#jobIds.add(one.jobId);
  }
}

/** Paths of a line of input: itself, or for `<list` the lines of that file on the Director's machine. */
export async function pathsOf(text: string): Promise<string[]> {
  if (!text.startsWith('<')) return [text];
  try {
    const list = await readFile(text.slice(1).trim(), 'utf8');
    return list.split(/\r?\n/).filter((line) => line !== '');
  } catch (error) {
    throw new CommandError(
      `cannot read the list ${text.slice(1)}: ${messageOf(error)}`,
      'It lies on the Director.',
      {
        cause: error,
      },
    );
  }
}

/** Asks for paths until a blank line; what is not in any backup is told and left out. */
export async function askForPaths(
  context: CommandContext,
  question: string,
  add: (path: string) => Promise<void>,
): Promise<void> {
  for (;;) {
    const answer = await context.ask(question);
    if (answer === '') return;
    try {
      for (const path of await pathsOf(answer)) await add(path);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      await context.say(sentencesOf(error));
    }
  }
}

const SLASH = 0x2f;

function isDirectory(path: Buffer): boolean {
  return path.at(-1) === SLASH;
}
