import { RunLineError } from '../../calendar/run-line-error.ts';
import type { Span } from '../source.ts';
import { writtenText, type Assignment } from '../syntax.ts';
import type { ReadContext } from '../value-type.ts';
import { spanOfTokens } from './single-token.ts';

/** A line of a Schedule, as calendar/ reads it, and where its parts stand. */
export interface ReadLine<L> {
  readonly line: L;
  /** The stretch of the line from a 1-based column on. */
  readonly within: (column: number, length: number) => Span;
}

/** Reads a line with a parser of calendar/; its errors and warnings are reported at their place in the conf. */
export function readScheduleText<L extends { readonly warnings: readonly string[] }>(
  assignment: Assignment,
  context: ReadContext,
  parse: (text: string) => L,
): ReadLine<L> | undefined {
  const span = spanOfTokens(assignment.value) ?? assignment.name;
  const within = (column: number, length: number): Span => {
    const start = Math.min(span.start + column - 1, Math.max(span.start, span.end - 1));
    return { source: span.source, start, end: Math.min(start + length, span.end) };
  };
  try {
    const line = parse(writtenText(assignment.value));
    for (const warning of line.warnings) context.warning(span, warning);
    return { line, within };
  } catch (error) {
    if (!(error instanceof RunLineError)) throw error;
    context.error(within(error.column, error.length), error.message, error.hint);
    return undefined;
  }
}
