import { addClass, addRange, foldSet, sameByte, upperByte, type ByteSet } from './byte-set.ts';

/** What a regular expression says, without its spelling. */
export type RegexNode =
  | { readonly kind: 'byte'; readonly set: ByteSet }
  | { readonly kind: 'assertion'; readonly assertion: RegexAssertion }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly RegexNode[] }
  /** `(node)`, counted from 1 by its opening bracket. */
  | { readonly kind: 'group'; readonly group: number; readonly node: RegexNode }
  /** `most` is Infinity where there is no limit. */
  | { readonly kind: 'repeat'; readonly node: RegexNode; readonly least: number; readonly most: number };

/** What must hold between two bytes. */
export type RegexAssertion = 'start' | 'end' | 'word edge' | 'no word edge' | 'word start' | 'word end';

/** What is wrong with a regular expression, as the end of a sentence: "its group is never closed". */
export class RegexProblem extends Error {
  readonly hint: string | undefined;
  constructor(problem: string, hint?: string) {
    super(problem);
    this.hint = hint;
  }
}

/**
 * Reads a POSIX extended regular expression, with the escapes of GNU regcomp. Back-references are refused with a
 * sentence (nothing can find them in bounded time), and so are escaped letters that POSIX gives no meaning.
 * @throws RegexProblem
 */
export function parsePosixRegex(pattern: string, { ignoreCase }: { ignoreCase: boolean }): RegexNode {
  return new Parser(pattern, ignoreCase).parse();
}

/** The bytes that make up words, for `\w` and the edges of words. */
export const WORD_BYTES: ByteSet = classOf('alnum', '_');

const SPACE_BYTES = classOf('space');
const ANY_BYTE = new Uint8Array(256).fill(1);

const GNU_ESCAPES: ReadonlyMap<string, RegexNode> = new Map<string, RegexNode>([
  ['w', { kind: 'byte', set: WORD_BYTES }],
  ['W', { kind: 'byte', set: negated(WORD_BYTES) }],
  ['s', { kind: 'byte', set: SPACE_BYTES }],
  ['S', { kind: 'byte', set: negated(SPACE_BYTES) }],
  ['b', { kind: 'assertion', assertion: 'word edge' }],
  ['B', { kind: 'assertion', assertion: 'no word edge' }],
  ['<', { kind: 'assertion', assertion: 'word start' }],
  ['>', { kind: 'assertion', assertion: 'word end' }],
  ['`', { kind: 'assertion', assertion: 'start' }],
  ["'", { kind: 'assertion', assertion: 'end' }],
]);

/** RE_DUP_MAX of the C library. */
const REPEATS_MAX = 32_767;
/** Of brackets and of repetitions, one within the other. */
const DEPTH_MAX = 200;

class Parser {
  readonly #bytes: string;
  readonly #ignoreCase: boolean;
  #at = 0;
  #depth = 0;
  #groups = 0;

  constructor(pattern: string, ignoreCase: boolean) {
    // Conf files are UTF-8; names are matched as the bytes they are.
    this.#bytes = Buffer.from(pattern, 'utf8').toString('latin1');
    this.#ignoreCase = ignoreCase;
  }

  parse(): RegexNode {
    return this.#choice();
  }

  #choice(): RegexNode {
    const parts = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at += 1;
      parts.push(this.#sequence());
    }
    return { kind: 'choice', parts };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    for (;;) {
      const char = this.#peek();
      // A lone ")" is an ordinary byte.
      if (char === undefined || char === '|' || (char === ')' && this.#depth > 0)) {
        return { kind: 'sequence', parts };
      }
      if (isQuantifier(char) && parts.length === 0) {
        this.#refuse(`there is nothing before "${char}" to repeat`);
      }
      parts.push(this.#piece());
    }
  }

  /** An atom with its quantifiers, of which a later one repeats what the earlier one does. */
  #piece(): RegexNode {
    const isAnchor = this.#peek() === '^' || this.#peek() === '$';
    let piece = this.#atom();
    for (let count = 1; isQuantifier(this.#peek()); count++) {
      if (isAnchor) this.#refuse(`"${this.#peek()}" cannot repeat an anchor`);
      if (count > DEPTH_MAX) this.#refuse(`it has more than ${DEPTH_MAX} repetitions of repetitions`);
      piece = { kind: 'repeat', node: piece, ...this.#quantifier() };
    }
    return piece;
  }

  #atom(): RegexNode {
    const char = this.#next();
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return this.#bracket();
      case '.':
        return { kind: 'byte', set: ANY_BYTE };
      case '^':
        return { kind: 'assertion', assertion: 'start' };
      case '$':
        return { kind: 'assertion', assertion: 'end' };
      case '\\':
        return this.#escape();
      default:
        return this.#literal(char);
    }
  }

  #group(): RegexNode {
    const group = ++this.#groups;
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) this.#refuse(`it has more than ${DEPTH_MAX} brackets within brackets`);
    const node = this.#choice();
    this.#depth -= 1;
    if (this.#next() !== ')') this.#refuse('a "(" is never closed');
    return { kind: 'group', group, node };
  }

  #literal(char: string): RegexNode {
    const set = new Uint8Array(256);
    set[char.charCodeAt(0)] = 1;
    if (this.#ignoreCase) foldSet(set);
    return { kind: 'byte', set };
  }

  #escape(): RegexNode {
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

  #quantifier(): { least: number; most: number } {
    switch (this.#next()) {
      case '*':
        return { least: 0, most: Infinity };
      case '+':
        return { least: 1, most: Infinity };
      case '?':
        return { least: 0, most: 1 };
      default:
        return this.#interval();
    }
  }

  #interval(): { least: number; most: number } {
    const interval = /^(\d*)(?:(,)(\d*))?\}/.exec(this.#bytes.slice(this.#at));
    const [whole = '', low = '', comma = '', high = ''] = interval ?? [];
    if (interval === null || low + comma === '')
      this.#refuse('what follows "{" is not a number of repetitions');
    const least = Number(low);
    const most = comma === '' ? least : high === '' ? Infinity : Number(high);
    const largest = most === Infinity ? least : most;
    if (least > most || largest > REPEATS_MAX) this.#refuse(`"{${whole}" is not a range of repetitions`);
    this.#at += whole.length;
    return { least, most };
  }

  #bracket(): RegexNode {
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
      const fold = this.#ignoreCase ? upperByte : sameByte;
      if (fold(to) < fold(from)) this.#refuse('a range in brackets runs backwards');
      addRange(set, from, to, fold);
    }
    this.#at += 1;
    if (this.#ignoreCase) foldSet(set);
    return { kind: 'byte', set: isNegated ? negated(set) : set };
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
    throw new RegexProblem(problem, hint);
  }
}

function isQuantifier(char: string | undefined): boolean {
  return char === '*' || char === '+' || char === '?' || char === '{';
}

function classOf(name: string, more = ''): ByteSet {
  const set = new Uint8Array(256);
  addClass(set, name);
  for (const char of more) set[char.charCodeAt(0)] = 1;
  return set;
}

function negated(set: ByteSet): ByteSet {
  return set.map((member) => 1 - member);
}
