import type { ClientResource, StorageResource } from '../../configuration/director-conf.ts';

/** The address of a storage daemon as a client must see it: behind NAT another than the Director's. */
export function storageAddress(client: ClientResource, storage: StorageResource): string {
  return client.fdStorageAddress ?? storage.fdStorageAddress ?? storage.address;
}
