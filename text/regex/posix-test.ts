import { RegexFinder } from './regex-finder.ts';
import { compileProgram } from './regex-program.ts';
import { parsePosixRegex } from './regex-syntax.ts';

/** Whether a POSIX extended regular expression is found in a name. @throws RegexProblem */
export function posixRegexTest(pattern: string): (name: string) => boolean {
  const bytes = (text: string) => Buffer.from(text).toString('latin1');
  const finder = new RegexFinder(
    compileProgram(parsePosixRegex(bytes(pattern), { ignoreCase: false }), { groups: 'marked' }),
  );
  return (name) => finder.find(bytes(name), 0) !== undefined;
}
