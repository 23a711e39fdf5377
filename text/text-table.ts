import { formatDateTime } from './civil-time.ts';

/**
 * The two layouts of `list` and `llist`. Scripts read both: borders, column order and alignment are as Bacula
 * draws them on its SQLite catalog, where every value is left-aligned and numbers carry no commas.
 */

/** A value of a list. null prints as NULL, a Date in the local time zone, a boolean as 1 or 0. */
export type Cell = string | number | bigint | boolean | Date | null;

/** What a list without rows says. */
const NOTHING = 'No results to list.\n';

/** A longer value sticks out of its column: one long path must not pad every other line. */
const WIDTH_MAX = 100;

/**
 * Draws rows as a table:
 *
 *     +-------+------+
 *     | JobId | Name |
 *     +-------+------+
 *     | 1     | Gzip |
 *     +-------+------+
 *
 * Each line ends in a line feed. A value of several lines (a job report in `list joblog`) is printed as it
 * is, so that its own lines begin at the left margin.
 *
 * @param columns The titles, in order. Shorter rows are filled with empty values.
 */
export function renderTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const table = new GrowingTable(columns);
  return table.add(rows) + table.end();
}

/** Such a table page by page, when it may be longer than memory. The first page says how wide the columns are. */
export class GrowingTable {
  readonly #columns: readonly string[];
  readonly #widthsMin: readonly number[];
  #widths: readonly number[] | undefined;

  /** @param widthsMin Of the columns, for what later pages may bring. */
  constructor(columns: readonly string[], widthsMin: readonly number[] = []) {
    this.#columns = columns;
    this.#widthsMin = widthsMin;
  }

  /** The lines of these rows, below the head when they are the first. */
  add(rows: readonly (readonly Cell[])[]): string {
    if (rows.length === 0) return '';
    const texts = rows.map((row) => this.#columns.map((_, index) => cellText(row[index])));
    const head = this.#widths === undefined ? this.#begin(texts) : '';
    return head + texts.map((cells) => this.#line(cells)).join('');
  }

  /** The last line. */
  end(): string {
    return this.#widths === undefined ? NOTHING : this.#border();
  }

  #begin(texts: readonly string[][]): string {
    this.#widths = this.#columns.map((title, index) => {
      const widthMin = Math.max(displayWidth(title), this.#widthsMin[index] ?? 0);
      const widest = texts.reduce((width, row) => Math.max(width, widestLine(row[index] ?? '')), widthMin);
      return Math.min(WIDTH_MAX, widest);
    });
    return this.#border() + this.#line(this.#columns) + this.#border();
  }

  #border(): string {
    return `+${this.#widths!.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  }

  #line(cells: readonly string[]): string {
    return `|${cells.map((cell, index) => ` ${pad(cell, this.#widths![index] ?? 0)} `).join('|')}|\n`;
  }
}

/**
 * Draws each row as lines of "name: value", the names right-aligned, with an empty line after each row:
 *
 *          JobId: 1
 *      StartTime: 2026-11-21 03:39:56
 */
export function renderVertical(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return NOTHING;
  const width = columns.reduce((widest, title) => Math.max(widest, displayWidth(title)), 0);
  const titles = columns.map((title) => ' '.repeat(width + 1 - displayWidth(title)) + title);
  return rows
    .map((row) => titles.map((title, index) => `${title}: ${cellText(row[index])}\n`).join('') + '\n')
    .join('');
}

function cellText(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  if (cell === null) return 'NULL';
  if (cell instanceof Date) return formatDateTime(cell);
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  return String(cell).replace(/\n+$/, '');
}

function pad(cell: string, width: number): string {
  const lastLine = cell.slice(cell.lastIndexOf('\n') + 1);
  return cell + ' '.repeat(Math.max(0, width - displayWidth(lastLine)));
}

function widestLine(cell: string): number {
  return cell.split('\n').reduce((widest, line) => Math.max(widest, displayWidth(line)), 0);
}

const ASCII = /^[\x20-\x7e]*$/;
const NO_WIDTH = /\p{Mark}|\p{Format}|\p{Control}/u;
const DOUBLE_WIDTH =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

/** How many columns of a terminal a text takes: combining marks take none, East Asian letters two. */
function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += NO_WIDTH.test(character) ? 0 : DOUBLE_WIDTH.test(character) ? 2 : 1;
  return width;
}
