import { SessionMessageType } from '../proto/noctule/storage/v1/storage_daemon.ts';

/** The types of a session's messages as Messages resources name them. */
export const SESSION_MESSAGE_NAMES = {
  [SessionMessageType.UNRECOGNIZED]: 'Info',
  [SessionMessageType.UNSPECIFIED]: 'Info',
  [SessionMessageType.INFO]: 'Info',
  [SessionMessageType.WARNING]: 'Warning',
  [SessionMessageType.ERROR]: 'Error',
  [SessionMessageType.FATAL]: 'Fatal',
  [SessionMessageType.MOUNT]: 'Mount',
} as const satisfies Readonly<Record<SessionMessageType, string>>;
