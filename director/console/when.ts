import { parseDateTime } from '../../text/civil-time.ts';
import { parseDuration } from '../../text/duration.ts';
import { CommandError } from './command-error.ts';

/**
 * A point in time as the admin writes it: "2026-11-21 03:40:00" (may be cut short on the right), or a duration from
 * now ("2 hours").
 * @throws CommandError when it is neither.
 */
export function parseWhen(text: string, now: Date): Date {
  if (text.includes('-')) return parseDate(text);
  const seconds = parseDuration(text);
  if (seconds !== undefined) return new Date(now.getTime() + seconds * 1000);
  throw notATime(text);
}

/** @throws CommandError */
export function parseDate(text: string): Date {
  const date = parseDateTime(text);
  if (!date) throw notATime(text);
  return date;
}

function notATime(text: string): CommandError {
  return new CommandError(`"${text}" is no date and time`, 'Write it as "YYYY-MM-DD HH:MM:SS".');
}
