import type { Destination, MessageType } from './values/destination.ts';

/** What may be left out: the Director tells by the others how the job has ended. */
const OPTIONAL_TYPES: ReadonlySet<MessageType> = new Set<MessageType>([
  ...(['Info', 'Skipped', 'Mount', 'Restored'] as const),
]);

/**
 * Whether the Messages resource of a client or storage daemon lets a message go to a Director:
 * `director = NAME = all, !skipped`. All do when no line names it, but for the list of restored files, of which there may
 * be millions; warnings, errors and files that were not saved do in any case. `destinations`: of that resource.
 */
export function goesToDirector(
  type: MessageType,
  directorName: string,
  destinations: readonly Destination[],
): boolean {
  if (!OPTIONAL_TYPES.has(type)) return true;
  const lines = destinations.filter(({ kind, where }) => kind === 'director' && where[0] === directorName);
  if (lines.length === 0) return type !== 'Restored';
  return lines.some(({ types }) => types.has(type));
}
