import { canonicalName } from '../syntax.ts';
import { nearest } from '../suggestion.ts';
import type { AssignedType } from '../value-type.ts';
import { singleToken } from './single-token.ts';

/**
 * One of a fixed set of words; case and blanks do not count. `aliases` are further spellings of a word.
 * Anything else is an error that lists the words.
 */
export function oneOf<const W extends string>(
  words: readonly W[],
  aliases: Readonly<Record<string, W>> = {},
): AssignedType<W> {
  const byKey = new Map<string, W>(words.map((word) => [canonicalName(word), word]));
  for (const [alias, word] of Object.entries(aliases)) byKey.set(canonicalName(alias), word);
  const type: AssignedType<W> = {
    form: 'assigned',
    title: words.length > 6 ? `one of ${words.join(', ')}` : listed(words),
    example: words[0] ?? '',
    repeated: 'last',
    read(assignment, context) {
      const token = singleToken(assignment, context, type);
      if (!token) return undefined;
      const word = byKey.get(canonicalName(token.text));
      if (word !== undefined) return word;
      const suggestion = nearest(token.text, words);
      context.error(
        token,
        `${assignment.name.text} takes ${type.title}, not "${token.text}"`,
        suggestion === undefined ? undefined : `did you mean "${suggestion}"?`,
      );
      return undefined;
    },
    format: (value) => [value],
  };
  return type;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
