import { compileRegexWhere, RegexWhereRefused } from '../../text/regex-where.ts';
import { textType } from './text.ts';

/** Substitutions for paths, as RegexWhere takes them. */
export const substitutions = textType('substitutions', '"!/srv!/restored!"', (text) => {
  try {
    compileRegexWhere(text);
    return undefined;
  } catch (error) {
    if (error instanceof RegexWhereRefused) return { message: error.message, hint: error.hint };
    throw error;
  }
});
