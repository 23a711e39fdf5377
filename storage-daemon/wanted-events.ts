import { goesToDirector } from '../configuration/messages-to-director.ts';
import type { Destination } from '../configuration/values/destination.ts';
import { SESSION_MESSAGE_NAMES } from '../transport/session-message-names.ts';
import type { CallContext, StreamWriter } from '../transport/streams.ts';
import type { AppendEvent } from './director-talk.ts';
import type { ReadEvent } from './read-session.ts';

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
      const type = SESSION_MESSAGE_NAMES[event.value.type];
      if (!goesToDirector(type, peer.name, destinations())) return;
    }
    await writer.write({ event });
  };
}
