import { listingLine } from '../../text/listing-line.ts';
import { printablePath } from '../../text/printable.ts';
import type { ListedFile } from '../daemons/client-estimate.ts';
import type { CommandContext } from './command.ts';

/** Lines printed together. */
const LISTING_CHUNK = 1000;

/** Prints what a client has on its disks, as `ls -l` does, in the order it comes and many lines at a time. */
export class ClientListing {
  readonly #context: CommandContext;
  #left: number;
  #lines: string[] = [];
  #printed: Promise<void> = Promise.resolve();

  /** @param filesMax What comes after so many is not printed. */
  constructor(context: CommandContext, filesMax = Infinity) {
    this.#context = context;
    this.#left = filesMax;
  }

  readonly add = (file: ListedFile): void => {
    if (this.#left-- <= 0) return;
    this.#lines.push(`${listingLine(file, printablePath(file.path))}\n`);
    if (this.#lines.length >= LISTING_CHUNK) this.#flush();
  };

  /** Prints what has come so far. */
  async end(): Promise<void> {
    this.#flush();
    await this.#printed;
  }

  #flush(): void {
    const text = this.#lines.join('');
    this.#lines = [];
    this.#printed = this.#printed.then(() => this.#context.print(text));
  }
}
