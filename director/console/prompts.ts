import { CommandCancelled, CommandError, NOTHING_DONE } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { wantsJson } from './listing.ts';

export interface Menu {
  readonly heading: string;
  /** Without the "(1-9): " that is added. */
  readonly prompt: string;
  readonly items: readonly string[];
}

/**
 * Shows a numbered list and resolves with the index chosen, counted from 0. The item's own text is taken as an answer
 * too.
 * @throws CommandCancelled
 */
export async function chooseFromMenu(context: CommandContext, menu: Menu): Promise<number> {
  const { items } = menu;
  if (wantsJson(context)) throw questionInJson(menu.prompt);
  await context.print(
    [menu.heading, ...items.map((item, index) => `${String(index + 1).padStart(6)}: ${item}`)].join('\n') +
      '\n',
  );
  for (;;) {
    const answer = await askOrAbort(context, `${menu.prompt} (1-${items.length}): `, items);
    const byName = items.indexOf(answer);
    if (byName >= 0) return byName;
    if (!/^\d{1,9}$/.test(answer)) {
      await context.say(`Expected a positive integer, got: ${answer}`);
    } else if (Number(answer) < 1 || Number(answer) > items.length) {
      await context.say(`Please enter a number between 1 and ${items.length}`);
    } else {
      return Number(answer) - 1;
    }
  }
}

/** Who wants JSON is a program, which could not tell a question from an answer. */
export function questionInJson(prompt: string): CommandError {
  return new CommandError(
    `it would have to ask "${prompt.trim()}"`,
    'Say it on the line: with JSON nothing is asked.',
  );
}

/** Asks until the answer is a positive whole number. */
export async function askPositiveInteger(context: CommandContext, prompt: string): Promise<number> {
  for (;;) {
    const answer = await context.ask(prompt);
    if (/^\d{1,9}$/.test(answer) && Number(answer) > 0) return Number(answer);
    await context.say(`Expected a positive integer, got: ${answer}`);
  }
}

/** A question that is answered by yes or no, or their first letters. */
export async function confirm(context: CommandContext, question: string): Promise<boolean> {
  for (;;) {
    const answer = (await askOrAbort(context, `${question} (yes/no): `, ['yes', 'no'])).toLowerCase();
    if (answer !== '' && 'yes'.startsWith(answer)) return true;
    if (answer !== '' && 'no'.startsWith(answer)) return false;
    await context.say('Please answer yes or no.');
  }
}

async function askOrAbort(
  context: CommandContext,
  prompt: string,
  words: readonly string[],
): Promise<string> {
  try {
    return await context.ask(prompt, (line) => words.filter((word) => word.startsWith(line)));
  } catch (error) {
    if (error instanceof CommandCancelled && error.notice === undefined)
      throw new CommandCancelled(NOTHING_DONE);
    throw error;
  }
}
