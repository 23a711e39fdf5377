import { dirname } from 'node:path';
import { deviceTypeOf } from '../device-type.ts';
import type { Places } from '../places.ts';
import type { Problems } from '../problem.ts';
import type { Destination } from '../values/destination.ts';
import { isClientHere, isStorageHere } from './matches.ts';
import type { Machine, Site } from './site.ts';

/** The directories and files that the daemons of this machine need. */
export function checkDirectories(site: Site, machine: Machine, problems: Problems): void {
  const check = new DirectoryCheck(machine, problems);
  if (site.director) {
    const { conf, places } = site.director;
    check.daemon(conf.director, places);
    check.messages(conf.messages, places);
    const { queryFile } = conf.director;
    if (machine.kindOf(queryFile) !== 'file') {
      problems.add(
        'notice',
        places.of(conf.director, 'queryFile'),
        `Query File ${queryFile} does not exist: the command "query" has no questions to offer`,
      );
    }
  }
  for (const daemon of site.storages.filter((one) => isStorageHere(one, site, machine))) {
    const { conf, places } = daemon;
    check.daemon(conf.storage, places);
    check.messages(conf.messages, places);
    for (const device of conf.devices) {
      if (!device.enabled || deviceTypeOf(device) !== 'File') continue;
      check.directory(device, 'archiveDevice', places, {
        what: `Archive Device of Device "${device.name}"`,
        use: device.readOnly ? 'read' : 'write',
      });
    }
  }
  for (const daemon of site.fileDaemons.filter((one) => isClientHere(one, site, machine))) {
    check.daemon(daemon.conf.fileDaemon, daemon.places);
    check.messages(daemon.conf.messages, daemon.places);
  }
}

interface DaemonDirectories {
  readonly workingDirectory: string;
  readonly pidDirectory: string;
}

class DirectoryCheck {
  readonly #machine: Machine;
  readonly #problems: Problems;

  constructor(machine: Machine, problems: Problems) {
    this.#machine = machine;
    this.#problems = problems;
  }

  daemon(resource: DaemonDirectories, places: Places): void {
    this.directory(resource, 'workingDirectory', places, { what: 'Working Directory', use: 'write' });
    this.directory(resource, 'pidDirectory', places, { what: 'Pid Directory', use: 'write' });
  }

  /** Files that messages are written to: their directory must be there. */
  messages(
    resources: readonly { readonly name: string; readonly destinations: readonly Destination[] }[],
    places: Places,
  ): void {
    for (const resource of resources) {
      for (const { kind, where } of resource.destinations) {
        const [path] = where;
        if ((kind !== 'append' && kind !== 'file') || path === undefined) continue;
        const trouble = this.#troubleOf(dirname(path), 'write');
        if (trouble === undefined) continue;
        const entry = places.nodeOf(resource).block.entries.find((one) => one.key === kind);
        this.#problems.add(
          'warning',
          entry?.name ?? places.of(resource),
          `Messages "${resource.name}" cannot be written to ${path}: ${dirname(path)} ${trouble}`,
        );
      }
    }
  }

  directory<K extends string>(
    resource: Readonly<Record<K, string>>,
    property: K,
    places: Places,
    { what, use }: { what: string; use: 'read' | 'write' },
  ): void {
    const path = resource[property];
    const trouble = this.#troubleOf(path, use);
    if (trouble === undefined) return;
    this.#problems.add('error', places.of(resource, property), `${what} ${path} ${trouble}`, CURES[trouble]);
  }

  #troubleOf(path: string, use: 'read' | 'write'): keyof typeof CURES | undefined {
    const kind = this.#machine.kindOf(path);
    if (kind === undefined) return 'does not exist';
    if (kind !== 'directory') return 'is no directory';
    return use === 'write' && !this.#machine.isWritable(path) ? 'cannot be written to' : undefined;
  }
}

const CURES = {
  'does not exist': 'make it, and give it to the user that the daemon runs as',
  'is no directory': 'name a directory',
  'cannot be written to': 'give it to the user that the daemon runs as, or check as that user',
} as const;
