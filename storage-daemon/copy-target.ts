import type { CopyTarget } from '../proto/noctule/storage/v1/storage_daemon.ts';
import { openStore } from '../transport/bulk.ts';
import { reachStorage } from '../transport/to-storage.ts';
import type { AppendSession } from './append-session.ts';
import type { Copying } from './read-session.ts';
import { SessionCutShort } from './storage-errors.ts';

/** Where the members of a copy go: to the append session that the ticket is for. */
export type Target = Copying['target'];

/** An append session of this daemon. */
export function targetHere(session: AppendSession): Target {
  return {
    isHere: true,
    async deliver(members, { signal }) {
      requireComplete(await session.store(members, signal));
    },
  };
}

/** An append session of another storage daemon, with the rights of a file daemon there. */
export function targetElsewhere(target: CopyTarget, connectTimeoutMs: number): Target {
  return {
    isHere: false,
    async deliver(members, caller) {
      const ticket = { ...target, secret: target.ticketSecret };
      using connection = await reachStorage(ticket, connectTimeoutMs, caller);
      const store = openStore(connection, caller.signal);
      for await (const member of members) await Promise.race([store.write(member), store.failed]);
      requireComplete(await store.finish());
    },
  };
}

function requireComplete({ complete, reason }: { complete: boolean; reason: string }): void {
  if (!complete) throw new SessionCutShort(`The copy could not be written: ${reason}`);
}
