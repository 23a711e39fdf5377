import { OperatorError } from '../../errors/operator-error.ts';
import { compileProgram } from '../../text/regex/regex-program.ts';
import { parsePosixRegex, RegexProblem } from '../../text/regex/regex-syntax.ts';
import type { PathTest } from './glob.ts';
import { RegexMatcher } from './regex-matcher.ts';

/** A regular expression of the FileSet that cannot be used. The job would save something else than was meant. */
export class RegexRefused extends OperatorError {
  readonly code = 'FD_REGEX_REFUSED';
  override readonly hint: string;
  constructor(pattern: string, { message, hint }: RegexProblem) {
    super(`Regular expression "${pattern}" of the FileSet cannot be used: ${message}`);
    this.hint = hint ?? 'Correct the regular expression in the FileSet.';
  }
}

/**
 * Whether a POSIX extended regular expression is found somewhere in a path, byte by byte; case is that of ASCII. The engine
 * of JavaScript is not used: it knows another language, and takes exponential time for some patterns.
 * @throws RegexRefused
 */
export function compilePosixRegex(pattern: string, options: { readonly ignoreCase: boolean }): PathTest {
  try {
    const program = compileProgram(parsePosixRegex(pattern, options), { groups: 'unmarked' });
    const matcher = new RegexMatcher(program);
    return (path) => matcher.isFoundIn(path);
  } catch (error) {
    if (error instanceof RegexProblem) throw new RegexRefused(pattern, error);
    throw error;
  }
}
