import type { Span } from '../source.ts';
import { writtenText, type Assignment, type Token } from '../syntax.ts';
import type { ReadContext } from '../value-type.ts';

/**
 * The one token of a single value. What follows it on the line does not count, as ever in this language; that is
 * seldom what was meant, so it is said.
 */
export function singleToken(
  assignment: Assignment,
  context: ReadContext,
  expected: { title: string; example: string },
): Token | undefined {
  const [token, ...rest] = assignment.value;
  if (!token) {
    context.error(
      assignment.name,
      `${assignment.name.text} has no value: it takes ${expected.title}`,
      `write it on the same line, as in "${assignment.name.text} = ${expected.example}"`,
    );
    return undefined;
  }
  if (token.kind === '=' || token.kind === ',') {
    wrongValue(assignment, token, context, expected);
    return undefined;
  }
  if (rest.length > 0) warnOfRest(assignment, rest, context);
  return token;
}

/**
 * The whole value as it was written, for values of several words such as `2 months 3 weeks`. Quotes around it are not
 * needed, and do no harm.
 */
export function writtenValue(
  assignment: Assignment,
  context: ReadContext,
  expected: { title: string; example: string },
): { text: string; span: Span } | undefined {
  const span = spanOfTokens(assignment.value);
  if (span && assignment.value[0]?.kind !== 'quoted') return { text: writtenText(assignment.value), span };
  const token = singleToken(assignment, context, expected);
  return token && { text: token.text, span: token };
}

/** Reports a value of the wrong type, with an example of the right form. */
export function wrongValue(
  assignment: Assignment,
  found: Span & { text: string },
  context: ReadContext,
  expected: { title: string; example: string },
): void {
  context.error(
    found,
    `${assignment.name.text} takes ${expected.title}, not "${found.text}"`,
    `for example "${assignment.name.text} = ${expected.example}"`,
  );
}

/** The span from the first token to the last of one source. */
export function spanOfTokens(tokens: readonly Token[]): Span | undefined {
  const first = tokens[0];
  if (!first) return undefined;
  const last = tokens.findLast((token) => token.source === first.source);
  return { source: first.source, start: first.start, end: last?.end ?? first.end };
}

/** For a text value: blanks that were left out between letters change the name. */
export function warnOfDroppedBlanks(token: Token, context: ReadContext): void {
  if (!token.blanksDropped) return;
  const written = token.source.text.slice(token.start, token.end);
  context.warning(
    token,
    `blanks in an unquoted value do not count: "${written}" is read as "${token.text}"`,
    'put it in quotes if the blanks belong to it, and a ";" or a line end between two directives',
  );
}

function warnOfRest(assignment: Assignment, rest: readonly Token[], context: ReadContext): void {
  const span = spanOfTokens(rest);
  if (!span) return;
  const swallowed = rest.some((token) => token.kind === '=');
  context.warning(
    span,
    `the rest of the line after the value of ${assignment.name.text} is ignored: ${writtenText(rest)}`,
    swallowed
      ? 'end each directive with ";" or a line end, otherwise only the first one counts'
      : 'put a value with blanks in quotes, and a "#" before a comment',
  );
}
