/**
 * Flow-control window of a stream and of a connection, in bytes, in both directions. It bounds what is held for a
 * receiver that does not read, and throughput over a distance (window / round trip: 100 MB/s at 80 ms). On a LAN 4, 8
 * and 16 MiB give the same rate.
 */
export const WINDOW_BYTES = 8 * 1024 * 1024;

/** Largest message. A member of a volume holds a block of 1 MiB; deflate may make it slightly longer. */
export const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

/** A connection that has not finished its TLS handshake by then is dropped. */
export const HANDSHAKE_TIMEOUT_MS = 15_000;

/** TCP probes a silent connection after this time, then every second: a host that vanished is noticed 10 s later. */
export const TCP_KEEPALIVE_MS = 20_000;

/**
 * HTTP/2 pings find the peer that is hung but whose kernel still answers. The answer may have to wait behind some
 * MiB of bulk data on a slow line, hence the long time-out.
 */
export const PING_INTERVAL_MS = 30_000;
export const PING_TIMEOUT_MS = 120_000;
