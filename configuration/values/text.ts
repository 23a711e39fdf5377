import type { Assignment, Token } from '../syntax.ts';
import type { AssignedType, ReadContext } from '../value-type.ts';
import { expandPath, protectPath } from './path-expansion.ts';
import { singleToken, warnOfDroppedBlanks, wrongValue } from './single-token.ts';

/** Longest name of a resource, in characters. */
const NAME_LENGTH_MAX = 127;
const NAME_PATTERN = /^[A-Za-z0-9 :._-]*$/;

/** `text` in quotes, so that it reads back as itself. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** What a text must be beyond that; a message about what is wrong with `text`, or nothing. */
type TextCheck = (text: string, directiveName: string) => { message: string; hint?: string } | undefined;

/** A type for texts that are given once. */
export function textType(
  title: string,
  example: string,
  check: TextCheck = () => undefined,
): AssignedType<string> {
  const type: AssignedType<string> = {
    form: 'assigned',
    title,
    example,
    repeated: 'refused',
    read(assignment, context) {
      const token = readText(assignment, context, type);
      if (!token) return undefined;
      const wrong = check(token.text, assignment.name.text);
      if (!wrong) return token.text;
      context.error(token, wrong.message, wrong.hint);
      return undefined;
    },
    format: (value) => [quote(value)],
  };
  return type;
}

/** Any text. */
export const string = textType('a text', '"some text"');

/** A program with its arguments. */
export const command = textType('a command', '"/usr/local/bin/program argument"');

/** Kept as it stands: the keys of connections are made from it. */
export const password = textType('a password', '"6nlsGZ2kqYx0"', (text, directiveName) =>
  text === ''
    ? { message: `${directiveName} is empty: it would let anyone in`, hint: 'set a long random one' }
    : undefined,
);

/** The name of a resource. */
export const name = textType('a name', '"web-1"', (text, directiveName) => {
  if (text === '') return { message: `${directiveName} is empty` };
  if (text.length > NAME_LENGTH_MAX) {
    return { message: `a name has at most ${NAME_LENGTH_MAX} characters; this one has ${text.length}` };
  }
  if (NAME_PATTERN.test(text)) return undefined;
  const hint = 'a name holds letters, digits, blanks and the characters : . - _';
  return { message: `"${text}" is not a legal name`, hint };
});

/** A path on the daemon's machine: `~` and `$VARIABLE` are expanded, except in a `|command`. */
export const path = pathType('a path', '/var/lib/noctule/file');

/** A path that cannot be left empty. */
export const directory = pathType('a directory', '/var/lib/noctule', (text, directiveName) =>
  text === '' ? { message: `${directiveName} is empty` } : undefined,
);

function pathType(title: string, example: string, check?: TextCheck): AssignedType<string> {
  const text = textType(title, example, (written, directiveName) => {
    const expanded = expandPath(written, process.env);
    if (typeof expanded === 'string') return check?.(expanded, directiveName);
    return {
      message: `"${written}" needs the environment variable ${expanded.missingVariable}, which is not set`,
      hint: 'set it for the daemon, or write the path out',
    };
  });
  return {
    ...text,
    read(assignment, context) {
      const written = text.read(assignment, context);
      const expanded = written === undefined ? undefined : expandPath(written, process.env);
      return typeof expanded === 'string' ? expanded : undefined;
    },
    format: (value) => [quote(protectPath(value))],
  };
}

/** A token that may stand where text is wanted: unquoted digits may not. */
export function readText(
  assignment: Assignment,
  context: ReadContext,
  expected: { title: string; example: string },
): Token | undefined {
  const token = singleToken(assignment, context, expected);
  if (!token) return undefined;
  if (token.kind === 'number') {
    context.error(
      token,
      `${assignment.name.text} takes ${expected.title}, and a number without quotes is not one`,
      `write ${assignment.name.text} = "${token.text}"`,
    );
    return undefined;
  }
  if (token.kind === 'quoted' || token.kind === 'word' || token.kind === 'string') {
    warnOfDroppedBlanks(token, context);
    return token;
  }
  wrongValue(assignment, token, context, expected);
  return undefined;
}
