import { renderTable, renderVertical, type Cell } from '../../text/text-table.ts';
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

export function formOf(context: CommandContext, form: 'table' | 'vertical'): ListForm {
  return wantsJson(context) ? 'json' : form;
}

export function wantsJson({ line, session }: Pick<CommandContext, 'line' | 'session'>): boolean {
  return session.json || line.has('json');
}

export function renderListing({ columns, rows }: Listing, form: ListForm): string {
  switch (form) {
    case 'table':
      return renderTable(columns, rows);
    case 'vertical':
      return renderVertical(columns, rows);
    case 'json':
      return JSON.stringify(rows.map((row) => jsonObject(columns, row))) + '\n';
  }
}

function jsonObject(columns: readonly string[], row: readonly Cell[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((title, index) => [title, jsonValue(row[index] ?? null)]));
}

function jsonValue(cell: Cell): unknown {
  return typeof cell === 'bigint' ? String(cell) : cell;
}
