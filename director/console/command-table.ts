import { add } from './commands/add.ts';
import { cancel } from './commands/cancel.ts';
import { create } from './commands/create.ts';
import { deleteCommand } from './commands/delete.ts';
import { DOT_COMMANDS } from './commands/dot-commands.ts';
import { disable, enable } from './commands/enable.ts';
import { estimate } from './commands/estimate.ts';
import { explain } from './commands/explain.ts';
import { find } from './commands/find.ts';
import { help } from './commands/help.ts';
import { label } from './commands/label.ts';
import { list, llist } from './commands/list.ts';
import { autodisplay, messages } from './commands/messages.ts';
import { mount, release, umount, unmount } from './commands/mount.ts';
import { automount, cloud, collect, snapshot, statistics } from './commands/nothing-on-disk.ts';
import { prune } from './commands/prune.ts';
import { purge } from './commands/purge.ts';
import { query } from './commands/query.ts';
import { relabel } from './commands/relabel.ts';
import { reload } from './commands/reload.ts';
import { restart } from './commands/restart.ts';
import { restore } from './commands/restore.ts';
import { run } from './commands/run.ts';
import { exit, gui, memory, quit, time, use, version } from './commands/session-commands.ts';
import { resume } from './commands/resume.ts';
import { setbandwidth } from './commands/setbandwidth.ts';
import { setdebug, trace } from './commands/setdebug.ts';
import { setip } from './commands/setip.ts';
import { show } from './commands/show.ts';
import { sqlquery } from './commands/sqlquery.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { tag } from './commands/tag.ts';
import { truncate } from './commands/truncate.ts';
import { update } from './commands/update.ts';
import { variable } from './commands/var.ts';
import { wait } from './commands/wait.ts';
import type { Rights } from '../rights/rights.ts';
import type { Command } from './command.ts';

/** In the order in which abbreviations are looked up, which is also that of `help`. */
const COMMANDS: readonly Command[] = [
  add,
  autodisplay,
  automount,
  cancel,
  cloud,
  collect,
  create,
  deleteCommand,
  disable,
  enable,
  estimate,
  exit,
  explain,
  find,
  gui,
  help,
  label,
  list,
  llist,
  messages,
  memory,
  mount,
  prune,
  purge,
  quit,
  query,
  restore,
  relabel,
  release,
  reload,
  run,
  restart,
  resume,
  status,
  stop,
  setdebug,
  setbandwidth,
  snapshot,
  setip,
  show,
  sqlquery,
  statistics,
  time,
  tag,
  trace,
  truncate,
  unmount,
  umount,
  update,
  use,
  variable,
  version,
  wait,
];

/** A console that may do nothing can still leave, and read what it may do. */
const FOR_ALL: readonly string[] = ['quit', 'exit', 'help', '.quit', '.exit', '.help'];

/** Those of the table that a console may give; all when it has no limits. */
export function allowedCommands(rights: Rights | undefined): readonly Command[] {
  return COMMANDS.filter((command) => isAllowed(command, rights));
}

/**
 * A command by its name or any beginning of it: the first in the order of the table. Dot commands are not cut. Undefined when
 * there is none that the console may give.
 */
export function findCommand(verb: string, rights: Rights | undefined): Command | undefined {
  if (verb.startsWith('.'))
    return DOT_COMMANDS.find((command) => command.name === verb && isAllowed(command, rights));
  return allowedCommands(rights).find(({ name }) => name.startsWith(verb));
}

function isAllowed({ name }: Command, rights: Rights | undefined): boolean {
  return rights === undefined || FOR_ALL.includes(name) || rights.allows('Command', name);
}
