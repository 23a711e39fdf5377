import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Site } from '../tools/site.ts';

/** One connected console session: commands go in one after the other, and each answer is waited for. */
export class OpenConsole implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';

  constructor(site: Site) {
    const launcher = join(import.meta.dirname, '../bin/nconsole');
    this.#child = spawn(launcher, ['-c', site.confFiles.nconsole]);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
  }

  /** What the Director prints up to `end`. */
  async ask(command: string, end: RegExp): Promise<string> {
    this.#output = '';
    this.#child.stdin.write(`${command}\n`);
    while (!end.test(this.#output)) await once(this.#child.stdout, 'data');
    return this.#output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.stdin.end('quit\n');
    await closed;
  }
}
