import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { directoryBytes } from '../directory-bytes.ts';
import { WORKS, type Measure, type Work } from '../measure.ts';
import { measureCommand } from './measured-command.ts';
import type { Program, Turn } from './program.ts';
import { runProgram } from './run-program.ts';

/** Bash scripts. They find DATA, REPOSITORY (a new directory), TARGET (of a restore, the directory they start in) and FILE. */
export interface Scripts {
  readonly name: string;
  readonly needs: NonNullable<Program['needs']>;
  readonly versionFlag: string;
  readonly prepare?: string;
  readonly full: string;
  /** Without it the program is only given Fulls and restores. */
  readonly incremental?: string;
  readonly restoreAll: string;
  readonly restoreOne: string;
}

/** A program that runs once for each piece of work. */
export function commandLine(scripts: Scripts): Program {
  const works = WORKS.filter((work) => scripts.incremental !== undefined || !work.startsWith('Incremental'));
  return {
    name: scripts.name,
    works: works satisfies Work[],
    needs: scripts.needs,
    version: async () => {
      const { output } = await runProgram(scripts.needs.command, [scripts.versionFlag]);
      return output.split('\n')[0]!;
    },
    open: (data, directory) => CommandTurn.open(scripts, data, directory),
  };
}

class CommandTurn implements Turn {
  readonly #scripts: Scripts;
  readonly #variables: Readonly<Record<string, string>> & { readonly REPOSITORY: string };

  private constructor(scripts: Scripts, data: string, directory: string) {
    this.#scripts = scripts;
    const own = (name: string) => join(directory, name);
    this.#variables = {
      DATA: data,
      REPOSITORY: own('repository'),
      RESTIC_PASSWORD: 'bench',
      RESTIC_REPOSITORY: own('repository'),
      RESTIC_CACHE_DIR: own('cache'),
      BORG_REPO: own('repository'),
      BORG_BASE_DIR: own('cache'),
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
    };
    for (const name of ['repository', 'cache']) mkdirSync(own(name), { recursive: true });
  }

  static async open(scripts: Scripts, data: string, directory: string): Promise<CommandTurn> {
    const turn = new CommandTurn(scripts, data, directory);
    if (scripts.prepare !== undefined) await turn.#run(scripts.prepare);
    return turn;
  }

  async backup(level: 'Full' | 'Incremental'): Promise<Measure> {
    const before = directoryBytes(this.#variables.REPOSITORY);
    const { full, incremental = full } = this.#scripts;
    const measure = await this.#run(level === 'Full' ? full : incremental);
    return { ...measure, volumeBytes: directoryBytes(this.#variables.REPOSITORY) - before };
  }

  restore(target: string, file?: string): Promise<Measure> {
    mkdirSync(target, { recursive: true });
    const { restoreAll, restoreOne } = this.#scripts;
    const script = file === undefined ? restoreAll : restoreOne;
    return this.#run(`cd "$TARGET" && ${script}`, { TARGET: target, FILE: file ?? '' });
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #run(script: string, more: Readonly<Record<string, string>> = {}): Promise<Measure> {
    return measureCommand(this.#scripts.name, script, { ...this.#variables, ...more });
  }
}
