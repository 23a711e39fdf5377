import { appendFile, readFile, rename, stat, unlink } from 'node:fs/promises';
import { isErrno } from '../../errors/operator-error.ts';
import type { ConsoleMessages } from '../services.ts';
import { TurnLock } from '../turn-lock.ts';

/** Above this the store takes no more until it is shown: nobody reads so much, and the catalog's Log has it all. */
const STORE_BYTES_MAX = 16 * 1024 * 1024;
const OVERFLOW_NOTE =
  'Further messages were not kept for the console; "list joblog" shows those of each job.\n';

/**
 * Messages for the console, kept in a file of the working directory until a console shows them.
 *
 * Invariants
 *  (1) Calls are carried out one after the other, so a message is either shown or still kept.
 *  (2) What is being shown lies under a second name until it is read whole: a crash in between shows it again.
 */
export class ConsoleStore implements ConsoleMessages {
  readonly #file: string;
  #bytes: number;
  #overflowed = false;
  readonly #lock = new TurnLock();

  private constructor(file: string, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  static async open(file: string): Promise<ConsoleStore> {
    const sizes = await Promise.all([file, shownName(file)].map(sizeOf));
    return new ConsoleStore(
      file,
      sizes.reduce((sum, bytes) => sum + bytes, 0),
    );
  }

  get pending(): boolean {
    return this.#bytes > 0;
  }

  add(text: string): Promise<void> {
    return this.#lock.run(async () => {
      if (this.#overflowed) return;
      this.#overflowed = this.#bytes + text.length > STORE_BYTES_MAX;
      const kept = this.#overflowed ? OVERFLOW_NOTE : text;
      await appendFile(this.#file, kept, { mode: 0o600 });
      this.#bytes += Buffer.byteLength(kept);
    });
  }

  take(): Promise<string> {
    return this.#lock.run(async () => {
      const shown = shownName(this.#file);
      // What a Director that died left half shown comes first, by itself.
      if ((await sizeOf(shown)) === 0 && !(await renameIfThere(this.#file, shown))) return '';
      const text = await readFile(shown, 'utf8');
      await unlink(shown);
      this.#bytes = await sizeOf(this.#file);
      this.#overflowed = false;
      return text;
    });
  }
}

function shownName(file: string): string {
  return `${file}.shown`;
}

async function sizeOf(file: string): Promise<number> {
  return (await orUndefined(stat(file)))?.size ?? 0;
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  return (await orUndefined(rename(from, to).then(() => true))) ?? false;
}

async function orUndefined<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
