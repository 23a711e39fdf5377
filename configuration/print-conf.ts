import type { ConsoleConf } from './console-conf.ts';
import type { DirectorConf } from './director-conf.ts';
import type { FileDaemonConf } from './file-daemon-conf.ts';
import { printDirectives } from './print-directives.ts';
import type { ConfSchema, ResourceType } from './resource-type.ts';
import { CONSOLE_SCHEMA } from './schemas/console.ts';
import { DIRECTOR_SCHEMA } from './schemas/director.ts';
import { FILE_DAEMON_SCHEMA } from './schemas/file-daemon.ts';
import { STORAGE_SCHEMA } from './schemas/storage-daemon.ts';
import type { StorageConf } from './storage-conf.ts';

/**
 * A conf as text that loads as the same conf: the resources with their effective values, Jobs with what their JobDefs
 * gave them, without what has its default. Comments, includes and JobDefs of the original are not in it.
 */
export function printDirectorConf(conf: DirectorConf): string {
  return printAll(DIRECTOR_SCHEMA, {
    Director: [conf.director],
    Catalog: conf.catalogs,
    Messages: conf.messages,
    Storage: conf.storages,
    Pool: conf.pools,
    Counter: conf.counters,
    Client: conf.clients,
    FileSet: conf.fileSets,
    Schedule: conf.schedules,
    Job: conf.jobs,
    Console: conf.consoles,
  });
}

export function printStorageConf(conf: StorageConf): string {
  return printAll(STORAGE_SCHEMA, {
    Storage: [conf.storage],
    Director: conf.directors,
    Device: conf.devices,
    Autochanger: conf.autochangers,
    Cloud: conf.clouds,
    Messages: conf.messages,
  });
}

export function printFileDaemonConf(conf: FileDaemonConf): string {
  return printAll(FILE_DAEMON_SCHEMA, {
    FileDaemon: [conf.fileDaemon],
    Director: conf.directors,
    Schedule: conf.schedules,
    Console: conf.consoles,
    Messages: conf.messages,
  });
}

export function printConsoleConf(conf: ConsoleConf): string {
  return printAll(CONSOLE_SCHEMA, { Director: conf.directors, Console: conf.consoles });
}

/** One resource as conf text, as `show` prints it. */
export function printResource(type: ResourceType, resource: object): string {
  const lines = printDirectives(type.table, resource).map((line) => `  ${line}\n`);
  return `${type.name} {\n${lines.join('')}}\n`;
}

function printAll(schema: ConfSchema, resources: Readonly<Record<string, readonly object[]>>): string {
  return schema.types
    .flatMap((type) => (resources[type.name] ?? []).map((resource) => printResource(type, resource)))
    .join('\n');
}
