import type { DirectorConf, StorageResource } from '../director-conf.ts';
import type { FileDaemonConf } from '../file-daemon-conf.ts';
import type { Problems } from '../problem.ts';
import type { Span } from '../source.ts';
import { placeOf } from '../source.ts';
import type { StorageConf } from '../storage-conf.ts';
import { nearest } from '../suggestion.ts';
import { clientOf, daemonOf, mediaTypesOf, portsOfClient, portsOfStorage } from './matches.ts';
import type { Machine, Site, SiteConf } from './site.ts';

/** Each Storage of the Director, and the storage daemon that it means. */
export function checkStorageDaemons(site: Site, machine: Machine, problems: Problems): void {
  const { director } = site;
  if (!director || site.storages.length === 0) return;
  const { storages } = director.conf;
  const taken = new Set(
    storages.filter(({ address }) => machine.isHere(address)).map((storage) => daemonOf(storage, site)),
  );
  for (const storage of storages) {
    const daemon = daemonOf(storage, site);
    const isHere = machine.isHere(storage.address);
    // On another machine is another daemon, whose conf need not be at hand.
    if (!isHere && (!daemon || taken.has(daemon))) continue;
    if (daemon) checkStorage(storage, daemon, director, problems);
    else reportNobody(storage, director, site, problems);
  }
}

function reportNobody(
  storage: StorageResource,
  director: SiteConf<DirectorConf>,
  { storages }: Site,
  problems: Problems,
): void {
  problems.add(
    'error',
    director.places.of(storage, 'sdPort'),
    `Storage "${storage.name}" names port ${storage.sdPort}, where no storage daemon listens`,
    storages.map(({ file, conf }) => `${file} says ${portsOfStorage(conf).join(', ')}`).join('; '),
  );
}

function checkStorage(
  storage: StorageResource,
  daemon: SiteConf<StorageConf>,
  director: SiteConf<DirectorConf>,
  problems: Problems,
): void {
  const { conf, file } = daemon;
  const label = `Storage "${storage.name}"`;
  const missing = storage.device.filter((name) => mediaTypesOf(conf, name).length === 0);
  for (const name of missing) {
    const names = [...conf.devices, ...conf.autochangers].map((one) => one.name);
    const near = nearest(name, names);
    problems.add(
      'error',
      director.places.of(storage, 'device'),
      `${label} names Device "${name}", which is not defined in ${file}`,
      near === undefined
        ? `defined are: ${names.map((one) => `"${one}"`).join(', ')}`
        : `did you mean "${near}"?`,
    );
  }
  const offered = new Set(storage.device.flatMap((name) => mediaTypesOf(conf, name)));
  if (missing.length === 0 && !offered.has(storage.mediaType)) {
    problems.add(
      'error',
      director.places.of(storage, 'mediaType'),
      `${label} has Media Type "${storage.mediaType}", and its device in ${file} has "${[...offered].join('", "')}"`,
      'the two must be the same',
    );
  }
  const place = director.places.of(storage, 'password');
  checkDirectorOf(daemon, { label, place, password: storage.password }, director, problems);
}

/** Each file daemon, and the Client that it is for the Director. */
export function checkFileDaemons({ director, fileDaemons }: Site, problems: Problems): void {
  if (!director) return;
  for (const daemon of fileDaemons) {
    const { fileDaemon } = daemon.conf;
    const client = clientOf(daemon.conf, director.conf.clients);
    if (!client) {
      problems.add(
        'warning',
        daemon.places.of(fileDaemon, 'name'),
        `no Client of ${director.file} is FileDaemon "${fileDaemon.name}"`,
        'give the Client there the same Name, so that they can be told to belong together',
      );
      continue;
    }
    const label = `Client "${client.name}"`;
    const ports = portsOfClient(daemon.conf);
    if (!ports.includes(client.fdPort)) {
      problems.add(
        'error',
        director.places.of(client, 'fdPort'),
        `${label} names port ${client.fdPort}, and its file daemon listens on ${ports.join(', ')}`,
        `the port of the daemon is in ${placeOf(daemon.places.of(fileDaemon, 'fdPort', 'fdAddresses'))}`,
      );
    }
    const place = director.places.of(client, 'password');
    checkDirectorOf(daemon, { label, place, password: client.password }, director, problems);
  }
}

/** What the Director says to a daemon to be let in. */
interface Credentials {
  /** The resource of the Director that has them. */
  readonly label: string;
  readonly place: Span;
  readonly password: string;
}

/** The daemon must know the Director by its name, with the password that the Director has for it. */
function checkDirectorOf(
  { conf, file, places }: SiteConf<StorageConf | FileDaemonConf>,
  { label, place, password }: Credentials,
  director: SiteConf<DirectorConf>,
  problems: Problems,
): void {
  const { name } = director.conf.director;
  const allowed = conf.directors.find((one) => one.name === name);
  if (!allowed) {
    const [known] = conf.directors;
    problems.add(
      'error',
      known ? places.of(known, 'name') : place,
      `${file} does not let Director "${name}" in (${placeOf(director.places.of(director.conf.director, 'name'))})`,
      'give a Director resource here that Name',
    );
    return;
  }
  if (allowed.password !== password) {
    problems.add(
      'error',
      place,
      `the Password of ${label} is not that of Director "${name}" in ${file}`,
      `write the same one here and at ${placeOf(places.of(allowed, 'password'))}`,
    );
  }
  if (allowed.monitor) {
    problems.add(
      'error',
      places.of(allowed, 'monitor'),
      `Director "${name}" may only ask this daemon for its status: the jobs of ${label} fail`,
      'take "Monitor = yes" out',
    );
  }
}
