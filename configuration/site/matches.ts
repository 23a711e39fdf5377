import type { ClientResource, StorageResource } from '../director-conf.ts';
import type { FileDaemonConf } from '../file-daemon-conf.ts';
import type { StorageConf } from '../storage-conf.ts';
import { listenAddresses } from '../values/addresses.ts';
import type { Machine, Site, SiteConf } from './site.ts';

/**
 * Which conf of a daemon a Storage or Client of the Director means. Neither names the file, nor the daemon for
 * certain, and the confs of other machines may be missing.
 */

/** Media types of the Device or Autochanger of that name; none when there is no such device. */
export function mediaTypesOf(conf: StorageConf, deviceName: string): string[] {
  const changer = conf.autochangers.find((one) => one.name === deviceName);
  const devices = changer ? changer.devices : conf.devices.filter((one) => one.name === deviceName);
  return devices.map((device) => device.mediaType);
}

export function portsOfStorage({ storage }: StorageConf): number[] {
  return listenAddresses({
    block: storage.sdAddresses,
    single: storage.sdAddress,
    port: storage.sdPort,
  }).map(({ port }) => port);
}

export function portsOfClient({ fileDaemon }: FileDaemonConf): number[] {
  return listenAddresses({
    block: fileDaemon.fdAddresses,
    single: fileDaemon.fdAddress,
    port: fileDaemon.fdPort,
  }).map(({ port }) => port);
}

/** The storage daemon of a Storage: one on its port that has its devices; else one on its port. */
export function daemonOf(storage: StorageResource, { storages }: Site): SiteConf<StorageConf> | undefined {
  const onPort = storages.filter(({ conf }) => portsOfStorage(conf).includes(storage.sdPort));
  const hasDevices = ({ conf }: SiteConf<StorageConf>) =>
    storage.device.every((name) => mediaTypesOf(conf, name).length > 0);
  return onPort.find(hasDevices) ?? onPort[0];
}

/** The Client of a file daemon: that of its name, else the only one on its port. */
export function clientOf(
  conf: FileDaemonConf,
  clients: readonly ClientResource[],
): ClientResource | undefined {
  const ports = portsOfClient(conf);
  const named = clients.find((client) => client.name === conf.fileDaemon.name);
  const onPort = clients.filter((client) => ports.includes(client.fdPort));
  return named ?? (onPort.length === 1 ? onPort[0] : undefined);
}

/** Whether a storage daemon's conf is for this machine: unless the Director looks for it only elsewhere. */
export function isStorageHere(daemon: SiteConf<StorageConf>, site: Site, machine: Machine): boolean {
  const storages = site.director?.conf.storages.filter((storage) => daemonOf(storage, site) === daemon) ?? [];
  return storages.length === 0 || storages.some(({ address }) => machine.isHere(address));
}

export function isClientHere(daemon: SiteConf<FileDaemonConf>, site: Site, machine: Machine): boolean {
  const client = site.director && clientOf(daemon.conf, site.director.conf.clients);
  return client?.address === undefined || machine.isHere(client.address);
}
