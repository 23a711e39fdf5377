import { readFileSync } from 'node:fs';
import { isErrno, messageOf } from '../../errors/operator-error.ts';
import { UsageError } from '../usage-error.ts';

/** Options of a tool that takes lists of paths: -i what, -e what not. */
export const LIST_OPTIONS = {
  include: { type: 'string', short: 'i' },
  exclude: { type: 'string', short: 'e' },
} as const;

/**
 * Whether a path (bytes as Latin-1 text) is wanted, by the lists that `include` and `exclude` name: a path in each line,
 * directories with all below.
 * @throws UsageError when a list cannot be read
 */
export function wantedPaths({
  include,
  exclude,
}: Readonly<Record<string, string | boolean | undefined>>): (path: string) => boolean {
  const [wanted, unwanted] = [pathsIn(include), pathsIn(exclude)];
  return (path) => (isIn(path, wanted) ?? true) && !(isIn(path, unwanted) ?? false);
}

/** Lines of a file as paths; undefined when none was named. */
function pathsIn(file: string | boolean | undefined): string[] | undefined {
  if (typeof file !== 'string') return undefined;
  const lines = linesOf(file);
  return lines.filter((line) => line !== '').map((line) => line.replace(/(.)\/$/, '$1'));
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'latin1').split('\n');
  } catch (cause) {
    const problem = isErrno(cause, 'ENOENT') ? 'there is no such file' : messageOf(cause);
    throw new UsageError(`the list ${file} cannot be read: ${problem}`, { cause });
  }
}

function isIn(path: string, lines: readonly string[] | undefined): boolean | undefined {
  return lines?.some((line) => line === '/' || path === line || path.startsWith(`${line}/`));
}
