import type { Assignment, Token } from '../syntax.ts';
import type { AssignedType, ReadContext } from '../value-type.ts';
import { warnOfDroppedBlanks, wrongValue } from './single-token.ts';
import { quote } from './text.ts';

/** Texts separated by commas; further lines of the directive add to them. */
export const stringList: AssignedType<readonly string[]> = {
  form: 'assigned',
  title: 'a list of texts',
  example: '"first", "second"',
  repeated: 'adds',
  read: (assignment, context) => listTokens(assignment, context, stringList)?.map((token) => token.text),
  format: (value) => (value.length === 0 ? [] : [value.map(quote).join(', ')]),
};

/** What a named console may use: shell-style patterns, `*all*` for everything. */
export const accessList: AssignedType<readonly string[]> = {
  ...stringList,
  title: 'a list of names or patterns',
  example: '"web-*", db1',
};

/** Texts, one on each line: a comma belongs to the text only inside quotes. */
export const lines: AssignedType<readonly string[]> = {
  ...stringList,
  title: 'a text, one for each line',
  example: '"some text"',
  format: (value) => value.map(quote),
};

/**
 * The values of a comma-separated list. Unlike a single value, a list does not put up with anything behind it.
 * `undefined` when something was wrong.
 */
export function listTokens(
  assignment: Assignment,
  context: ReadContext,
  expected: { title: string; example: string },
): Token[] | undefined {
  const values: Token[] = [];
  const { value } = assignment;
  for (let at = 0; at === 0 || at <= value.length; at += 2) {
    const token = value[at];
    const separator = value[at + 1];
    if (!token) {
      context.error(
        value[at - 1] ?? assignment.name,
        at === 0 ? `${assignment.name.text} has no value` : 'a value is missing after the comma',
        `for example "${assignment.name.text} = ${expected.example}"`,
      );
      return undefined;
    }
    if (token.kind !== 'word' && token.kind !== 'string' && token.kind !== 'quoted') {
      wrongValue(assignment, token, context, expected);
      return undefined;
    }
    warnOfDroppedBlanks(token, context);
    values.push(token);
    if (!separator) return values;
    if (separator.kind !== ',') {
      context.error(
        separator,
        `"${separator.text}" follows a value of the list ${assignment.name.text} without a comma`,
        'put commas between the values, and quotes around a value with blanks',
      );
      return undefined;
    }
  }
  return values;
}
