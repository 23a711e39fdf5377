import type { StoreResponse } from '../proto/noctule/storage/v1/storage_daemon.ts';

/** Takes what a file daemon sends only to learn how fast it arrives, and keeps nothing of it. */
export class NetworkTest {
  async store(members: AsyncIterable<Buffer>): Promise<StoreResponse> {
    for await (const _ of members);
    return { complete: true, reason: '' };
  }
}
