import {
  checkAtLeastOne,
  checkExactlyOne,
  checkPasswords,
  resourcesOf,
  setDefaultMessages,
} from './checks/check-conf.ts';
import { checkDaemonMessages } from './checks/check-daemon-messages.ts';
import { checkStorageDaemon } from './checks/check-storage-daemon.ts';
import type { LoadOptions } from './load-options.ts';
import { Places, type LoadedConf } from './places.ts';
import { Problems } from './problem.ts';
import { readConf } from './read-conf.ts';
import { STORAGE_SCHEMA } from './schemas/storage-daemon.ts';
import { diskReader } from './source-reader.ts';
import type {
  AllowedDirectorResource,
  AutochangerResource,
  CloudResource,
  DeviceResource,
  StorageDaemonResource,
  StorageMessagesResource,
} from './storage-resources.ts';

// Who works with a conf needs the types of its resources.
export type * from './storage-resources.ts';

/** The conf of a storage daemon. */
export interface StorageConf {
  readonly storage: StorageDaemonResource;
  readonly directors: readonly AllowedDirectorResource[];
  readonly devices: readonly DeviceResource[];
  readonly autochangers: readonly AutochangerResource[];
  readonly clouds: readonly CloudResource[];
  readonly messages: readonly StorageMessagesResource[];
}

/** Loads the storage daemon's conf from `file`. Never throws for what stands in it; `problems` has it all. */
export function loadStorageConf(file: string, options: LoadOptions = {}): LoadedConf<StorageConf> {
  const problems = new Problems();
  const nodes = readConf(file, STORAGE_SCHEMA, problems, options);
  checkExactlyOne(nodes, 'Storage', file, problems);
  checkAtLeastOne(nodes, 'Director', file, problems, 'nobody may use this daemon');
  checkAtLeastOne(nodes, 'Device', file, problems, 'it has no place for volumes');
  checkStorageDaemon(nodes, problems);
  checkDaemonMessages(nodes, problems);
  checkPasswords(nodes, options.reader ?? diskReader, problems);
  setDefaultMessages(nodes, 'Storage');
  const result = problems.result<StorageConf>(() => {
    const [storage] = resourcesOf<StorageDaemonResource>(nodes, 'Storage');
    if (!storage) return undefined;
    return {
      storage,
      directors: resourcesOf(nodes, 'Director'),
      devices: resourcesOf(nodes, 'Device'),
      autochangers: resourcesOf(nodes, 'Autochanger'),
      clouds: resourcesOf(nodes, 'Cloud'),
      messages: resourcesOf(nodes, 'Messages'),
    };
  });
  return { ...result, places: new Places(nodes) };
}
