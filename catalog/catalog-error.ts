import { OperatorError } from '../errors/operator-error.ts';

export type CatalogErrorCode =
  | 'CAT_BUSY'
  | 'CAT_CANNOT_OPEN'
  | 'CAT_CLIENT_HAS_JOBS'
  | 'CAT_CLOSED'
  | 'CAT_DAMAGED'
  | 'CAT_DISK_FULL'
  | 'CAT_IO'
  | 'CAT_JOB_RUNS'
  | 'CAT_NEWER_SCHEMA'
  | 'CAT_NOT_A_CATALOG'
  | 'CAT_NOT_FOUND'
  | 'CAT_NOT_INCOMPLETE'
  | 'CAT_OVERLOADED'
  | 'CAT_PLAN_GONE'
  | 'CAT_POOL_HOLDS_VOLUMES'
  | 'CAT_QUERY'
  | 'CAT_REPORT_REFUSED'
  | 'CAT_THREAD_LOST'
  | 'CAT_VOLUME_EXISTS'
  | 'CAT_VOLUME_HOLDS_JOBS';

/**
 * A failure of the Catalog that an operator can act on. One class with a code, not one class per code, since these
 * errors cross from the worker threads to the main thread and must arrive as what they were.
 */
export class CatalogError extends OperatorError {
  readonly code: CatalogErrorCode;
  declare readonly hint?: string;

  constructor(code: CatalogErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
