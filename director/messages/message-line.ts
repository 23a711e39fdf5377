import type { MessageType } from '../../configuration/values/destination.ts';
import { formatMessageTime } from '../../text/civil-time.ts';

/** One message of a job, or of the daemon itself (JobId 0). */
export interface Message {
  readonly type: MessageType;
  /** May have several lines; a line end at its end gives an empty line after it. */
  readonly text: string;
  readonly at: Date;
  /** Name of the daemon that says it. */
  readonly from: string;
  readonly jobId: number;
}

const PREFIXES: Partial<Record<MessageType, string>> = {
  Abort: 'Abort: ',
  Fatal: 'Fatal error: ',
  Error: 'Error: ',
  Warning: 'Warning: ',
  Security: 'Security Alert: ',
};

/** "NAME JobId N: text" and a line end: what the Log table keeps. */
export function messageBody(message: Message): string {
  return `${message.from} JobId ${message.jobId}: ${PREFIXES[message.type] ?? ''}${message.text}\n`;
}

/** "DD-Mon hh:mm NAME JobId N: text" and a line end: what the console, files and mails show. */
export function messageLine(message: Message): string {
  return `${formatMessageTime(message.at)} ${messageBody(message)}`;
}
