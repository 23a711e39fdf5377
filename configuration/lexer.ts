import type { SourceOpener } from './include.ts';
import type { Problems } from './problem.ts';
import { placeOf, type Source, type Span } from './source.ts';
import type { Token } from './syntax.ts';

/** A source that is being read, and how far. */
interface Frame {
  readonly source: Source;
  at: number;
}

/** What a character can be, as bits: every character of a conf is asked for them, so they are in a table. */
const LETTER = 1;
const DIGIT = 2;
const BLANK = 4;
/** Ends an unquoted value, besides blanks. */
const VALUE_END = 8;
const BACKSLASH = 16;
const CLASSES = new Uint8Array(128);
for (const [characters, bit] of [
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', LETTER],
  ['0123456789', DIGIT],
  [' \t\v\f', BLANK],
  ['={};,#\n', VALUE_END],
  ['\\', BACKSLASH],
] as const) {
  for (const character of characters) CLASSES[character.charCodeAt(0)] = bit;
}

/** What ends the name of an unquoted include. */
const INCLUDE_END = /[\s{};,"#]/;

/** The bit of the character at an offset; 0 for others and beyond the end. */
function classAt(text: string, at: number): number {
  return CLASSES[text.charCodeAt(at)] ?? 0;
}

/**
 * Cuts a conf into tokens, following its includes. The rules are those of Bacula, the odd ones too: an unquoted word
 * of letters leaves out the blanks inside it, and a backslash outside quotes joins lines or vanishes.
 *
 *            letter                digit
 *     START --------> WORD   START -------> NUMBER      WORD, NUMBER --any other character--> STRING
 */
export class Lexer {
  readonly #frames: Frame[];
  readonly #opener: SourceOpener;
  readonly #problems: Problems;
  #held: Token | undefined;

  constructor(source: Source, opener: SourceOpener, problems: Problems) {
    this.#frames = [{ source, at: 0 }];
    this.#opener = opener;
    this.#problems = problems;
  }

  /** The next token; `eof` again and again at the end. */
  next(): Token {
    const held = this.#held;
    if (held) {
      this.#held = undefined;
      return held;
    }
    for (;;) {
      const frame = this.#frames.at(-1);
      if (!frame) throw new Error('the lexer has no source');
      const { text } = frame.source;
      while (classAt(text, frame.at) === BLANK) frame.at += 1;
      const character = text[frame.at];
      if (character === undefined) {
        if (this.#frames.length === 1) return token(frame, 'eof', frame.at);
        this.#frames.pop();
        // An include ends the line, whether or not its text ended with a line end.
        return token(frame, 'end', frame.at);
      }
      if (character === '#') skipLine(frame);
      else if (character === '\\') this.#skipBackslash(frame);
      else if (character === '@') this.#include(frame);
      else return this.#tokenAt(frame, character);
    }
  }

  /** The next token is left to be read again. */
  peek(): Token {
    return (this.#held ??= this.next());
  }

  #tokenAt(frame: Frame, character: string): Token {
    const start = frame.at;
    switch (character) {
      case '\n':
      case ';':
        frame.at += 1;
        return token(frame, 'end', start);
      case '{':
      case '}':
      case '=':
      case ',':
        frame.at += 1;
        return token(frame, character, start, character);
      case '"': {
        const text = this.#readQuoted(frame);
        return this.#checked(token(frame, 'quoted', start, text));
      }
      default:
        return this.#checked(this.#readUnquoted(frame));
    }
  }

  /** Reads `"..."` at the frame's position. A quote that is not closed ends with its line. */
  #readQuoted(frame: Frame): string {
    const { source } = frame;
    const { text } = source;
    const start = frame.at;
    let value = '';
    let at = start + 1;
    let from = at;
    while (at < text.length && text[at] !== '"') {
      if (text[at] === '\\') {
        value += text.slice(from, at);
        at += 1;
        from = at;
      }
      at += 1;
    }
    value += text.slice(from, at);
    // A value may run over lines. But when what follows its end is the inside of another quote, one is missing.
    const isFollowed = at + 1 < text.length && (classAt(text, at + 1) & (BLANK | VALUE_END)) === 0;
    const isClosed = at < text.length && !(value.includes('\n') && isFollowed);
    if (isClosed) {
      frame.at = at + 1;
      return value;
    }
    const lineEnd = text.indexOf('\n', start);
    frame.at = lineEnd < 0 ? text.length : lineEnd;
    this.#problems.add(
      'error',
      { source, start, end: frame.at },
      'this quote is not closed',
      'add the closing quote; a quote inside the value is written \\"',
    );
    return text.slice(start + 1, frame.at);
  }

  #include(frame: Frame): void {
    const start = frame.at;
    const { text } = frame.source;
    frame.at += 1;
    let name = '';
    if (text[frame.at] === '|') {
      name = '|';
      frame.at += 1;
    }
    if (text[frame.at] === '"') {
      name += this.#readQuoted(frame);
    } else {
      const from = frame.at;
      while (frame.at < text.length && !INCLUDE_END.test(text[frame.at] ?? '')) frame.at += 1;
      name += text.slice(from, frame.at);
    }
    const span: Span = { source: frame.source, start, end: frame.at };
    if (name === '' || name === '|') {
      this.#problems.add(
        'error',
        span,
        '"@" includes a file, and no name follows',
        'put a value with "@" in quotes',
      );
      return;
    }
    const source = this.#opener.openInclude(
      name,
      span,
      this.#frames.map((one) => one.source),
    );
    if (source) this.#frames.push({ source, at: 0 });
  }

  /** Reads a word, number or string at the frame's position. */
  #readUnquoted(frame: Frame): Token {
    const { source } = frame;
    const { text } = source;
    const start = frame.at;
    const first = classAt(text, start);
    let kind: 'word' | 'number' | 'string' =
      first === LETTER ? 'word' : first === DIGIT ? 'number' : 'string';
    let value = '';
    let from = start; // of the piece not yet in `value`
    let end = start; // behind the last character that counts
    let blanksDropped = false;
    while (frame.at < text.length) {
      const found = classAt(text, frame.at);
      if (found === VALUE_END) break;
      if (found === BLANK) {
        let next = frame.at + 1;
        while (classAt(text, next) === BLANK) next += 1;
        // Bacula reads `Full "5 23 * * 6"` as `Full"5`, which nobody can mean: a quote begins a value of its own.
        if (kind !== 'word' || text[next] === '"') break;
        value += text.slice(from, frame.at);
        frame.at = next;
        from = next;
      } else if (found === BACKSLASH) {
        value += text.slice(from, frame.at);
        this.#skipBackslash(frame);
        from = frame.at;
      } else {
        if (end < frame.at && classAt(text, frame.at - 1) === BLANK) blanksDropped = true;
        if (kind === 'word' && found !== LETTER) kind = 'string';
        else if (kind === 'number' && found !== DIGIT) kind = 'string';
        frame.at += 1;
        end = frame.at;
      }
    }
    value += text.slice(from, frame.at);
    return { kind, text: value, source, start, end, blanksDropped };
  }

  /** Outside quotes: before a blank or line end it joins the next line, else it vanishes with the next character. */
  #skipBackslash(frame: Frame): void {
    const { source, at } = frame;
    const next = source.text[at + 1];
    if (next === undefined || next === '\n' || classAt(source.text, at + 1) === BLANK) {
      skipLine(frame);
      frame.at = Math.min(frame.at + 1, source.text.length);
      return;
    }
    frame.at += 2;
    this.#problems.add(
      'warning',
      { source, start: at, end: frame.at },
      `a backslash outside quotes vanishes, and "${next}" with it`,
      'put the value in quotes, where a backslash is written \\\\',
    );
  }

  #checked(value: Token): Token {
    if (value.source.hasInvalidBytes && value.text.includes('\uFFFD')) {
      this.#problems.add(
        'error',
        value,
        `this value is not UTF-8 (${placeOf(value)})`,
        'save the file as UTF-8; a path that is not UTF-8 can come from a list: File = "<list"',
      );
    }
    return value;
  }
}

function token(frame: Frame, kind: Token['kind'], start: number, text = ''): Token {
  return { kind, text, source: frame.source, start, end: frame.at, blanksDropped: false };
}

/** Moves to the line end, and not over it. */
function skipLine(frame: Frame): void {
  const end = frame.source.text.indexOf('\n', frame.at);
  frame.at = end < 0 ? frame.source.text.length : end;
}
