import type { WriteStream } from 'node:tty';

const ALTERNATE_ON = '\x1b[?1049h\x1b[?25l';
const ALTERNATE_OFF = '\x1b[?25h\x1b[?1049l';
const HOME_AND_CLEAR = '\x1b[H\x1b[2J';

/** A line of the screen; the text has no control sequences and is as wide as the screen. */
export interface ScreenLine {
  readonly text: string;
  readonly style: 'plain' | 'bold' | 'reverse';
}

const STYLES = { plain: '', bold: '\x1b[1m', reverse: '\x1b[7m' } as const;

/** The whole terminal, which shows again what it did before when this is disposed; also if the program ends. */
export class Screen implements Disposable {
  readonly #output: WriteStream;
  #shown: readonly string[] = [];
  #open = true;

  constructor(output: WriteStream) {
    this.#output = output;
    output.write(ALTERNATE_ON + HOME_AND_CLEAR);
    process.once('exit', this.#close);
  }

  get columns(): number {
    return this.#output.columns;
  }

  get rows(): number {
    return this.#output.rows;
  }

  /** Draws the lines that are not there yet. */
  draw(lines: readonly ScreenLine[]): void {
    if (!this.#open) return;
    const drawn = lines.map(({ text, style }) =>
      style === 'plain' ? text : `${STYLES[style]}${text}\x1b[0m`,
    );
    const changes = drawn.map((text, row) =>
      text === this.#shown[row] ? '' : `\x1b[${row + 1};1H\x1b[2K${text}`,
    );
    this.#output.write(changes.join(''));
    this.#shown = drawn;
  }

  /** The terminal has another size, or something else wrote on it. */
  clear(): void {
    if (!this.#open) return;
    this.#output.write(HOME_AND_CLEAR);
    this.#shown = [];
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#close);
    this.#close();
  }

  readonly #close = (): void => {
    if (!this.#open) return;
    this.#open = false;
    this.#output.write(ALTERNATE_OFF);
  };
}
