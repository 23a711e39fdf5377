import { homedir } from 'node:os';

/**
 * Expands `~`, `$NAME` and `${NAME}` as a shell would, and drops the backslash before any other character.
 * A value that begins with `|` is a command and stays as it is.
 */
export function expandPath(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | { missingVariable: string } {
  if (text.startsWith('|')) return text;
  let missingVariable: string | undefined;
  const expanded = text
    .replace(/^~(?=\/|$)/, () => environment['HOME'] ?? homedir())
    .replace(/\\(.)|\$(?:\{(\w+)\}|(\w+))/gs, (_match, literal?: string, braced?: string, bare?: string) => {
      if (literal !== undefined) return literal;
      const name = braced ?? bare ?? '';
      const value = environment[name];
      if (value === undefined) missingVariable ??= name;
      return value ?? '';
    });
  return missingVariable === undefined ? expanded : { missingVariable };
}

/** The inverse of `expandPath`: a text that expands to `path`, whatever the environment. */
export function protectPath(path: string): string {
  return path.startsWith('|') ? path : path.replace(/[\\$]|^~/g, '\\$&');
}
