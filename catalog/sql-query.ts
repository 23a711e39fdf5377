import { messageOf } from '../errors/operator-error.ts';
import { CatalogError } from './catalog-error.ts';
import type { Connection, Value } from './connection.ts';
import type { SqlResult } from './rows.ts';
import { sqliteCode } from './sqlite-error.ts';

/** Bounds of one answer, since it is held in memory on its way. */
const ROWS_MAX = 100_000;
const TEXT_MAX = 32 * 1024 * 1024;

/** Behind comments, a word that begins what can only read: no PRAGMA, no ATTACH. */
const QUESTION = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(?:SELECT|WITH|VALUES|EXPLAIN)\b/i;

/**
 * An admin's query, on a connection that cannot write.
 * @throws CatalogError CAT_QUERY when it is no single query, is wrong, or its answer is too large.
 */
export function sql(db: Connection, { query }: { readonly query: string }): SqlResult {
  if (!QUESTION.test(query)) {
    throw new CatalogError(
      'CAT_QUERY',
      'Only a query that begins with SELECT, WITH, VALUES or EXPLAIN is run',
      {
        hint: 'Change the catalog with the commands of the console.',
      },
    );
  }
  try {
    const statement = db.prepareOnce(query).raw().safeIntegers();
    const columns = statement.columns().map(({ name }) => name);
    const rows: SqlResult['rows'] = [];
    let textLength = 0;
    for (const values of statement.iterate() as Iterable<Value[]>) {
      const row = values.map(printable);
      for (const cell of row) textLength += typeof cell === 'string' ? cell.length : 8;
      if (rows.push(row) > ROWS_MAX || textLength > TEXT_MAX) throw answerTooLarge();
    }
    return { columns, rows };
  } catch (error) {
    // Also an error of better-sqlite3 itself, e.g. for two statements in one text.
    if (error instanceof CatalogError || !(sqliteCode(error) === 'SQLITE_ERROR' || isUsageError(error)))
      throw error;
    throw new CatalogError('CAT_QUERY', `The query is not right: ${messageOf(error)}`, { cause: error });
  }
}

function printable(value: Value): string | number | null {
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function isUsageError(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

function answerTooLarge(): CatalogError {
  return new CatalogError(
    'CAT_QUERY',
    `The answer has more than ${ROWS_MAX} rows or ${TEXT_MAX} characters`,
    {
      hint: 'Ask for less, with WHERE or LIMIT.',
    },
  );
}
