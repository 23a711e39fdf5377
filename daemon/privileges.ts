import { execFileSync } from 'node:child_process';
import { OperatorError, messageOf } from '../errors/operator-error.ts';

/**
 * Goes on as `user` and `group` (-u, -g), with all groups of that user. Conf, working and pid directory must be
 * accessible to them: the conf is read again on every reload.
 * @throws CannotChangeUser
 */
export function changeUser(user: string | undefined, group: string | undefined): void {
  if (user === undefined && group === undefined) return;
  try {
    const mainGroup = group ?? mainGroupOf(user as string);
    if (user !== undefined) (process as NodeJS.Process & InitGroups).initgroups(user, mainGroup);
    process.setgid?.(mainGroup);
    if (user !== undefined) process.setuid?.(user);
  } catch (cause) {
    throw new CannotChangeUser(user, group, cause);
  }
}

/** Missing in the type declarations. */
interface InitGroups {
  initgroups(user: string, extraGroup: string | number): void;
}

/** Node cannot ask the user database; id(1) asks all its sources. */
function mainGroupOf(user: string): number {
  return Number(
    execFileSync('id', ['-g', '--', user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

export class CannotChangeUser extends OperatorError {
  readonly code = 'DAEMON_USER';
  override readonly hint = 'Start the daemon as root, and give -u and -g names that exist.';
  constructor(user: string | undefined, group: string | undefined, cause: unknown) {
    const who = [user !== undefined && `user "${user}"`, group !== undefined && `group "${group}"`];
    super(`Cannot run as ${who.filter(Boolean).join(' and ')}: ${messageOf(cause)}`, { cause });
  }
}
