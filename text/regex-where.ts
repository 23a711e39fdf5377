import { OperatorError } from '../errors/operator-error.ts';
import { RegexFinder, type RegexFind } from './regex/regex-finder.ts';
import { compileProgram } from './regex/regex-program.ts';
import { parsePosixRegex, RegexProblem } from './regex/regex-syntax.ts';

/** Gives a path, with one character per byte, the name that it is restored by. */
export type PathSubstitution = (path: string) => string;

/** Substitutions for paths that cannot be read, or not used. */
export class RegexWhereRefused extends OperatorError {
  readonly code = 'CONF_REGEX_WHERE';
  override readonly hint: string;
  constructor(
    regexWhere: string,
    problem: string,
    hint = 'Write "!from!to!", or several of these with commas between; "i" and "g" may follow the last "!".',
  ) {
    super(`RegexWhere "${regexWhere}" cannot be used: ${problem}`);
    this.hint = hint;
  }
}

/** One `!from!to!flags`, whatever stands for the "!". */
interface Rule {
  readonly from: string;
  readonly to: string;
  readonly isCaseIgnored: boolean;
  readonly isGlobal: boolean;
}

/**
 * Bacula's RegexWhere: substitutions as of sed, carried out one after the other. `from` is a POSIX extended regular expression.
 * In `to`, `$1` and `\1` stand for the first group, `$0` and `\0` for all that was found, and a backslash before anything
 * else for just that. The flags are `i` (either case) and `g` (wherever it is found).
 * @throws RegexWhereRefused
 */
export function compileRegexWhere(regexWhere: string): PathSubstitution {
  const substitutions = [...rulesOf(regexWhere)].map((rule) => {
    try {
      return substitution(rule);
    } catch (error) {
      if (!(error instanceof RegexProblem)) throw error;
      throw new RegexWhereRefused(regexWhere, `in "${rule.from}", ${error.message}`, error.hint);
    }
  });
  return (path) => substitutions.reduce((renamed, substitute) => substitute(renamed), path);
}

/** What stands between the commas. @throws RegexWhereRefused */
function* rulesOf(regexWhere: string): Generator<Rule> {
  for (let rest = regexWhere, isFirst = true; isFirst || rest !== ''; isFirst = false) {
    if (!isFirst) {
      if (!rest.startsWith(',')) {
        throw new RegexWhereRefused(regexWhere, `"${rest}" is no flag, and no comma stands before it`);
      }
      rest = rest.slice(1);
    }
    const separator = rest.charAt(0);
    if (separator === '') throw new RegexWhereRefused(regexWhere, 'a substitution is missing');
    if (/[\\a-zA-Z0-9\s]/.test(separator)) {
      throw new RegexWhereRefused(regexWhere, `"${separator}" cannot separate the parts of a substitution`);
    }
    const parts = [1, 2].map(() => {
      const end = endOfPart(rest, separator);
      if (end === undefined) {
        throw new RegexWhereRefused(regexWhere, `a substitution wants "${separator}" three times`);
      }
      const part = rest.slice(1, end);
      rest = rest.slice(end);
      return part;
    });
    const flags = /^[ig]*/.exec(rest.slice(1))?.[0] ?? '';
    rest = rest.slice(1 + flags.length);
    const [from = '', to = ''] = parts;
    yield {
      from: from.replaceAll(`\\${separator}`, separator),
      to,
      isCaseIgnored: flags.includes('i'),
      isGlobal: flags.includes('g'),
    };
  }
}

/** Where the separator stands that ends the part behind the first one. */
function endOfPart(text: string, separator: string): number | undefined {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === separator) return at;
  }
  return undefined;
}

/** @throws RegexProblem */
function substitution({ from, to, isCaseIgnored, isGlobal }: Rule): PathSubstitution {
  const regex = parsePosixRegex(from, { ignoreCase: isCaseIgnored });
  const finder = new RegexFinder(compileProgram(regex, { groups: 'marked' }));
  const bytes = Buffer.from(to, 'utf8').toString('latin1');
  return (path) => {
    let renamed = '';
    let copied = 0;
    for (let at = 0; at <= path.length;) {
      const find = finder.find(path, at);
      if (find === undefined) break;
      const { start, end } = find;
      const isEmpty = start === end;
      // Nothing, found right behind a find, belongs to that one.
      if (!isEmpty || start === 0 || start > copied) {
        renamed += path.slice(copied, start) + replacement(bytes, path, find);
        copied = end;
      }
      if (!isGlobal) break;
      at = isEmpty ? end + 1 : end;
    }
    return renamed + path.slice(copied);
  };
}

function replacement(to: string, path: string, { start, end, groups }: RegexFind): string {
  return to.replace(/[$\\](\d)|\\([^])/g, (_, digit: string | undefined, escaped: string) => {
    if (digit === undefined) return escaped;
    const [groupStart, groupEnd] = digit === '0' ? [start, end] : (groups[Number(digit)] ?? [0, 0]);
    return path.slice(groupStart, groupEnd);
  });
}
