import { CommandError } from './command-error.ts';

/** One word of a command line: `keyword` or `keyword=value`. */
export interface Argument {
  /** In lower case: case does not matter. */
  readonly keyword: string;
  readonly value?: string;
  /** As it was typed, quotes taken off. */
  readonly text: string;
}

/** A line as the admin typed it, taken apart: the command's name, then arguments. */
export class CommandLine {
  /** Of the command or an abbreviation of it, in lower case; empty for a blank line. */
  readonly verb: string;
  readonly arguments: readonly Argument[];
  readonly #text: string;

  /**
   * @param fill What is made of each word once the line has been taken apart: for codes in a script's line.
   * @throws CommandError for a quote that is not closed.
   */
  constructor(text: string, fill: (word: string) => string = (word) => word) {
    this.#text = text.trim();
    const [verb, ...words] = splitWords(this.#text);
    this.verb = verb?.text.toLowerCase() ?? '';
    this.arguments = words.map((word) => toArgument(fill(word.text)));
  }

  /** Everything behind the command's name, as typed. */
  get rest(): string {
    return this.#text.slice(this.verb.length).trim();
  }

  /** Whether one of the keywords stands on the line, with or without a value. */
  has(...keywords: readonly string[]): boolean {
    return this.arguments.some(({ keyword }) => keywords.includes(keyword));
  }

  /** The value of the first of these keywords that has one; `x=` alone counts as absent. */
  value(...keywords: readonly string[]): string | undefined {
    return this.arguments.find(({ keyword, value }) => value && keywords.includes(keyword))?.value;
  }

  /** All values of a keyword that may be repeated. */
  values(keyword: string): string[] {
    return this.arguments.flatMap((argument) =>
      argument.keyword === keyword && argument.value ? [argument.value] : [],
    );
  }

  /**
   * A value that must be a whole number.
   * @throws CommandError when it is something else.
   */
  integer(...keywords: readonly string[]): number | undefined {
    const text = this.value(...keywords);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) {
      throw new CommandError(`"${keywords[0]}=${text}" is no number`, `Write ${keywords[0]}= and digits.`);
    }
    return Number(text);
  }
}

/** A word of a line, and whether quotes were around (a part of) it. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
  /** Where it begins in the line, counted from 0. */
  readonly start: number;
}

/**
 * The words of a line. Double quotes hold blanks together, also behind `keyword=`; inside them `\"` and `\\` stand
 * for `"` and `\`. Outside a backslash is an ordinary character, since paths may have it.
 * @throws CommandError for a quote that is not closed.
 */
export function splitWords(line: string): Word[] {
  const words: Word[] = [];
  const pattern = /(?:[^\s"]|"(?:[^"\\]|\\.)*")+|(")/g;
  for (const match of line.matchAll(pattern)) {
    if (match[1] !== undefined) {
      throw new CommandError(
        `a quote is not closed: ${line.slice(match.index)}`,
        'Close it with ", or write \\" inside quotes.',
      );
    }
    const text = match[0].replace(/"((?:[^"\\]|\\.)*)"/g, (_, inside: string) =>
      inside.replace(/\\(["\\])/g, '$1'),
    );
    words.push({ text, quoted: match[0].includes('"'), start: match.index });
  }
  return words;
}

/**
 * The word that the end of a line may be the beginning of: what stands behind the last blank outside quotes.
 * `quote` is what opens it, if it is quoted from its first letter on.
 */
export function unfinishedWord(line: string): { readonly text: string; readonly quote: '"' | '' } {
  let start = 0;
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    if (line[index] === '"') quoted = !quoted;
    else if (/\s/.test(line[index]!) && !quoted) start = index + 1;
  }
  const word = line.slice(start);
  return word.startsWith('"') ? { text: word.slice(1), quote: '"' } : { text: word, quote: '' };
}

function toArgument(text: string): Argument {
  const equals = text.indexOf('=');
  if (equals <= 0) return { keyword: text.toLowerCase(), text };
  return { keyword: text.slice(0, equals).toLowerCase(), value: text.slice(equals + 1), text };
}
