import { CommandError } from './command-error.ts';

/** @throws CommandError when the value is neither yes nor no (true, false, 1, 0). */
export function parseYesNo(keyword: string, value: string): boolean {
  if (/^(yes|true|1)$/i.test(value)) return true;
  if (/^(no|false|0)$/i.test(value)) return false;
  throw new CommandError(`"${keyword}=${value}" is neither yes nor no`);
}
