import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Site } from '../tools/site.ts';

const run = promisify(execFile);
const LAUNCHER = join(import.meta.dirname, '../bin/noctule-fd');

/** Adds clients `client-2` to `client-N` to a site that does not run yet, each with the Jobs that `jobsOf` writes. */
export class MoreClients implements AsyncDisposable {
  readonly names: readonly string[];
  readonly #site: Site;

  constructor(site: Site, count: number, jobsOf: (client: string) => string) {
    this.#site = site;
    this.names = Array.from({ length: count }, (_, index) => `client-${index + 2}`);
    const text = readFileSync(site.confFiles['noctule-fd'], 'utf8');
    const [, password] = /Password = "(.*)"/.exec(text)!;
    for (const [index, name] of this.names.entries()) {
      // Every address of 127/8 is this machine, so all can have the same port.
      const address = `127.0.0.${index + 2}`;
      for (const part of ['work', 'run']) mkdirSync(this.#path(name, part), { recursive: true });
      const conf = text
        .replace('Name = site-fd', `Name = ${name}`)
        .replace(/FDAddress = .*/, `FDAddress = ${address}`)
        .replace(/WorkingDirectory = .*/, `WorkingDirectory = "${this.#path(name, 'work')}"`)
        .replace(/PidDirectory = .*/, `PidDirectory = "${this.#path(name, 'run')}"`);
      writeFileSync(this.#path(name, 'fd.conf'), conf, { mode: 0o600 });
      appendFileSync(
        site.confFiles['noctule-dir'],
        `\nClient { Name = ${name}; Address = ${address}; FDPort = ${site.ports['noctule-fd']}; ` +
          `Password = "${password}"; Catalog = Catalog }\n${jobsOf(name)}`,
      );
    }
  }

  async start(): Promise<void> {
    for (const name of this.names) await run(LAUNCHER, ['-c', this.#path(name, 'fd.conf')]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.names) {
      for (const file of readdirSync(this.#path(name, 'run'))) {
        process.kill(Number(readFileSync(this.#path(name, 'run', file), 'utf8')), 'SIGTERM');
      }
    }
  }

  #path(name: string, ...parts: string[]): string {
    return join(this.#site.directory, name, ...parts);
  }
}
