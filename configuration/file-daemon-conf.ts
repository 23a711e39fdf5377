import {
  checkAtLeastOne,
  checkedOf,
  checkExactlyOne,
  checkPasswords,
  resourcesOf,
  setDefaultMessages,
} from './checks/check-conf.ts';
import { checkDaemonMessages } from './checks/check-daemon-messages.ts';
import type { ResourceOf } from './directive.ts';
import type { LoadOptions } from './load-options.ts';
import { Places, type LoadedConf } from './places.ts';
import { Problems } from './problem.ts';
import { readConf } from './read-conf.ts';
import { labelOf, placeInNode, type ResourceNode } from './resource-node.ts';
import { FILE_DAEMON_SCHEMA } from './schemas/file-daemon.ts';
import { diskReader } from './source-reader.ts';
import type {
  CONNECT_SCHEDULE,
  FILE_DAEMON,
  FILE_DAEMON_DIRECTOR,
  REMOTE_CONSOLE,
} from './tables/file-daemon.ts';
import type { MESSAGES } from './tables/messages.ts';

/** What the references of the file daemon's resources lead to. */
interface Resources {
  Schedule: ConnectScheduleResource;
  Console: RemoteConsoleResource;
  Messages: ClientMessagesResource;
}

export type FileDaemonResource = ResourceOf<typeof FILE_DAEMON, Resources>;
/** A Director that may use the client. */
export type ClientDirectorResource = ResourceOf<typeof FILE_DAEMON_DIRECTOR, Resources>;
export type ConnectScheduleResource = ResourceOf<typeof CONNECT_SCHEDULE, Resources>;
export type RemoteConsoleResource = ResourceOf<typeof REMOTE_CONSOLE, Resources>;
export type ClientMessagesResource = ResourceOf<typeof MESSAGES, Resources>;

/** The conf of a file daemon. */
export interface FileDaemonConf {
  readonly fileDaemon: FileDaemonResource;
  readonly directors: readonly ClientDirectorResource[];
  readonly schedules: readonly ConnectScheduleResource[];
  readonly consoles: readonly RemoteConsoleResource[];
  readonly messages: readonly ClientMessagesResource[];
}

/** Loads the file daemon's conf from `file`. Never throws for what stands in it; `problems` has it all. */
export function loadFileDaemonConf(file: string, options: LoadOptions = {}): LoadedConf<FileDaemonConf> {
  const problems = new Problems();
  const nodes = readConf(file, FILE_DAEMON_SCHEMA, problems, options);
  checkExactlyOne(nodes, 'FileDaemon', file, problems);
  checkAtLeastOne(nodes, 'Director', file, problems, 'nobody may use this client');
  checkDirectorAddresses(nodes, problems);
  checkDaemonMessages(nodes, problems);
  checkPasswords(nodes, options.reader ?? diskReader, problems);
  setDefaultMessages(nodes, 'FileDaemon');
  const result = problems.result<FileDaemonConf>(() => {
    const [fileDaemon] = resourcesOf<FileDaemonResource>(nodes, 'FileDaemon');
    if (!fileDaemon) return undefined;
    return {
      fileDaemon,
      directors: resourcesOf(nodes, 'Director'),
      schedules: resourcesOf(nodes, 'Schedule'),
      consoles: resourcesOf(nodes, 'Console'),
      messages: resourcesOf(nodes, 'Messages'),
    };
  });
  return { ...result, places: new Places(nodes) };
}

function checkDirectorAddresses(nodes: readonly ResourceNode[], problems: Problems): void {
  for (const { node, resource } of checkedOf<ClientDirectorResource>(nodes, 'Director')) {
    if (!resource.connectToDirector || resource.address !== undefined) continue;
    problems.add(
      'error',
      placeInNode(node, 'connectToDirector'),
      `${labelOf(node)} is to be connected to, and has no Address`,
      'add "Address = host.example.org", where the Director listens',
    );
  }
}
