import type { ServerHttp2Session } from 'node:http2';
import { LONG_LINE_WINDOW_BYTES, WINDOW_BYTES } from './limits.ts';

/** Round trip from which a line counts as long. */
const LONG_LINE_MS = 15;
/** A machine that is busy answers some of them late. */
const PINGS_MAX = 5;

/**
 * Lets a peer that sends much have as much under way as fills its line. grpc-js raises the windows of a client only; what comes
 * to a server would keep 64 KiB, which caps a stream at 64 KiB per round trip.
 */
export function openWindow(session: ServerHttp2Session): void {
  setWindow(session, WINDOW_BYTES);
  whenLineIsLong(session, PINGS_MAX, () => setWindow(session, LONG_LINE_WINDOW_BYTES));
}

function setWindow(session: ServerHttp2Session, bytes: number): void {
  session.setLocalWindowSize(bytes);
  session.settings({ initialWindowSize: bytes });
}

/** Calls `then` when no answer comes sooner than over a long line. */
function whenLineIsLong(session: ServerHttp2Session, pingsLeft: number, then: () => void): void {
  if (session.destroyed || session.closed) return;
  if (pingsLeft === 0) return then();
  session.ping((error, roundTripMs) => {
    if (error === null && roundTripMs >= LONG_LINE_MS) whenLineIsLong(session, pingsLeft - 1, then);
  });
}
