import { helpOn } from './commands/help.ts';
import { checkArguments } from './check-arguments.ts';
import type { Command, CommandContext } from './command.ts';

/**
 * Checks the arguments of a command and runs it; when its signal aborts, that is its end, also if it does not look at it.
 * @throws CommandError, CommandCancelled, OperatorError
 */
export async function runCommandLine(command: Command, context: CommandContext): Promise<void> {
  const { keywords } = command;
  // `run help` is another way to say `help run`.
  if (keywords !== 'rest' && context.line.rest.toLowerCase() === 'help')
    return await context.print(helpOn(command));
  checkArguments(command, context.line);
  await Promise.race([command.run(context), rejectionOn(context.signal)]);
}

function rejectionOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
