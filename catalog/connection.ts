import Database from 'better-sqlite3';
import { CatalogError } from './catalog-error.ts';
import { makePrivateFile } from './private-file.ts';
import { registerFunctions } from './schema/functions.ts';

export type Value = string | number | bigint | Buffer | null;
export type Parameters = Readonly<Record<string, Value>>;

/** How long a statement waits for a lock of another program before it fails as busy. */
const BUSY_MS = 10_000;

/** Page caches, KiB: with the threads' heaps they keep a Director within its 200 MiB. */
const WRITER_CACHE_KIB = 8_192;
const READER_CACHE_KIB = 4_096;

/** Small enough for single-row changes, large enough for a few hundred file rows. Only counts when the file is made. */
const PAGE_BYTES = 8_192;

/** When the write-ahead log has this many pages they are copied to the database; then it starts anew. */
const CHECKPOINT_PAGES = 2_000;
const LOG_BYTES_KEPT = 64 * 1024 * 1024;

/**
 * One connection to the catalog's SQLite file, used by one thread only. Each statement is prepared once and kept,
 * by its text: statements are constants named for the question they answer, never put together from values.
 *
 * The row type of `get` and `all` says what the statement selects; it is not checked.
 */
export class Connection implements Disposable {
  readonly file: string;
  readonly #sqlite: Database.Database;
  readonly #statements = new Map<string, Database.Statement<[Parameters]>>();
  readonly #rollbackListeners: (() => void)[] = [];

  /** A writer makes the file when there is none; a reader may write temporary tables only. */
  constructor(file: string, access: 'write' | 'read') {
    this.file = file;
    this.#sqlite = open(file, access);
    const pragmas = [
      `page_size = ${PAGE_BYTES}`,
      `wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
      `journal_size_limit = ${LOG_BYTES_KEPT}`,
      `cache_size = -${access === 'write' ? WRITER_CACHE_KIB : READER_CACHE_KIB}`,
      'temp_store = FILE',
      `temp.cache_size = -${READER_CACHE_KIB}`,
      'mmap_size = 0',
      'foreign_keys = ON',
      'synchronous = FULL',
    ];
    try {
      for (const pragma of pragmas) this.#sqlite.pragma(pragma);
      registerFunctions(this.#sqlite);
    } catch (error) {
      this.#sqlite.close();
      throw error;
    }
  }

  get<Row>(sql: string, parameters: Parameters = {}): Row | undefined {
    return this.#prepared(sql).get(parameters) as Row | undefined;
  }

  all<Row>(sql: string, parameters: Parameters = {}): Row[] {
    return this.#prepared(sql).all(parameters) as Row[];
  }

  /** The first column of the first row. */
  value<T extends Value>(sql: string, parameters: Parameters = {}): T | undefined {
    const row = this.get<Record<string, T>>(sql, parameters);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** Gives the number of rows changed and the id of the row inserted last. */
  run(sql: string, parameters: Parameters = {}): { changes: number; insertedId: number } {
    const { changes, lastInsertRowid } = this.#prepared(sql).run(parameters);
    return { changes, insertedId: Number(lastInsertRowid) };
  }

  /** A statement that is not ours, and not kept. */
  prepareOnce(sql: string): Database.Statement<[]> {
    return this.#sqlite.prepare(sql);
  }

  /** Statements without parameters and results, e.g. of a migration. */
  execute(sql: string): void {
    this.#sqlite.exec(sql);
  }

  pragma(text: string): unknown {
    return this.#sqlite.pragma(text, { simple: true });
  }

  /**
   * Runs `body` as a transaction: all of it, or (when it throws) nothing. A `write` one takes the lock at once, so
   * that it cannot fail half-way for being behind; a `read` one sees one state of the catalog throughout.
   */
  transaction<T>(access: 'write' | 'read', body: () => T): T {
    this.#sqlite.exec(access === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN');
    try {
      const result = body();
      this.#sqlite.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite itself rolls back on a full disk and the like.
      if (this.#sqlite.inTransaction) this.#sqlite.exec('ROLLBACK');
      for (const listener of this.#rollbackListeners) listener();
      throw error;
    }
  }

  /** For what is remembered of the catalog in memory: after a rollback it may be untrue. */
  onRollback(listener: () => void): void {
    this.#rollbackListeners.push(listener);
  }

  [Symbol.dispose](): void {
    this.#sqlite.close();
  }

  #prepared(sql: string): Database.Statement<[Parameters]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare<[Parameters]>(keptPrepared(sql));
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Hides the values of parameters from SQLite's planner, behind a plus that changes none. In a statement with a LEFT JOIN, a
 * LIMIT or a partial index it would else look at them, and prepare anew for each other value, and for the NULL that
 * better-sqlite3 leaves behind after each use: a question for one row then costs ten times as much.
 */
function keptPrepared(sql: string): string {
  return sql.replaceAll(/:(?=[a-z])/g, '+:');
}

function open(file: string, access: 'write' | 'read'): Database.Database {
  try {
    if (access === 'write') makePrivateFile(file);
    return new Database(file, { readonly: access === 'read', timeout: BUSY_MS });
  } catch (error) {
    // better-sqlite3 itself looks whether the directory is there.
    if (!(error instanceof TypeError)) throw error;
    throw new CatalogError('CAT_CANNOT_OPEN', `The catalog ${file} cannot be opened: ${error.message}`, {
      cause: error,
      hint: 'Make the directory, or name another one for the catalog.',
    });
  }
}

/** Times are kept as milliseconds since the epoch. */
export function toColumn(time: Date | undefined): number | null {
  return time === undefined ? null : time.getTime();
}

export function fromColumn(milliseconds: number | null): Date | undefined {
  return milliseconds === null ? undefined : new Date(milliseconds);
}
