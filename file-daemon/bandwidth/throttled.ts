import type { BackupStore } from '../backup/backup-job.ts';
import type { Throttle } from './throttle.ts';

/** A store whose members wait for their turn. */
export function throttledStore(store: BackupStore, throttle: Throttle, signal: AbortSignal): BackupStore {
  return {
    async write(member) {
      await throttle.take(member.length, signal);
      await store.write(member);
    },
    finish: () => store.finish(),
    failed: store.failed,
  };
}

/** Members of a restore, no faster than may be: their sender is held up behind what its connection holds. */
export async function* throttledMembers(
  members: AsyncIterable<Buffer>,
  throttle: Throttle,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const member of members) {
    await throttle.take(member.length, signal);
    yield member;
  }
}
