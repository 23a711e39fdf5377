import type { Role } from './operation.ts';
import type { OperationName, Operations, Roles } from './operations.ts';
import { receivers } from './receivers.ts';
import type { SqlResult } from './rows.ts';
import { CatalogThread } from './threads/catalog-thread.ts';
import { QueryRunner } from './threads/query-runner.ts';

/** An operation as its caller sees it: without the connection, with a promise. */
type Method<O> = O extends {
  run: (db: never, ...args: infer A) => unknown;
  receive: (result: never) => infer R;
}
  ? (...args: A) => Promise<R>
  : never;

/**
 * The Catalog: what jobs ran, which files they saved, where these lie. Rows are in rows.ts, arguments in inputs.ts.
 *
 * Every operation is one transaction and may throw a CatalogError (an OperatorError). Those that end a job, create one,
 * or change a volume are on disk when they resolve; all others are at the latest then.
 */
export type Catalog = { readonly [O in OperationName]: Method<Operations[O]> } & AsyncDisposable & {
    /** An admin's query, which cannot change anything. It runs beside the others, in a process of its own. */
    sql(query: { readonly query: string }): Promise<SqlResult>;
    /** Lets running operations end, then the threads. What was committed is in the database file alone afterwards. */
    close(): Promise<void>;
  };

/**
 * Opens the catalog's database, makes it when there is none, brings an older schema up to date.
 * @throws CatalogError when that cannot be: another file, a newer schema, no permission, damage.
 */
export async function openCatalog(file: string): Promise<Catalog> {
  const threads: Record<Role, CatalogThread> = {
    writer: new CatalogThread({ file, role: 'writer' }),
    reader: new CatalogThread({ file, role: 'reader' }),
    selector: new CatalogThread({ file, role: 'selector' }),
  };
  const queries = new QueryRunner(file);
  const roles = await threads.writer.open();
  const close = async () => {
    // The writer goes last: only the last connection can fold the write-ahead log into the database.
    await Promise.all([threads.reader.close(), threads.selector.close(), queries.close()]);
    await threads.writer.close();
  };
  return {
    ...methodsOver(threads, roles),
    sql: ({ query }) => queries.run(query),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function methodsOver(
  threads: Record<Role, CatalogThread>,
  roles: Roles,
): { readonly [O in OperationName]: Method<Operations[O]> } {
  const receiving = receivers as { readonly [name: string]: ((result: never) => unknown) | undefined };
  const methods = (Object.entries(roles) as [OperationName, Role][]).map(([name, role]) => {
    const receive = receiving[name];
    const call = (...args: unknown[]) => threads[role].call(name, args);
    return [name, receive ? async (...args: unknown[]) => receive((await call(...args)) as never) : call];
  });
  return Object.fromEntries(methods) as { readonly [O in OperationName]: Method<Operations[O]> };
}
