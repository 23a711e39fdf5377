import { OperatorError } from '../../errors/operator-error.ts';

/** A command that cannot be carried out as it was typed. The session prints it on one line behind the command's name. */
export class CommandError extends OperatorError {
  readonly code = 'DIR_CONSOLE_COMMAND';
  override readonly hint?: string;
  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/**
 * The admin gave up a command: a period at a prompt, an interrupt, or the end of the input. No failure of anything;
 * the command just ends.
 */
export class CommandCancelled extends Error {
  /** What to print, if anything. */
  readonly notice: string | undefined;
  constructor(notice?: string) {
    super(notice ?? 'cancelled');
    this.notice = notice;
  }
}

export const NOTHING_DONE = 'Selection aborted, nothing done.';
export const RESTORE_ABANDONED = 'Restore abandoned, nothing done.';

/** An error as one line: what is wrong, then what to do. */
export function sentencesOf({ message, hint }: OperatorError): string {
  const line = message.replace(/\s*\n\s*/g, ' ').replace(/\.?$/, '.');
  return hint === undefined ? line : `${line} ${hint}`;
}

/** What went wrong in a command, for programs: a line like `{"error":{"command":"list","code":"...","message":"...","hint":"..."}}`. */
export function jsonLineFor(command: string, error: unknown): string {
  const { message } = error instanceof Error ? error : { message: String(error) };
  const operatorError =
    error instanceof OperatorError ? { code: error.code, message, hint: error.hint } : undefined;
  return `${JSON.stringify({ error: { command, ...(operatorError ?? { message }) } })}\n`;
}
