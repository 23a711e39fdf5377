import { MessageType, Replace, type JobMessage } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { pathToBytes, type BytePath } from '../byte-path.ts';
import type { ReplaceRule } from '../restore/replace-rule.ts';
import type { Destination, MessageType as RoutedType } from '../../configuration/values/destination.ts';
import type { FileNotice } from '../walk/file-notice.ts';

const MESSAGE_TYPES: Readonly<Record<FileNotice['type'], MessageType>> = {
  info: MessageType.INFO,
  warning: MessageType.WARNING,
  error: MessageType.ERROR,
  notSaved: MessageType.NOT_SAVED,
  skipped: MessageType.SKIPPED,
};

/** A notice as the Director gets it. */
export function jobMessage({ type, path, text }: FileNotice): JobMessage {
  return { type: MESSAGE_TYPES[type], text, path: pathToBytes(path), atMs: Date.now() };
}

/** What may be left out: the Director tells by the others how the job has ended. */
const OPTIONAL_TYPES: ReadonlyMap<FileNotice['type'], RoutedType> = new Map([
  ['info', 'Info'],
  ['skipped', 'Skipped'],
]);

/**
 * Whether the Messages resource of the client lets this go to a Director: `director = NAME = all, !skipped`. All does when
 * no line names it; warnings, errors and files that were not saved do in any case.
 */
export function goesToDirector(
  { type }: Pick<FileNotice, 'type'>,
  directorName: string,
  destinations: readonly Destination[],
): boolean {
  const routed = OPTIONAL_TYPES.get(type);
  if (routed === undefined) return true;
  const lines = destinations.filter(({ kind, where }) => kind === 'director' && where[0] === directorName);
  return lines.length === 0 || lines.some(({ types }) => types.has(routed));
}

/** How far a job has come, as the Director gets it. */
export function jobProgress(
  { files, contentBytes: bytes }: { readonly files: number; readonly contentBytes: number },
  path: BytePath,
): { files: number; bytes: number; currentPath: Buffer } {
  return { files, bytes, currentPath: pathToBytes(path) };
}

/** The rule of a restore; without one, Bacula's default. */
export function replaceRule(replace: Replace): ReplaceRule {
  switch (replace) {
    case Replace.IF_NEWER:
      return 'ifNewer';
    case Replace.IF_OLDER:
      return 'ifOlder';
    case Replace.NEVER:
      return 'never';
    default:
      return 'always';
  }
}
