import { CatalogError, type CatalogErrorCode } from '../catalog-error.ts';
import type { OperationName, Roles } from '../operations.ts';
import type { Role } from '../operation.ts';
import type { SqlResult } from '../rows.ts';

/** What passes between the main thread and a worker thread of the Catalog, by structured clone. */

export interface ThreadStart {
  readonly file: string;
  readonly role: Role;
}

export type Request =
  | { readonly id: number; readonly operation: OperationName; readonly args: readonly unknown[] }
  | { readonly close: true };

export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PackedError }
  /** The first message: the database is open, for these operations; or it cannot be opened, and the thread ends. */
  | { readonly opened: Roles }
  | { readonly openError: PackedError };

/** To and from the process of an admin's query. */
export interface QueryRequest {
  readonly file: string;
  readonly query: string;
}

export type QueryReply = { readonly result: SqlResult } | { readonly error: PackedError };

/** An error's class does not survive a structured clone, and its extra properties neither. */
export interface PackedError {
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a CatalogError; without it the error is a bug. */
  readonly code?: CatalogErrorCode;
  readonly hint?: string;
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined };
  const { message, stack } = error;
  return error instanceof CatalogError
    ? { message, stack, code: error.code, hint: error.hint }
    : { message, stack };
}

export function unpackError({ message, stack, code, hint }: PackedError): Error {
  const error = code === undefined ? new Error(message) : new CatalogError(code, message, { hint });
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** A structured clone turns Buffers into plain Uint8Arrays: turns them back, in place, in arrays and plain objects. */
export function restoreBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  if (Array.isArray(value)) {
    value.forEach((element: unknown, i) => (value[i] = restoreBuffers(element)));
  } else if (isPlainObject(value)) {
    for (const [name, property] of Object.entries(value)) {
      if (typeof property === 'object' && property !== null) value[name] = restoreBuffers(property);
    }
  }
  return value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
