import path from 'node:path';
import { parseArgs } from 'node:util';

/** What a call of Bacula's `bsmtp` asks for, with its `%` codes as they stand. */
export interface BsmtpCall {
  /** "host" or "host:port". */
  readonly server?: string;
  readonly from?: string;
  readonly subject?: string;
  readonly cc: readonly string[];
  readonly to: readonly string[];
}

const OPTIONS = {
  host: { type: 'string', short: 'h' },
  from: { type: 'string', short: 'f' },
  subject: { type: 'string', short: 's' },
  copy: { type: 'string', short: 'c', multiple: true },
} as const;

/**
 * Reads the words of a mail command that calls `bsmtp`. Undefined for any other program, and for options that only the
 * program itself knows.
 */
export function readBsmtpCall([program = '', ...args]: readonly string[]): BsmtpCall | undefined {
  if (path.basename(program) !== 'bsmtp') return undefined;
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const { host, from, subject, copy = [] } = values;
    if (positionals.length === 0) return undefined;
    return {
      ...(host !== undefined && { server: host }),
      ...(from !== undefined && { from }),
      ...(subject !== undefined && { subject }),
      cc: copy,
      to: positionals,
    };
  } catch {
    return undefined;
  }
}
