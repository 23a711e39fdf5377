import type { ClientResource } from '../../configuration/director-conf.ts';

/** What is shown while a client is asked. */
export function connectingTo({ name, address, fdPort }: ClientResource): string {
  return address === undefined
    ? `Waiting for Client ${name}, which connects by itself`
    : `Connecting to Client ${name} at ${address}:${fdPort}`;
}
