import { access, appendFile, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

const SUFFIX = '.noctule-mail';
/** Of a mail that is being sent: nobody knows whether it has been, when the Director dies. */
const SENDING = '.noctule-mail-sending';

/**
 * The text of a mail while its job runs: a file in the working directory, gone when the mail is sent. It is not kept open: as
 * many jobs may wait as the queue holds.
 */
export class MailSpool implements AsyncDisposable {
  readonly #file: string;
  readonly #sending: string;

  /** `name` is unique among the mails being collected, and fit for a file name. */
  constructor(workingDirectory: string, name: string) {
    this.#file = path.join(workingDirectory, name + SUFFIX);
    this.#sending = path.join(workingDirectory, name + SENDING);
  }

  /** Whether something has been collected, perhaps by a Director that died. */
  exists(): Promise<boolean> {
    return access(this.#file).then(
      () => true,
      () => false,
    );
  }

  append(line: string): Promise<void> {
    return appendFile(this.#file, line, { mode: 0o600 });
  }

  /** Opens what was collected, from its beginning, to be sent now; the caller closes it. */
  async reopen(): Promise<FileHandle> {
    await rename(this.#file, this.#sending);
    return open(this.#sending, 'r');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of [this.#file, this.#sending]) await rm(file, { force: true });
  }
}

/**
 * What a Director that died left behind: gives the unique names of the jobs of which mails wait to be sent. Those that were
 * being sent, and those about the Director itself, are removed.
 */
export async function leftSpools(workingDirectory: string): Promise<ReadonlySet<string>> {
  const jobs = new Set<string>();
  for (const name of await readdir(workingDirectory)) {
    const owner = /^(.+)\.\d+\.noctule-mail$/.exec(name)?.[1];
    if (owner !== undefined && !/\.daemon-\d+$/.test(owner)) jobs.add(owner);
    else if (name.endsWith(SUFFIX) || name.endsWith(SENDING)) await rm(path.join(workingDirectory, name));
  }
  return jobs;
}

/** Removes what was collected for the mails of a job. */
export async function removeSpools(workingDirectory: string, job: string): Promise<void> {
  const isOfJob = (name: string) => name.startsWith(`${job}.`) && name.endsWith(SUFFIX);
  for (const name of (await readdir(workingDirectory)).filter(isOfJob))
    await rm(path.join(workingDirectory, name), { force: true });
}
