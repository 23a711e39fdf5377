import type { Span } from './source.ts';

/**
 * A token. `text` is the value after the quote and blank rules:
 *   word    letters only, blanks inside left out          string  any other unquoted text
 *   number  digits only                                   quoted  "..." without quotes and backslashes
 *   end     a line end or ';'                             the rest stand for themselves
 */
export interface Token extends Span {
  readonly kind: 'word' | 'string' | 'number' | 'quoted' | '{' | '}' | '=' | ',' | 'end' | 'eof';
  readonly text: string;
  /** Blanks between letters were left out, so that the value is not what it looks like. */
  readonly blanksDropped: boolean;
}

/** `Name = value`, with all tokens up to the end of the line: what they mean depends on the directive. */
export interface Assignment {
  readonly kind: 'assignment';
  readonly name: Token;
  /** The name in canonical form. */
  readonly key: string;
  readonly value: readonly Token[];
}

/** `Name { ... }` or `Name = { ... }`: a resource, or a block inside one. */
export interface Block {
  readonly kind: 'block';
  readonly name: Token;
  readonly key: string;
  readonly hasEquals: boolean;
  readonly entries: readonly Entry[];
}

export type Entry = Assignment | Block;

/** The form in which names of directives and resource types are compared: no blanks, lower case. */
export function canonicalName(name: string): string {
  return name.replace(/\s+/g, '').toLowerCase();
}

/** The value as it was written, from its first token to its last; '' when there is none. */
export function writtenText(tokens: readonly Token[]): string {
  let text = '';
  for (let first = 0; first < tokens.length;) {
    const begin = tokens[first];
    let last = first;
    // An include in the middle of a value continues in another source.
    while (last + 1 < tokens.length && tokens[last + 1]?.source === begin?.source) last += 1;
    if (begin) text += begin.source.text.slice(begin.start, tokens[last]?.end);
    first = last + 1;
  }
  // A backslash before a blank or line end joins the next line.
  return text.replace(/\\(?:[ \t][^\n]*)?\n/g, '');
}
