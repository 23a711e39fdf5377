/**
 * The last message of what a client streams: no bytes at all. A client that has sent everything and one that cancels
 * look the same to the server for a while (Node's HTTP/2 half-closes the stream before it resets it), and half a
 * backup must not pass for a whole one. So a stream is complete when this has come, not when it ends.
 *
 * An empty Buffer is encoded as nothing by the pass-through codec and by every generated one. Nothing else is: a
 * member has at least a header, and messages that are streamed to a server are a oneof with one field set.
 */
export const END_OF_MESSAGES = Buffer.alloc(0);

/** Whether this is what the server decodes END_OF_MESSAGES to. */
export function isEndOfMessages(message: unknown): boolean {
  if (Buffer.isBuffer(message)) return message.length === 0;
  return Object.values(message as object).every((value) => value === undefined);
}
