import { closeSync, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Pager } from './pager.ts';

/**
 * Where the console's output goes: the terminal (or pipe), a file in its stead (`@output`), or both (`@tee`, and
 * `@tall` for what is typed as well).
 */
export class Output {
  readonly #screen: Writable;
  #pager: Pager | undefined;
  #file: { readonly fd: number; readonly mode: FileMode } | undefined;

  constructor(screen: Writable) {
    this.#screen = screen;
  }

  /** What goes to the screen stops there at each page; undefined = no more. */
  pageWith(pager: Pager | undefined): void {
    this.#pager?.[Symbol.dispose]();
    this.#pager = pager;
  }

  /** What was printed has been read. */
  startPage(): void {
    this.#pager?.startPage();
  }

  /** Prints what the Director says, and lines that are echoed. */
  async print(text: string): Promise<void> {
    if (this.#file) writeSync(this.#file.fd, text);
    if (this.#file?.mode !== 'instead') await this.#toScreen(text);
  }

  /** Notes what a person has typed: the screen shows it already. */
  note(text: string): void {
    if (this.#file?.mode === 'with input') writeSync(this.#file.fd, text);
  }

  /** Prints on the screen, whatever goes to a file. */
  async tell(text: string): Promise<void> {
    await this.#toScreen(text);
  }

  /**
   * Adds to a file from now on; without a name, back to the screen alone.
   * @throws Error of the system when the file cannot be opened; the output stays as it was.
   */
  redirect(file: string | undefined, mode: FileMode): void {
    const opened = file === undefined ? undefined : { fd: openSync(file, 'a', 0o600), mode };
    if (this.#file) closeSync(this.#file.fd);
    this.#file = opened;
  }

  close(): void {
    this.pageWith(undefined);
    this.redirect(undefined, 'instead');
  }

  /** Resolves when the screen has taken the text. One that is gone takes everything. */
  async #toScreen(text: string): Promise<void> {
    if (text === '' || this.#screen.destroyed) return;
    if (this.#pager) return this.#pager.print(text);
    await new Promise<void>((resolve) => {
      this.#screen.write(text, () => resolve());
    });
  }
}

/** Of a file: it gets the output instead of the screen, as well, or with the lines that a person types. */
export type FileMode = 'instead' | 'as well' | 'with input';
