import { MessageType, Replace, type JobMessage } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { pathToBytes, type BytePath } from '../byte-path.ts';
import type { ReplaceRule } from '../restore/replace-rule.ts';
import type { MessageType as RoutedType } from '../../configuration/values/destination.ts';
import type { FileNotice } from '../walk/file-notice.ts';

const MESSAGE_TYPES: Readonly<Record<FileNotice['type'], MessageType>> = {
  info: MessageType.INFO,
  warning: MessageType.WARNING,
  error: MessageType.ERROR,
  notSaved: MessageType.NOT_SAVED,
  skipped: MessageType.SKIPPED,
  restored: MessageType.RESTORED,
};

/** Types of notices as Messages resources name them. */
export const ROUTED_TYPES: Readonly<Record<FileNotice['type'], RoutedType>> = {
  info: 'Info',
  warning: 'Warning',
  error: 'Error',
  notSaved: 'NotSaved',
  skipped: 'Skipped',
  restored: 'Restored',
};

/** A notice as the Director gets it. */
export function jobMessage({ type, path, text }: FileNotice): JobMessage {
  return { type: MESSAGE_TYPES[type], text, path: pathToBytes(path), atMs: Date.now() };
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
