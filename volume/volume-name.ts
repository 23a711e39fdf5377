const NAME_LENGTH_MAX = 127;

/**
 * Why `name` cannot be the name of a volume; undefined when it can. Letters, digits and `: . - _`, at most 127 of them;
 * a volume is a file of that name, so `.` and `..` are out too.
 */
export function volumeNameProblem(name: string): string | undefined {
  if (name === '') return 'A volume name must not be empty.';
  const illegal = /[^A-Za-z0-9:._-]/u.exec(name)?.[0];
  if (illegal !== undefined) return `Illegal character "${illegal}" in a volume name.`;
  if (name.length > NAME_LENGTH_MAX)
    return `A volume name of ${name.length} characters: at most ${NAME_LENGTH_MAX}.`;
  if (name === '.' || name === '..') return `"${name}" cannot be a volume name: it is a directory.`;
  return undefined;
}
