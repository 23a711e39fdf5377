import type { ConsoleConf } from './console-conf.ts';
import type { ClientResource, DirectorConf, StorageResource } from './director-conf.ts';
import type { FileDaemonConf } from './file-daemon-conf.ts';
import type { StorageConf } from './storage-conf.ts';

/** A conf with the file it was loaded from. */
export interface FiledConf<C> {
  readonly file: string;
  readonly conf: C;
}

/** The confs of one site: those that are at hand, which need not be all. */
export interface SiteConfs {
  readonly director: FiledConf<DirectorConf>;
  readonly storages: readonly FiledConf<StorageConf>[];
  readonly fileDaemons: readonly FiledConf<FileDaemonConf>[];
  readonly consoles: readonly FiledConf<ConsoleConf>[];
}

/**
 * What the files of a site must agree in: names, passwords, ports, devices, media types.
 * @returns One sentence for each disagreement, with the files on both sides.
 */
export function checkSite(site: SiteConfs): string[] {
  return [
    ...site.director.conf.storages.flatMap((storage) => checkStorage(storage, site)),
    ...site.fileDaemons.flatMap((daemon) => checkFileDaemon(daemon, site)),
    ...site.consoles.flatMap((console) => checkConsole(console, site)),
  ];
}

/** A Storage belongs to the storage daemon that has its device and listens on its port. */
function checkStorage(storage: StorageResource, site: SiteConfs): string[] {
  const label = `Storage "${storage.name}" (${site.director.file})`;
  if (site.storages.length === 0) return [];
  const onPort = site.storages.filter(({ conf }) => conf.storage.sdPort === storage.sdPort);
  if (onPort.length === 0) {
    return [`${label} names port ${storage.sdPort}, and no storage daemon listens there`];
  }
  const daemon = onPort.find(({ conf }) =>
    storage.device.every((name) => deviceTypes(conf, name).length > 0),
  );
  if (!daemon) {
    const files = onPort.map(({ file }) => file).join(', ');
    return [`${label} names Device "${storage.device.join('", "')}", which is not defined in ${files}`];
  }
  const offered = new Set(storage.device.flatMap((name) => deviceTypes(daemon.conf, name)));
  const mediaType = offered.has(storage.mediaType)
    ? []
    : [
        `${label} has Media Type "${storage.mediaType}", and its device in ${daemon.file} "${[...offered].join('", "')}"`,
      ];
  return [...mediaType, ...checkDirectorOf(daemon, label, storage.password, site)];
}

/** Media types of the Device or Autochanger of that name; none when there is no such device. */
function deviceTypes(conf: StorageConf, name: string): string[] {
  const changer = conf.autochangers.find((one) => one.name === name);
  const devices = changer ? changer.devices : conf.devices.filter((one) => one.name === name);
  return devices.map((device) => device.mediaType);
}

/** A file daemon belongs to the Client of its name, else to the only one on its port. */
function checkFileDaemon(daemon: FiledConf<FileDaemonConf>, site: SiteConfs): string[] {
  const { fileDaemon } = daemon.conf;
  const client = clientOf(daemon.conf, site.director.conf.clients);
  if (!client)
    return [`no Client of ${site.director.file} is FileDaemon "${fileDaemon.name}" (${daemon.file})`];
  const label = `Client "${client.name}" (${site.director.file})`;
  const port =
    client.fdPort === fileDaemon.fdPort || fileDaemon.fdAddresses.some(({ port }) => port === client.fdPort)
      ? []
      : [`${label} names port ${client.fdPort}, and ${daemon.file} listens on ${fileDaemon.fdPort}`];
  return [...port, ...checkDirectorOf(daemon, label, client.password, site)];
}

function clientOf(
  { fileDaemon }: FileDaemonConf,
  clients: readonly ClientResource[],
): ClientResource | undefined {
  const named = clients.find((client) => client.name === fileDaemon.name);
  const onPort = clients.filter((client) => client.fdPort === fileDaemon.fdPort);
  return named ?? (onPort.length === 1 ? onPort[0] : undefined);
}

/** The daemon must know the Director by its name, with the password that the Director has for it. */
function checkDirectorOf(
  daemon: FiledConf<StorageConf | FileDaemonConf>,
  label: string,
  password: string,
  site: SiteConfs,
): string[] {
  const { name } = site.director.conf.director;
  const allowed = daemon.conf.directors.find((director) => director.name === name);
  if (!allowed) {
    const known = daemon.conf.directors.map((director) => `"${director.name}"`).join(', ');
    return [`${daemon.file} does not let Director "${name}" in (${site.director.file}); it knows ${known}`];
  }
  if (allowed.password === password) return [];
  return [`the Password of ${label} is not that of Director "${name}" in ${daemon.file}`];
}

function checkConsole({ file, conf }: FiledConf<ConsoleConf>, { director }: SiteConfs): string[] {
  const { name, password, dirPort } = director.conf.director;
  const known = conf.directors.find((one) => one.name === name);
  if (!known) return [`${file} does not name Director "${name}" (${director.file})`];
  const named = conf.consoles.flatMap((console) => {
    const resource = director.conf.consoles.find((one) => one.name === console.name);
    if (!resource) return [`Console "${console.name}" of ${file} is not defined in ${director.file}`];
    if (resource.password === console.password) return [];
    return [`the Password of Console "${console.name}" is not the same in ${file} and ${director.file}`];
  });
  return [
    ...(known.password === password
      ? []
      : [`the Password of Director "${name}" is not the same in ${file} and ${director.file}`]),
    ...(known.dirPort === dirPort
      ? []
      : [`${file} looks for Director "${name}" on port ${known.dirPort}, and it listens on ${dirPort}`]),
    ...named,
  ];
}
