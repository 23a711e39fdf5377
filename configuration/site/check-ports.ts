import type { Problems } from '../problem.ts';
import { placeOf, type Span } from '../source.ts';
import { listenAddresses, type ListenAddress } from '../values/addresses.ts';
import { isClientHere, isStorageHere } from './matches.ts';
import type { Machine, Site } from './site.ts';

/** A daemon of this machine that listens somewhere. */
interface Listener {
  readonly what: string;
  readonly place: Span;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
}

/** Two daemons of one machine on one port: the second does not start. */
export function checkPorts(site: Site, machine: Machine, problems: Problems): void {
  const listeners = listenersOf(site, machine);
  for (const [index, one] of listeners.entries()) {
    for (const other of listeners.slice(0, index)) {
      const shared = one.addresses.find((mine) => other.addresses.some((theirs) => collide(mine, theirs)));
      if (!shared) continue;
      problems.add(
        'error',
        one.place,
        `${one.what} listens on port ${shared.port}, and so does ${other.what} (${placeOf(other.place)})`,
        'give one of them another port, and tell those who connect to it',
      );
    }
  }
}

function listenersOf(site: Site, machine: Machine): Listener[] {
  const listener = (
    what: string,
    place: Span,
    block: readonly ListenAddress[],
    single: string | undefined,
    port: number,
  ): Listener => ({ what, place, addresses: listenAddresses({ block, single, port }) });
  const listeners: Listener[] = [];
  if (site.director) {
    const { places } = site.director;
    const { director } = site.director.conf;
    const place = places.of(director, 'dirPort', 'dirAddresses', 'dirAddress');
    const what = `Director "${director.name}"`;
    listeners.push(listener(what, place, director.dirAddresses, director.dirAddress, director.dirPort));
  }
  for (const daemon of site.storages.filter((one) => isStorageHere(one, site, machine))) {
    const { storage } = daemon.conf;
    const place = daemon.places.of(storage, 'sdPort', 'sdAddresses', 'sdAddress');
    const what = `storage daemon "${storage.name}"`;
    listeners.push(listener(what, place, storage.sdAddresses, storage.sdAddress, storage.sdPort));
  }
  for (const daemon of site.fileDaemons.filter((one) => isClientHere(one, site, machine))) {
    const { fileDaemon } = daemon.conf;
    const place = daemon.places.of(fileDaemon, 'fdPort', 'fdAddresses', 'fdAddress');
    const what = `file daemon "${fileDaemon.name}"`;
    listeners.push(listener(what, place, fileDaemon.fdAddresses, fileDaemon.fdAddress, fileDaemon.fdPort));
  }
  return listeners;
}

const EVERY_ADDRESS = new Set(['::', '0.0.0.0']);
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

function collide(one: { host: string; port: number }, other: { host: string; port: number }): boolean {
  if (one.port !== other.port) return false;
  if (EVERY_ADDRESS.has(one.host) || EVERY_ADDRESS.has(other.host)) return true;
  return one.host === other.host || (LOOPBACK.has(one.host) && LOOPBACK.has(other.host));
}
