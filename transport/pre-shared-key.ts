import { scryptSync } from 'node:crypto';
import type { Secret } from './peer.ts';

/**
 * Fixed, so that both sides come to the same key without asking each other; it keeps tables made for other
 * programs from being of use. Belongs to protocol version 1: a change of salt or cost is a new version.
 */
const SALT = 'noctule1 pre-shared key';
const COST = { N: 16384, r: 8, p: 1 };
const KEY_BYTES = 32;

/**
 * By password. Who records a handshake can try passwords on it; deriving a key takes some 40 ms to make that slow, too
 * long to do for every connection.
 */
const derived = new Map<string, Buffer>();

/** The TLS 1.3 pre-shared key, 32 bytes. A password is stretched; the key of a ticket is random already. */
export function preSharedKey(secret: Secret): Buffer {
  if ('key' in secret) return secret.key;
  let key = derived.get(secret.password);
  if (key === undefined) {
    key = scryptSync(secret.password, SALT, KEY_BYTES, COST);
    derived.set(secret.password, key);
  }
  return key;
}
