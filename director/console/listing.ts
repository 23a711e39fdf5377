import { GrowingTable, renderTable, renderVertical, type Cell } from '../../text/text-table.ts';
import type { CommandContext } from './command.ts';

/** What a list command found, before it takes a form. */
export interface Listing {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A row of some kind in named columns: title and value of each. */
export type Columns<Row> = readonly (readonly [title: string, value: (row: Row) => Cell])[];

export function listingOf<Row>(columns: Columns<Row>, rows: readonly Row[]): Listing {
  return {
    columns: columns.map(([title]) => title),
    rows: rows.map((row) => columns.map(([, value]) => value(row))),
  };
}

/** `list` draws tables, `llist` lines; both give JSON when the line or the session asks for it. */
export type ListForm = 'table' | 'vertical' | 'json';

/** `tabs`: for programs, the values of a row with tabs between them. */
export function formOf<Form extends ListForm | 'tabs'>(context: CommandContext, form: Form): Form | 'json' {
  return wantsJson(context) ? 'json' : form;
}

export function wantsJson({ line, session }: Pick<CommandContext, 'line' | 'session'>): boolean {
  return session.json || line.has('json');
}

export function renderListing({ columns, rows }: Listing, form: ListForm | 'tabs'): string {
  switch (form) {
    case 'table':
      return renderTable(columns, rows);
    case 'vertical':
      return renderVertical(columns, rows);
    case 'tabs':
      return rows.map((cells) => `${cells.join('\t')}\n`).join('');
    case 'json':
      return `[${jsonObjects({ columns, rows })}]\n`;
  }
}

/** A listing of any length, printed page by page as it is found; in the end it reads as if it had been rendered at once. */
export class PagedListing<Row> {
  readonly #print: CommandContext['print'];
  readonly #form: ListForm;
  readonly #columns: Columns<Row>;
  readonly #table: GrowingTable;
  #isEmpty = true;

  /** @param widthsMin Of the columns of a table, by title. */
  constructor(
    { print }: Pick<CommandContext, 'print'>,
    form: ListForm,
    columns: Columns<Row>,
    widthsMin: Readonly<Record<string, number>> = {},
  ) {
    this.#print = print;
    this.#form = form;
    this.#columns = columns;
    const titles = columns.map(([title]) => title);
    this.#table = new GrowingTable(
      titles,
      titles.map((title) => widthsMin[title] ?? 0),
    );
  }

  async add(page: readonly Row[]): Promise<void> {
    if (page.length === 0) return;
    const { columns, rows } = listingOf(this.#columns, page);
    if (this.#form === 'table') await this.#print(this.#table.add(rows));
    else if (this.#form === 'vertical') await this.#print(renderVertical(columns, rows));
    else await this.#print((this.#isEmpty ? '[' : ',') + jsonObjects({ columns, rows }));
    this.#isEmpty = false;
  }

  async end(): Promise<void> {
    if (this.#form === 'json') await this.#print(this.#isEmpty ? '[]\n' : ']\n');
    else if (this.#form === 'table' || this.#isEmpty) await this.#print(this.#table.end());
  }
}

function jsonObjects({ columns, rows }: Listing): string {
  return rows.map((row) => JSON.stringify(jsonObject(columns, row))).join();
}

function jsonObject(columns: readonly string[], row: readonly Cell[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((title, index) => [title, jsonValue(row[index] ?? null)]));
}

function jsonValue(cell: Cell): unknown {
  return typeof cell === 'bigint' ? String(cell) : cell;
}
