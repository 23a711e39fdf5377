import { compileRegexWhere, RegexWhereRefused } from '../../text/regex-where.ts';
import { CommandError } from './command-error.ts';

/**
 * Substitutions as they were typed; none is no error.
 * @throws CommandError
 */
export function checkedRegexWhere(text: string): string {
  if (text === '') return '';
  try {
    compileRegexWhere(text);
    return text;
  } catch (error) {
    if (error instanceof RegexWhereRefused) throw new CommandError(error.message, error.hint);
    throw error;
  }
}
