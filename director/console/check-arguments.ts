import { nearest } from '../../configuration/suggestion.ts';
import { CommandError } from './command-error.ts';
import type { CommandLine } from './command-line.ts';
import type { Command } from './command.ts';

/**
 * Refuses what a command does not know, since a slip like `levle=Full` would else run something that was not meant.
 * @throws CommandError
 */
export function checkArguments(
  { name, keywords, absentKeywords = {} }: Pick<Command, 'name' | 'keywords' | 'absentKeywords'>,
  { arguments: args }: CommandLine,
): void {
  if (keywords === 'rest') return;
  for (const { keyword, text } of args) {
    if (Object.hasOwn(keywords, keyword)) continue;
    if (Object.hasOwn(absentKeywords, keyword)) throw new CommandError(...absentKeywords[keyword]!);
    const near = nearest(keyword, Object.keys(keywords));
    throw new CommandError(
      `"${text}" is no argument of ${name}`,
      near === undefined ? `"help ${name}" lists its arguments.` : `Did you mean "${near}"?`,
    );
  }
}
