import type { ConsoleResource } from '../../../../configuration/director-conf.ts';
import { allowedCommands } from '../../../../director/console/command-table.ts';
import { DOT_COMMANDS } from '../../../../director/console/commands/dot-commands.ts';
import { Rights } from '../../../../director/rights/rights.ts';

type Lists = {
  readonly [K in keyof ConsoleResource as K extends `${string}Acl` ? K : never]?: readonly string[];
};

const NONE = {
  jobAcl: [],
  clientAcl: [],
  restoreClientAcl: [],
  backupClientAcl: [],
  storageAcl: [],
  scheduleAcl: [],
  runAcl: [],
  poolAcl: [],
  commandAcl: [],
  fileSetAcl: [],
  catalogAcl: [],
  whereAcl: [],
  pluginOptionsAcl: [],
  userIdAcl: [],
  directoryAcl: [],
};

/** The rights of a Console "guest" with these lists alone; undefined: its resource is gone. */
export function limitedConsole(lists: Lists | undefined): Rights {
  const resource = lists && ({ name: 'guest', password: 'p', ...NONE, ...lists } as ConsoleResource);
  return new Rights('guest', () => resource);
}

/** Names of all dot commands but those that every console may give. */
export const DOT_COMMAND_NAMES = DOT_COMMANDS.map(({ name }) => name).filter(
  (name) => !['.quit', '.exit', '.help'].includes(name),
);

/** Names of all commands but those that every console may give. */
export const COMMANDS_OF_THE_TABLE = allowedCommands(undefined)
  .map(({ name }) => name)
  .filter((name) => !['quit', 'exit', 'help'].includes(name));
