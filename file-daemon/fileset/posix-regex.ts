import type { PathTest } from './glob.ts';
import { RegexMatcher } from './regex-matcher.ts';
import { compileProgram } from './regex-program.ts';
import { parsePosixRegex, RegexRefused } from './regex-syntax.ts';

/**
 * Whether a POSIX extended regular expression is found somewhere in a path, byte by byte; case is that of ASCII. The engine
 * of JavaScript is not used: it knows another language, and takes exponential time for some patterns.
 * @throws RegexRefused
 */
export function compilePosixRegex(pattern: string, options: { readonly ignoreCase: boolean }): PathTest {
  const program = compileProgram(parsePosixRegex(pattern, options));
  if (program === undefined) {
    throw new RegexRefused(pattern, 'with all its repetitions written out it is too long');
  }
  const matcher = new RegexMatcher(program);
  return (path) => matcher.isFoundIn(path);
}
