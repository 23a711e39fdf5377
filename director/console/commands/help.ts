import { CommandError } from '../command-error.ts';
import type { Command, KeywordValue } from '../command.ts';

export const help: Command = {
  name: 'help',
  description: 'Print help, also on one command',
  keywords: 'rest',
  async run({ commands: all, line, print }) {
    const wanted = line.rest.toLowerCase();
    const commands =
      wanted === ''
        ? all.filter(({ isAbsent }) => !isAbsent)
        : all.filter(({ name }) => name.startsWith(wanted)).slice(0, 1);
    if (commands.length === 0)
      throw new CommandError(`there is no command "${wanted}"`, 'Type help for a list.');
    await print(wanted === '' ? helpText(commands) : helpOn(commands[0]!));
  },
};

/** One command with its arguments. */
export function helpOn(command: Command): string {
  return helpText([command], `\nArguments:\n${wrapped(usageOf(command) || 'none')}`);
}

function helpText(commands: readonly Command[], more = ''): string {
  return (
    '  Command       Description\n  =======       ===========\n' +
    commands.map(({ name, description }) => `  ${name.padEnd(13)} ${description}\n`).join('') +
    more +
    '\nWhen at a prompt, entering a period cancels the command.\n\n'
  );
}

/** The arguments of a command on one line: `job=<job> level=<Full|Incremental> yes`. */
export function usageOf({ keywords }: Command): string {
  if (keywords === 'rest') return '[text]';
  return Object.entries(keywords)
    .map(([keyword, value]) => (value === 'flag' ? keyword : `${keyword}=<${valueWord(value)}>`))
    .join(' ');
}

/** Lines of a screen's width, cut at blanks. */
function wrapped(text: string): string {
  return text.replace(/(.{1,70})(?:\s+|$)/g, '\t$1\n');
}

function valueWord(value: KeywordValue): string {
  return typeof value === 'string' ? value : value.join('|');
}
