/**
 * A failure an operator can understand and act on. Anything else that reaches the top of a daemon is a bug.
 *
 * The message says what was being done, to which named object, with the value found and the value wanted.
 */
export abstract class OperatorError extends Error {
  /** Stable across releases: scripts match it, docs/errors.md explains it. */
  abstract readonly code: string;
  /** The next thing to try, in the imperative; printed below the message. */
  readonly hint?: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** Whether `error` is a Node system error with this errno name, e.g. 'ENOSPC'. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
