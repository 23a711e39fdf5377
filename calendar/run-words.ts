import { RunLineError } from './run-line-error.ts';

/** A word of a Run line. */
export interface RunWord {
  /** As written; of a quoted word what is between the quotes, without the backslashes that escape. */
  readonly text: string;
  readonly quoted: boolean;
  /** Of its first character (the quote, if quoted), 1-based. */
  readonly column: number;
  /** In the line, with quotes. */
  readonly length: number;
}

const WORD = /[\s,]+|"((?:[^"\\]|\\.)*)"|(=|[^\s,="]+)/gy;

/** Cuts a Run line into words. Blanks and commas separate them; `=` is a word of its own. */
export function splitRunLine(line: string): RunWord[] {
  const words: RunWord[] = [];
  let end = 0;
  for (const match of line.matchAll(WORD)) {
    const [written, quoted, plain] = match;
    end = match.index + written.length;
    const text = plain ?? quoted?.replace(/\\(.)/g, '$1');
    if (text === undefined) continue;
    words.push({ text, quoted: quoted !== undefined, column: match.index + 1, length: written.length });
  }
  if (end < line.length) {
    throw new RunLineError('A quote is opened in the Run line and not closed', {
      column: end + 1,
      length: line.length - end,
      hint: 'Close it with a second ".',
    });
  }
  return words;
}

/** Whether a word is the sign between keyword and value. */
export function isEquals(word: RunWord | undefined): boolean {
  return word?.text === '=' && !word.quoted;
}

/** A RunLineError at a word. */
export function wrongWord(word: RunWord, message: string, hint: string): RunLineError {
  return new RunLineError(message, { column: word.column, length: word.length, hint });
}
