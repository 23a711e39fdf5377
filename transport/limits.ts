/**
 * Flow-control window of a stream and of a connection, in bytes. It bounds what is held for a receiver that does not
 * read, and throughput over a distance: a window is opened again when half of it was read, so that it passes about once in a
 * round trip and a half. On a LAN 4, 8 and 16 MiB give the same rate.
 *
 * It is a caller's for what it receives, and a ticket holder's for what it sends. Any other caller keeps the window of
 * HTTP/2, 64 KiB, for what it sends: Node's HTTP/2 does not read while one of its own writes waits, so two sides that
 * both have more under way than the sockets between them hold wait for each other for ever. What fits into 64 KiB is
 * always taken by the sockets. A ticket holder sends, or receives, but never much of both.
 */
export const WINDOW_BYTES = 8 * 1024 * 1024;

/** The same for what a ticket holder sends over a long line: 140 MB/s at 40 ms, where WINDOW_BYTES lets 80 MB/s through. */
export const LONG_LINE_WINDOW_BYTES = 4 * WINDOW_BYTES;

/** Largest message. A member of a volume holds a block of 1 MiB; deflate may make it slightly longer. */
export const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

/** A connection that has not finished its TLS handshake by then is dropped. */
export const HANDSHAKE_TIMEOUT_MS = 15_000;
