import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fakeDirector } from '../director/console/fake-director.ts';
import { PASSWORD, serveDirector } from './console-under-test.ts';

const NCONSOLE = fileURLToPath(new URL('../../../bin/nconsole', import.meta.url));
const hasPseudoTerminals = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

/** A program on a terminal. What it prints is seen without control sequences. */
class OnTerminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #seen = '';

  constructor(command: string) {
    this.#child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm' } });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#seen += text));
  }

  /** Types, and resolves with what came until the text was there; earlier output does not count again. */
  async type(keys: string, until: string): Promise<string> {
    this.#child.stdin.write(keys);
    await expect.poll(() => stripVTControlCharacters(this.#seen), { timeout: 10_000 }).toContain(until);
    const seen = stripVTControlCharacters(this.#seen);
    this.#seen = '';
    return seen;
  }

  async ended(): Promise<number | null> {
    return this.#child.exitCode ?? new Promise((resolve) => this.#child.once('close', resolve));
  }
}

describe.skipIf(!hasPseudoTerminals)('nconsole on a terminal', () => {
  it('completes words, breaks off at Ctrl-C, and keeps commands for the next session', async () => {
    using directory = temporaryDirectory();
    const director = fakeDirector();
    const idle = (signal?: AbortSignal) =>
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    await using server = await serveDirector({ ...director, jobs: { ...director.jobs, idle } });
    const file = join(directory.path, 'nconsole.conf');
    const history = join(directory.path, 'history');
    const conf = `Director { Name = d; Address = 127.0.0.1; DirPort = ${server.port}; Password = "${PASSWORD}"
      HistoryFile = "${history}" }\n`;
    writeFileSync(file, conf, { mode: 0o600 });

    const first = new OnTerminal(`${NCONSOLE} -c ${file}`);
    await first.type('', '*');
    await first.type('run fileset=', 'run fileset=');
    await first.type('T', 'T');
    await first.type('\t', 'fileset="Two Options"');
    await first.type(' job=Gzip\r', 'OK to run? (yes/mod/no): ');
    await first.type('no\r', 'Job not run.');
    await first.type('wait\r', 'wait');
    expect(await first.type('\x03', 'interrupted.')).toContain('wait: interrupted.');
    await first.type('quit\r', 'quit');
    expect(await first.ended()).toBe(0);
    expect(readFileSync(history, 'utf8')).toBe('run fileset="Two Options" job=Gzip\nwait\nquit\n');
    expect(statSync(history).mode & 0o777).toBe(0o600);

    const second = new OnTerminal(`${NCONSOLE} -c ${file}`);
    await second.type('', '*');
    await second.type('\x1b[A\x1b[A', 'wait');
    await second.type('\x1b[A', 'run fileset="Two Options" job=Gzip');
    await second.type('\x03', '*');
    await second.type('\x04', '');
    expect(await second.ended()).toBe(0);
  });
});
