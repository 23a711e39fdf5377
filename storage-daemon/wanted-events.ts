import { goesToDirector } from '../configuration/messages-to-director.ts';
import type { Destination, MessageType } from '../configuration/values/destination.ts';
import { SessionMessageType } from '../proto/noctule/storage/v1/storage_daemon.ts';
import type { CallContext, StreamWriter } from '../transport/streams.ts';
import type { AppendEvent } from './director-talk.ts';
import type { ReadEvent } from './read-session.ts';

/** Types of messages as Messages resources name them. */
const ROUTED_TYPES: Readonly<Record<SessionMessageType, MessageType>> = {
  [SessionMessageType.UNRECOGNIZED]: 'Info',
  [SessionMessageType.UNSPECIFIED]: 'Info',
  [SessionMessageType.INFO]: 'Info',
  [SessionMessageType.WARNING]: 'Warning',
  [SessionMessageType.ERROR]: 'Error',
  [SessionMessageType.FATAL]: 'Fatal',
  [SessionMessageType.MOUNT]: 'Mount',
};

/**
 * Sends the events of a session to the Director of the call, but for messages that the Messages resource keeps from it.
 * `destinations`: of that resource, in the conf in force.
 */
export function sendWanted<Event extends AppendEvent | ReadEvent>(
  writer: StreamWriter<{ event: Event | undefined }>,
  { peer }: CallContext,
  destinations: () => readonly Destination[],
): (event: Event) => Promise<void> {
  return async (event) => {
    if (event.$case === 'message') {
      const type = ROUTED_TYPES[event.value.type];
      if (!goesToDirector(type, peer.name, destinations())) return;
    }
    await writer.write({ event });
  };
}
