import { parentPort, workerData } from 'node:worker_threads';
import { Connection } from '../connection.ts';
import type { Operation } from '../operation.ts';
import { operations, rolesOf, type OperationName } from '../operations.ts';
import { migrate } from '../schema/migrations.ts';
import { explainFailure } from '../sqlite-error.ts';
import { withPatience } from './patience.ts';
import { packError, restoreBuffers, type Reply, type Request, type ThreadStart } from './protocol.ts';

/**
 * A worker thread of the Catalog: opens its connection, then runs one operation after the other. The writer brings the
 * schema up to date; the others are started when it is.
 */

const { file, role } = workerData as ThreadStart;

function reply(message: Reply, moved: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, moved);
}

function open(): Connection | undefined {
  let db: Connection | undefined;
  try {
    db = new Connection(file, role === 'writer' ? 'write' : 'read');
    const opened = db;
    if (role === 'writer') withPatience(() => migrate(opened));
    reply({ opened: rolesOf() });
    return db;
  } catch (error) {
    db?.[Symbol.dispose]();
    reply({ openError: packError(explainFailure(error, file)) });
    return undefined;
  }
}

/** The `synchronous` setting in force; changing it is cheap, but not free. */
let isSynced = true;

function run(db: Connection, name: OperationName, args: unknown[]): unknown {
  const { durability, run } = operations[name] as Operation<never[], unknown, unknown>;
  if (role !== 'writer')
    return withPatience(() => db.transaction('read', () => run(db, ...(args as never[]))));
  const wantsSync = durability === 'synced';
  if (wantsSync !== isSynced) db.pragma(`synchronous = ${wantsSync ? 'FULL' : 'NORMAL'}`);
  isSynced = wantsSync;
  return withPatience(() => db.transaction('write', () => run(db, ...(args as never[]))));
}

function serve(db: Connection): void {
  parentPort?.on('message', (request: Request) => {
    if ('close' in request) {
      if (role === 'writer') db.pragma('wal_checkpoint(TRUNCATE)');
      db[Symbol.dispose]();
      parentPort?.close();
      return;
    }
    const { id, operation, args } = request;
    try {
      const result = run(db, operation, restoreBuffers(args) as unknown[]);
      reply({ id, result }, operations[operation].moved(result as never));
    } catch (error) {
      reply({ id, error: packError(explainFailure(error, file)) });
    }
  });
}

const db = open();
if (db !== undefined) serve(db);
