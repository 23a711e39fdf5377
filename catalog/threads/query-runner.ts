import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CatalogError } from '../catalog-error.ts';
import type { SqlResult } from '../rows.ts';
import { unpackError, type QueryReply, type QueryRequest } from './protocol.ts';

/** Queries that run at the same time. */
const RUNNING_MAX = 4;

/** A query that takes longer is most likely one that never ends. */
const QUERY_MS_MAX = 60 * 60 * 1000;

const PROGRAM = fileURLToPath(new URL(`./query-process${extname(import.meta.url)}`, import.meta.url));

/**
 * Runs queries of an admin, each in a process of its own. A thread would not do: nothing can stop a query within SQLite,
 * so one that never ends (a join without condition) would keep the Director from ever stopping; and what it needs of
 * memory would be the Director's.
 */
export class QueryRunner {
  readonly #file: string;
  readonly #running = new Set<ChildProcess>();
  #isClosed = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws CatalogError */
  run(query: string): Promise<SqlResult> {
    if (this.#isClosed)
      return Promise.reject(new CatalogError('CAT_CLOSED', `The catalog ${this.#file} is closed`));
    if (this.#running.size >= RUNNING_MAX) {
      const message = `${RUNNING_MAX} queries run on the catalog ${this.#file} already`;
      return Promise.reject(
        new CatalogError('CAT_OVERLOADED', message, { hint: 'Wait until one of them has ended.' }),
      );
    }
    const child = fork(PROGRAM, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      timeout: QUERY_MS_MAX,
      killSignal: 'SIGKILL',
    });
    this.#running.add(child);
    return new Promise((resolve, reject) => {
      let outcome: () => void = () => reject(this.#cutShort());
      child.once('message', (reply: QueryReply) => {
        outcome = 'error' in reply ? () => reject(unpackError(reply.error)) : () => resolve(reply.result);
      });
      child.once('error', (error) => (outcome = () => reject(error)));
      child.once('close', () => {
        this.#running.delete(child);
        outcome();
      });
      const request: QueryRequest = { file: this.#file, query };
      child.send(request);
    });
  }

  /** Ends running queries; they fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const ended = [...this.#running].map((child) => new Promise((resolve) => child.once('close', resolve)));
    for (const child of this.#running) child.kill('SIGKILL');
    await Promise.all(ended);
  }

  #cutShort(): CatalogError {
    if (this.#isClosed)
      return new CatalogError('CAT_CLOSED', `The catalog ${this.#file} was closed during a query`);
    return new CatalogError(
      'CAT_QUERY',
      'The query was stopped: it took more than an hour, or too much memory',
      {
        hint: 'Ask for less, with WHERE or LIMIT; look for a join without a condition.',
      },
    );
  }
}
