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
