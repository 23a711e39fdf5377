/** The commands of a line, taken apart at a separator that stands outside quotes. Empty ones are dropped. */
export function splitCommands(line: string, separator: string): string[] {
  const commands: string[] = [];
  let quoted = false;
  let command = '';
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) {
      commands.push(command);
      command = '';
    } else {
      command += character;
    }
  }
  return [...commands, command].map((text) => text.trim()).filter((text) => text !== '');
}
