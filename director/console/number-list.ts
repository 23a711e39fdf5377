import { CommandError } from './command-error.ts';

/** More than this in one list is a slip of the finger, not a wish. */
const NUMBERS_MAX = 10_000;

/**
 * Numbers as `1,2-5,9`, each once, in the order given.
 * @throws CommandError when the text is something else.
 */
export function parseNumberList(keyword: string, text: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last] = /^\s*(\d{1,10})(?:-(\d{1,10}))?\s*$/.exec(part) ?? [];
    const from = Number(first);
    const to = last === undefined ? from : Number(last);
    if (first === undefined || to < from || to - from >= NUMBERS_MAX) {
      throw new CommandError(`"${keyword}=${text}" is no list of numbers`, `Write it as ${keyword}=1,2,5-9.`);
    }
    for (let number = from; number <= to; number++) numbers.add(number);
  }
  return [...numbers];
}
