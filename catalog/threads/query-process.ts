import { Connection } from '../connection.ts';
import { explainFailure } from '../sqlite-error.ts';
import { sql } from '../sql-query.ts';
import { packError, type QueryReply, type QueryRequest } from './protocol.ts';

/** A process that runs one query of an admin and ends: see query-runner.ts. */

function answer({ file, query }: QueryRequest): QueryReply {
  try {
    using db = new Connection(file, 'read');
    return { result: db.transaction('read', () => sql(db, { query })) };
  } catch (error) {
    return { error: packError(explainFailure(error, file)) };
  }
}

process.once('message', (request: QueryRequest) => {
  process.send?.(answer(request), () => process.disconnect());
});
