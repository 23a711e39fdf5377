import type { Connection } from './connection.ts';

/**
 * Which thread runs an operation, each with one connection of its own:
 *
 *     writer    all that changes the catalog
 *     reader    short questions: an answer never waits for a batch of files or a search
 *     selector  restore plans and searches over all files; holds the plans
 */
export type Role = 'writer' | 'reader' | 'selector';

/**
 * An operation: a synchronous function that runs in a worker thread within one transaction of its own, and how its
 * result becomes what the caller gets (`receive`, on the main thread).
 */
export interface Operation<A extends unknown[], W, R> {
  readonly role: Role;
  /**
   * `synced`: on disk when it resolves. `ordered`: kept across a crash of the program, and across one of the machine
   * once a later synced one has resolved.
   */
  readonly durability: 'synced' | 'ordered';
  readonly run: (db: Connection, ...args: A) => W;
  /** Memory that was made for this result alone: it is moved to the main thread, not copied. */
  readonly moved: (result: W) => ArrayBuffer[];
  readonly receive: (result: W) => R;
}

type Run<A extends unknown[], R> = (db: Connection, ...args: A) => R;

export const write = <A extends unknown[], R>(run: Run<A, R>) => plain('writer', 'synced', run);

/** For what may be lost with the machine's power as long as what came before and after it stays consistent. */
export const writeOrdered = <A extends unknown[], R>(run: Run<A, R>) => plain('writer', 'ordered', run);

export const read = <A extends unknown[], R>(run: Run<A, R>) => plain('reader', 'ordered', run);

/** For a result with encoded records. */
export function withBatch<A extends unknown[], W extends { readonly batch: Uint8Array<ArrayBuffer> }, R>(
  operation: Operation<A, W, R>,
): Operation<A, W, R> {
  return { ...operation, moved: ({ batch }) => [batch.buffer] };
}

export const search = <A extends unknown[], R>(run: Run<A, R>) => plain('selector', 'ordered', run);

/** The same operation with a result that is encoded on its way. */
export function decoded<A extends unknown[], W, R>(
  operation: Operation<A, W, W>,
  receive: (result: W) => R,
): Operation<A, W, R> {
  return { ...operation, receive };
}

function plain<A extends unknown[], R>(
  role: Role,
  durability: 'synced' | 'ordered',
  run: Run<A, R>,
): Operation<A, R, R> {
  return { role, durability, run, moved: () => [], receive: (result) => result };
}
