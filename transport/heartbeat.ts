import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/**
 * How a peer that has vanished (power cut, unplugged line, hung process) is noticed, also when no call moves data: the
 * server of a connection pings, so that something comes to the client, whose answers come back; and either side gives
 * the connection up when nothing at all has come for a while. What counts is any byte, not the answer to a ping: on a
 * slow line that may wait behind some MiB of bulk data for a minute, and TCP's own keepalive is silent while data is
 * under way. Ticks are counted, not seconds, so that a machine that slept, or was busy, does not blame its peer.
 */
const TICK_MS = 15_000;
const SILENT_TICKS_MAX = 4;

/** Pings for as long as the session lives. */
export function sendHeartbeats(session: ServerHttp2Session, tickMs = TICK_MS): void {
  const timer = setInterval(() => {
    if (!session.destroyed) session.ping(() => {});
  }, tickMs).unref();
  session.once('close', () => clearInterval(timer));
}

/** Destroys the socket after 60 to 75 s in which nothing came. */
export function endWhenSilent(socket: Socket, tickMs = TICK_MS): void {
  let bytesRead = 0;
  let silentTicks = 0;
  const timer = setInterval(() => {
    silentTicks = socket.bytesRead === bytesRead ? silentTicks + 1 : 0;
    bytesRead = socket.bytesRead;
    if (silentTicks >= SILENT_TICKS_MAX)
      socket.destroy(new Error('nothing came from the peer for over a minute'));
  }, tickMs).unref();
  socket.once('close', () => clearInterval(timer));
}
