import { readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The lines typed, kept from session to session. Losing them hurts nobody, so that no error comes from here. */
export class HistoryFile {
  readonly #file: string;
  readonly linesMax: number;

  constructor(file: string | undefined, linesMax: number) {
    this.#file = file ?? join(homedir(), '.nconsole_history');
    this.linesMax = linesMax;
  }

  /** The newest first. */
  async load(): Promise<string[]> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .slice(-this.linesMax)
      .reverse();
  }

  /** @param lines the newest first. Others cannot read the file: commands may hold names of files. */
  async save(lines: readonly string[]): Promise<void> {
    const text = lines.slice(0, this.linesMax).reverse().join('\n');
    const temporary = `${this.#file}.${process.pid}`;
    try {
      await writeFile(temporary, text + '\n', { mode: 0o600 });
      await rename(temporary, this.#file);
    } catch {
      // A home that cannot be written to is no reason to complain at every exit.
    }
  }
}
