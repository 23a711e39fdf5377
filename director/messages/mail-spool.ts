import { open, readdir, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

const SUFFIX = '.noctule-mail';

/** The text of a mail while its job runs: a file in the working directory, gone when the mail is sent. */
export class MailSpool implements AsyncDisposable {
  readonly #file: string;
  readonly #writer: FileHandle;

  private constructor(file: string, writer: FileHandle) {
    this.#file = file;
    this.#writer = writer;
  }

  /** `name` is unique among the mails being collected, and fit for a file name. */
  static async create(workingDirectory: string, name: string): Promise<MailSpool> {
    const file = path.join(workingDirectory, name + SUFFIX);
    return new MailSpool(file, await open(file, 'w', 0o600));
  }

  async append(line: string): Promise<void> {
    await this.#writer.appendFile(line);
  }

  /** Opens what was collected, from its beginning; the caller closes it. */
  reopen(): Promise<FileHandle> {
    return open(this.#file, 'r');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await rm(this.#file, { force: true });
  }
}

/** Removes mails that a Director left behind when it died. */
export async function removeOldSpools(workingDirectory: string): Promise<void> {
  for (const name of await readdir(workingDirectory)) {
    if (name.endsWith(SUFFIX)) await rm(path.join(workingDirectory, name), { force: true });
  }
}
