import { OperatorError } from '../errors/operator-error.ts';

/** A Run line (or a Cron expression) that cannot be read, and the place in it. */
export class RunLineError extends OperatorError {
  readonly code = 'CONF_RUN_LINE';
  override readonly hint: string;
  /** Of the first wrong character within the text given, 1-based. */
  readonly column: number;
  /** How many characters are wrong, for the marks under the line; at least 1. */
  readonly length: number;

  constructor(message: string, where: { column: number; length: number; hint: string }) {
    super(message);
    this.column = where.column;
    this.length = Math.max(1, where.length);
    this.hint = where.hint;
  }
}
