import type { Catalog } from '../../catalog/catalog.ts';
import { Connection } from '../../catalog/connection.ts';
import type { Operation } from '../../catalog/operation.ts';
import { operations } from '../../catalog/operations.ts';
import { migrate } from '../../catalog/schema/migrations.ts';

type AnyOperation = Operation<unknown[], unknown, unknown>;

/**
 * The operations of the real catalog on one connection, at once and without threads, and nothing waits for the disk: a
 * simulation asks millions of times, and the tests of jobs open hundreds of them. It survives no crash.
 */
export function openCatalogInProcess(file: string): Catalog {
  const db = new Connection(file, 'write');
  migrate(db);
  db.pragma('synchronous = OFF');
  const methods = Object.entries(operations as unknown as Record<string, AnyOperation>).map(
    ([name, { role, run, receive }]) => [
      name,
      async (...args: unknown[]) =>
        // Nobody writes while a question is being answered: it needs no transaction.
        receive(role === 'writer' ? db.transaction('write', () => run(db, ...args)) : run(db, ...args)),
    ],
  );
  const close = async () => db[Symbol.dispose]();
  return {
    ...(Object.fromEntries(methods) as Catalog),
    sql: () => Promise.reject(new Error('no admin asks anything')),
    close,
    [Symbol.asyncDispose]: close,
  };
}
