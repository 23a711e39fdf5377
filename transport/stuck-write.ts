import type { Socket } from 'node:net';

const TICK_MS = 1_500;

/** Handles of Node's, as far as they are looked at; the release of Node is pinned, and a test reads them. */
interface TlsHandle {
  /** Bytes that were given to TLS and are not all with TCP yet. */
  readonly writeQueueSize: number;
  readonly _parent?: { readonly writeQueueSize: number; readonly bytesWritten: number };
}

/**
 * Destroys a TLS socket on which a write waits for ever: TLS holds bytes, TCP has none to send, and nothing moves.
 *
 * Node (24.21) comes to this now and then (9 in 330 times here) when a connection is reset under a full write: it fails
 * in the middle of TLS's own, and nobody is told. HTTP/2 does not read while it writes, so it does not see the end
 * either. Without this, `endWhenSilent` would notice it a minute later.
 */
export function endWhenStuck(socket: Socket, tickMs = TICK_MS): void {
  let sentBefore: number | undefined;
  const timer = setInterval(() => {
    const sent = bytesSentByIdleTcp(socket);
    if (sent !== undefined && sent === sentBefore)
      socket.destroy(new Error('the connection broke while much was being sent'));
    sentBefore = sent;
  }, tickMs).unref();
  socket.once('close', () => clearInterval(timer));
}

/** Undefined when nothing waits in TLS, or TCP has something to send: then the line sets the pace. */
function bytesSentByIdleTcp(socket: Socket): number | undefined {
  const { _handle: tls } = socket as unknown as { readonly _handle: TlsHandle | null };
  const tcp = tls?._parent;
  if (!tls || !tcp || tls.writeQueueSize === 0 || tcp.writeQueueSize > 0) return undefined;
  return tcp.bytesWritten;
}
