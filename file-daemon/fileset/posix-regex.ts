import { OperatorError, messageOf } from '../../errors/operator-error.ts';
import { addClass, foldSet, type ByteSet, type PathTest } from './glob.ts';

/**
 * POSIX extended regular expressions, translated for the engine of JavaScript and matched on byte paths. Whether an
 * expression is found in a text is the same question for both languages once these differences are gone:
 *
 *   in brackets a backslash is an ordinary byte, `]` may come first, `[:alpha:]`, `[=a=]` and `[.a.]` exist;
 *   a second quantifier applies to the first (`a+?` is not a lazy plus); `{,3}` counts from 0; a lone `)` or `}` is itself;
 *   case is ASCII's alone; of the escapes only those of GNU regcomp have a meaning, in another spelling.
 *
 * What JavaScript would read otherwise, or not at all, is refused with a sentence: back-references, escaped letters that
 * POSIX gives no meaning.
 */
export function compilePosixRegex(pattern: string, { ignoreCase }: { ignoreCase: boolean }): PathTest {
  // Conf files are UTF-8; names are matched as the bytes they are.
  const bytes = Buffer.from(pattern, 'utf8').toString('latin1');
  const source = new Translation(pattern, bytes, ignoreCase).translate();
  let regex: RegExp;
  try {
    regex = new RegExp(source, 's');
  } catch (cause) {
    throw new RegexRefused(pattern, messageOf(cause));
  }
  return (path) => regex.test(path);
}

/** A regular expression of the FileSet that cannot be used. The job would save something else than was meant. */
export class RegexRefused extends OperatorError {
  readonly code = 'FD_REGEX_REFUSED';
  override readonly hint: string;
  constructor(pattern: string, problem: string, hint = 'Correct the regular expression in the FileSet.') {
    super(`Regular expression "${pattern}" of the FileSet cannot be used: ${problem}`);
    this.hint = hint;
  }
}

/** Escapes of GNU regcomp with their spelling in JavaScript. */
const GNU_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['w', '[0-9A-Za-z_]'],
  ['W', '[^0-9A-Za-z_]'],
  ['s', '[\\t-\\r ]'],
  ['S', '[^\\t-\\r ]'],
  ['b', '\\b'],
  ['B', '\\B'],
  ['<', '\\b(?=\\w)'],
  ['>', '\\b(?<=\\w)'],
  ['`', '^'],
  ["'", '$'],
]);

/** RE_DUP_MAX of the C library. */
const REPEATS_MAX = 32_767;

class Translation {
  readonly #pattern: string;
  readonly #bytes: string;
  readonly #ignoreCase: boolean;
  #at = 0;

  constructor(pattern: string, bytes: string, ignoreCase: boolean) {
    this.#pattern = pattern;
    this.#bytes = bytes;
    this.#ignoreCase = ignoreCase;
  }

  translate(): string {
    return this.#alternatives(0);
  }

  #alternatives(depth: number): string {
    let out = '';
    for (;;) {
      out += this.#branch(depth);
      if (this.#peek() !== '|') return out;
      this.#at += 1;
      out += '|';
    }
  }

  #branch(depth: number): string {
    let out = '';
    for (let isFirst = true; ; isFirst = false) {
      const char = this.#peek();
      if (char === undefined || char === '|' || (char === ')' && depth > 0)) return out;
      if (isQuantifier(char) && isFirst) this.#refuse(`there is nothing before "${char}" to repeat`);
      out += this.#piece(depth);
    }
  }

  /** An atom with its quantifiers. */
  #piece(depth: number): string {
    const isAnchor = this.#peek() === '^' || this.#peek() === '$';
    let piece = this.#atom(depth);
    for (let count = 0; isQuantifier(this.#peek()); count++) {
      if (isAnchor) this.#refuse(`"${this.#peek()}" cannot repeat an anchor`);
      const quantifier = this.#quantifier();
      piece = count === 0 ? piece + quantifier : `(?:${piece})${quantifier}`;
    }
    return piece;
  }

  #atom(depth: number): string {
    const char = this.#next();
    switch (char) {
      case '(': {
        const inner = this.#alternatives(depth + 1);
        if (this.#next() !== ')') this.#refuse('a "(" is never closed');
        return `(?:${inner})`;
      }
      case '[':
        return this.#bracket();
      case '.':
      case '^':
      case '$':
        return char;
      case '\\':
        return this.#escape();
      default:
        return this.#literal(char);
    }
  }

  #literal(char: string): string {
    const set = new Uint8Array(256);
    set[char.charCodeAt(0)] = 1;
    if (this.#ignoreCase) foldSet(set);
    return setSource(set);
  }

  #escape(): string {
    const char = this.#peek();
    if (char === undefined) this.#refuse('it ends in a backslash');
    this.#at += 1;
    const gnu = GNU_ESCAPES.get(char);
    if (gnu !== undefined) return gnu;
    if (char === 'd') {
      this.#refuse('"\\d" is not part of POSIX regular expressions', 'Write [0-9] for a digit.');
    }
    if (/[1-9]/.test(char)) this.#refuse(`the back-reference "\\${char}" is not supported`);
    if (/[A-Za-z0]/.test(char)) this.#refuse(`POSIX gives "\\${char}" no meaning`);
    return this.#literal(char);
  }

  #quantifier(): string {
    const char = this.#next();
    if (char !== '{') return char;
    const interval = /^(\d*)(?:(,)(\d*))?\}/.exec(this.#bytes.slice(this.#at));
    const [whole = '', low = '', comma = '', high = ''] = interval ?? [];
    if (interval === null || low + comma === '')
      this.#refuse('what follows "{" is not a number of repetitions');
    const least = Number(low);
    const most = high === '' ? least : Number(high);
    if (least > most || most > REPEATS_MAX) this.#refuse(`"{${whole}" is not a range of repetitions`);
    this.#at += whole.length;
    return `{${least}${comma}${high}}`;
  }

  #bracket(): string {
    const set = new Uint8Array(256);
    const isNegated = this.#peek() === '^';
    if (isNegated) this.#at += 1;
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      const named = /^\[:(.*?):\]/s.exec(this.#bytes.slice(this.#at));
      if (named !== null) {
        if (!addClass(set, named[1] ?? '')) this.#refuse(`there is no character class "${named[0]}"`);
        this.#at += named[0].length;
        continue;
      }
      const from = this.#bracketByte();
      const isRange = this.#peek() === '-' && this.#bytes[this.#at + 1] !== ']';
      if (isRange) this.#at += 1;
      const to = isRange ? this.#bracketByte() : from;
      if (to < from) this.#refuse('a range in brackets runs backwards');
      set.fill(1, from, to + 1);
    }
    this.#at += 1;
    if (this.#ignoreCase) foldSet(set);
    return setSource(isNegated ? set.map((member) => 1 - member) : set);
  }

  #bracketByte(): number {
    const named = /^\[([.=])(.)\1\]/s.exec(this.#bytes.slice(this.#at));
    if (named !== null) {
      this.#at += named[0].length;
      return (named[2] ?? '').charCodeAt(0);
    }
    if (/^\[[.=]/.test(this.#bytes.slice(this.#at))) this.#refuse('a name in "[. .]" is not supported');
    if (this.#peek() === undefined) this.#refuse('a "[" is never closed');
    return this.#next().charCodeAt(0);
  }

  #peek(): string | undefined {
    return this.#bytes[this.#at];
  }

  /** The next byte; '' at the end. */
  #next(): string {
    return this.#bytes[this.#at++] ?? '';
  }

  #refuse(problem: string, hint?: string): never {
    throw new RegexRefused(this.#pattern, problem, hint);
  }
}

function isQuantifier(char: string | undefined): boolean {
  return char === '*' || char === '+' || char === '?' || char === '{';
}

/** The set as a class of JavaScript, by numbers: nothing in it needs escaping. */
function setSource(set: ByteSet): string {
  const hex = (byte: number) => `\\x${byte.toString(16).padStart(2, '0')}`;
  let source = '';
  for (let from = set.indexOf(1); from >= 0;) {
    const end = set.indexOf(0, from);
    const to = (end < 0 ? set.length : end) - 1;
    source += from === to ? hex(from) : `${hex(from)}-${hex(to)}`;
    from = set.indexOf(1, to + 1);
  }
  return `[${source}]`;
}
