import type { DirectorConf } from '../../configuration/director-conf.ts';
import type { Rights } from '../rights/rights.ts';
import type { Command, KeywordValue, ResourceKind } from './command.ts';
import { unfinishedWord } from './command-line.ts';
import { allowedCommands, findCommand } from './command-table.ts';

/**
 * Words that may stand at the end of a command line, each whole as it would be typed: commands first, then the
 * command's keywords, then the values of a keyword.
 */
export function completeCommand(line: string, conf: DirectorConf, rights?: Rights): string[] {
  const { text: word } = unfinishedWord(line);
  const verb = line.trimStart().split(/\s/, 1)[0]!;
  if (line.trimStart() === word)
    return allowedCommands(rights)
      .filter(({ name, isAbsent }) => !isAbsent && startsWith(name, word))
      .map(({ name }) => name);
  const command = findCommand(verb.toLowerCase(), rights);
  return command ? completeArgument(command, word, conf) : [];
}

function completeArgument({ keywords }: Command, word: string, conf: DirectorConf): string[] {
  if (keywords === 'rest') return [];
  const equals = word.indexOf('=');
  if (equals < 0) {
    return Object.entries(keywords)
      .map(([keyword, value]) => (value === 'flag' ? keyword : `${keyword}=`))
      .filter((keyword) => startsWith(keyword, word));
  }
  const keyword = word.slice(0, equals);
  const typed = word.slice(equals + 1).replace(/^"/, '');
  return valuesOf(keywords[keyword.toLowerCase()], conf)
    .filter((value) => value.startsWith(typed)) // names are told apart by case
    .map((value) => `${keyword}=${/\s/.test(value) ? `"${value}"` : value}`);
}

function valuesOf(value: KeywordValue | undefined, conf: DirectorConf): readonly string[] {
  if (value === undefined || value === 'flag' || value === 'text') return [];
  return typeof value === 'string' ? NAMES[value](conf) : value;
}

const NAMES: Readonly<Record<ResourceKind, (conf: DirectorConf) => string[]>> = {
  job: ({ jobs }) => jobs.map(({ name }) => name),
  client: ({ clients }) => clients.map(({ name }) => name),
  fileset: ({ fileSets }) => fileSets.map(({ name }) => name),
  storage: ({ storages }) => storages.map(({ name }) => name),
  pool: ({ pools }) => pools.map(({ name }) => name),
  schedule: ({ schedules }) => schedules.map(({ name }) => name),
  catalog: ({ catalogs }) => catalogs.map(({ name }) => name),
  messages: ({ messages }) => messages.map(({ name }) => name),
};

function startsWith(candidate: string, typed: string): boolean {
  return candidate.toLowerCase().startsWith(typed.toLowerCase());
}
