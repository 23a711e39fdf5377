import type { ConsoleResource } from '../../configuration/director-conf.ts';
import { globMatcher } from '../../text/glob.ts';
import { RightMissing } from '../director-errors.ts';

/** What a Console resource has a list for: the things of one kind that it may use. */
export type Subject =
  'Job' | 'Client' | 'Storage' | 'Schedule' | 'Pool' | 'Command' | 'FileSet' | 'Catalog' | 'Where';

/** Allows everything of its kind, when it stands in a list. */
const ALL = '*all*';

const LISTS: Readonly<Record<Subject, (resource: ConsoleResource) => readonly string[]>> = {
  Job: ({ jobAcl }) => jobAcl,
  Client: ({ clientAcl, backupClientAcl, restoreClientAcl }) => [
    ...clientAcl,
    ...backupClientAcl,
    ...restoreClientAcl,
  ],
  Storage: ({ storageAcl }) => storageAcl,
  Schedule: ({ scheduleAcl }) => scheduleAcl,
  Pool: ({ poolAcl }) => poolAcl,
  Command: ({ commandAcl }) => commandAcl,
  FileSet: ({ fileSetAcl }) => fileSetAcl,
  Catalog: ({ catalogAcl }) => catalogAcl,
  Where: ({ whereAcl }) => whereAcl,
};

/**
 * What a named console may do (reference bacula-console, section 11): what no list allows is refused. Follows the conf in
 * force; a console whose resource is gone may do nothing.
 */
export class Rights {
  readonly consoleName: string;
  readonly #resource: () => ConsoleResource | undefined;

  constructor(consoleName: string, resource: () => ConsoleResource | undefined) {
    this.consoleName = consoleName;
    this.#resource = resource;
  }

  /** A Client counts as allowed when the console may back it up, or restore it, or both. */
  allows(subject: Subject, name: string): boolean {
    return matches(this.#list(LISTS[subject]), name);
  }

  /** Shell patterns of the names that are allowed. */
  patterns(subject: Subject): readonly string[] {
    return this.#list(LISTS[subject]).map((entry) => (entry === ALL ? '*' : entry));
  }

  get allowsAllJobs(): boolean {
    return this.patterns('Job').includes('*') && this.patterns('Client').includes('*');
  }

  /** @throws RightMissing */
  require(subject: Subject, name: string): void {
    if (!this.allows(subject, name))
      throw new RightMissing(this.consoleName, `${subject} "${name}"`, subject);
  }

  /** @throws RightMissing */
  requireRun(jobName: string): void {
    this.require('Job', jobName);
    const runnable = this.#list(({ runAcl }) => runAcl);
    if (runnable.length > 0 && !matches(runnable, jobName))
      throw new RightMissing(this.consoleName, `a run of Job "${jobName}"`, 'Run');
  }

  /** @throws RightMissing */
  requireBackupOf(clientName: string): void {
    const list = this.#list(({ clientAcl, backupClientAcl }) => [...clientAcl, ...backupClientAcl]);
    if (!matches(list, clientName))
      throw new RightMissing(this.consoleName, `a backup of Client "${clientName}"`, 'Backup Client');
  }

  /** Of its files, or to it. @throws RightMissing */
  requireRestoreOf(clientName: string): void {
    const list = this.#list(({ clientAcl, restoreClientAcl }) => [...clientAcl, ...restoreClientAcl]);
    if (!matches(list, clientName))
      throw new RightMissing(this.consoleName, `a restore of Client "${clientName}"`, 'Restore Client');
  }

  /** Directories whose files may be restored, each ending in '/'; undefined: all. */
  get restorableDirectories(): readonly string[] | undefined {
    const list = this.#list(({ directoryAcl }) => directoryAcl);
    if (list.length === 0 || list.includes(ALL)) return undefined;
    return list.map((directory) => (directory.endsWith('/') ? directory : `${directory}/`));
  }

  /** Only files of some owners may be restored. */
  get limitsOwners(): boolean {
    const list = this.#list(({ userIdAcl }) => userIdAcl);
    return list.length > 0 && !list.includes(ALL);
  }

  #list(of: (resource: ConsoleResource) => readonly string[]): readonly string[] {
    const resource = this.#resource();
    return resource ? of(resource) : [];
  }
}

function matches(list: readonly string[], name: string): boolean {
  return list.some((entry) => entry === ALL || globMatcher(entry)(Buffer.from(name)));
}
