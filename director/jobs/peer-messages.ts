import type { MessageType as RoutedType } from '../../configuration/values/destination.ts';
import { MessageType, type JobMessage } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { SessionMessage } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { SESSION_MESSAGE_NAMES } from '../../transport/session-message-names.ts';

/** A message of another daemon in the terms of the Messages resources. */
export interface PeerMessage {
  readonly type: RoutedType;
  readonly text: string;
  readonly at: Date;
}

/** Bacula sets texts about files off by five blanks, and scripts know them so. */
const FILE_INDENT = '     ';

const CLIENT_TYPES: Readonly<Record<MessageType, RoutedType>> = {
  [MessageType.UNRECOGNIZED]: 'Info',
  [MessageType.UNSPECIFIED]: 'Info',
  [MessageType.INFO]: 'Info',
  [MessageType.WARNING]: 'Warning',
  [MessageType.ERROR]: 'Error',
  [MessageType.FATAL]: 'Fatal',
  [MessageType.NOT_SAVED]: 'NotSaved',
  [MessageType.SKIPPED]: 'Skipped',
  [MessageType.RESTORED]: 'Restored',
};

export function sessionMessage({ type, text, atMs }: SessionMessage): PeerMessage {
  return { type: SESSION_MESSAGE_NAMES[type], text, at: instant(atMs) };
}

export function clientMessage({ type, text, atMs }: JobMessage): PeerMessage {
  const routed = CLIENT_TYPES[type];
  const isAboutFile = routed === 'NotSaved' || routed === 'Skipped';
  return { type: routed, text: isAboutFile ? FILE_INDENT + text.trimStart() : text, at: instant(atMs) };
}

function instant(atMs: number): Date {
  return atMs > 0 ? new Date(atMs) : new Date();
}
