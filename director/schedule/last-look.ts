import { open, readFile, rename } from 'node:fs/promises';
import { isErrno } from '../../errors/operator-error.ts';

/**
 * Until when the schedules have been followed: a small file, so that the next start of the Director can tell
 * which runs were missed. It need not survive a power cut to the minute, so it is not synced.
 */
export class LastLook {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Undefined at the first start, or when the file holds something else. */
  async read(): Promise<Date | undefined> {
    try {
      const ms = Date.parse((await readFile(this.#file, 'utf8')).trim());
      return Number.isNaN(ms) ? undefined : new Date(ms);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async write(at: Date): Promise<void> {
    const next = `${this.#file}.new`;
    await using file = await open(next, 'w', 0o640);
    await file.writeFile(`${at.toISOString()}\n`);
    await rename(next, this.#file);
  }
}
