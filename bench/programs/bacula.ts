import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { freePorts } from '../../tools/site.ts';
import { directoryBytes } from '../directory-bytes.ts';
import { WORKS, type Measure, type Work } from '../measure.ts';
import { baculaConf } from './bacula-conf.ts';
import { measureProcesses } from '../measured-processes.ts';
import type { Program, Turn } from './program.ts';
import { runProgram } from './run-program.ts';

const DAEMONS = ['bacula-sd', 'bacula-fd', 'bacula-dir'] as const;
/** Makes the tables of a new catalog; its SQL stands between two lines. */
const TABLES_SCRIPT = '/usr/share/bacula-director/make_sqlite3_tables';
const TABLES_SQL = /<<END-OF-DATA\n([^]*?)\nEND-OF-DATA\n/g;
const START_MS_MAX = 20_000;
const JOB_MS_MAX = 3_600_000;
const LOOK_MS = 20;

/** Bacula of this machine's packages, run as plain processes of their own. Its connections are plain, as they are by default. */
export function bacula(title: string, compression: string, works: readonly Work[] = WORKS): Program {
  return {
    name: `bacula ${title}`,
    works,
    needs: {
      command: 'bacula-dir',
      debianPackage: 'bacula-director-sqlite3 bacula-sd bacula-fd bacula-console',
    },
    version: async () =>
      /^Version: (.*)$/m.exec((await runProgram('bacula-dir', ['-?'])).output)?.[1] ?? 'unknown',
    open: (data, directory) => BaculaTurn.open(data, directory, compression),
  };
}

class BaculaTurn implements Turn {
  readonly #directory: string;
  readonly #daemons: Readonly<Record<string, ChildProcess>>;

  private constructor(directory: string, daemons: Readonly<Record<string, ChildProcess>>) {
    this.#directory = directory;
    this.#daemons = daemons;
  }

  static async open(data: string, directory: string, compression: string): Promise<BaculaTurn> {
    for (const name of ['conf', 'work', 'volumes']) mkdirSync(join(directory, name), { recursive: true });
    const [director, storage, client] = await freePorts(3);
    const ports = { director: director!, storage: storage!, client: client! };
    const texts = baculaConf({ directory, ports, data, compression, jobLog: join(directory, 'job.log') });
    for (const [name, text] of Object.entries(texts)) writeFileSync(confFile(directory, name), text);
    makeCatalog(join(directory, 'work', 'bacula.db'));
    const daemons: Record<string, ChildProcess> = {};
    const turn = new BaculaTurn(directory, daemons);
    try {
      for (const [name, port] of [
        ['bacula-sd', ports.storage],
        ['bacula-fd', ports.client],
        ['bacula-dir', ports.director],
      ] as const) {
        daemons[name] = await startDaemon(name, directory, port);
      }
      return turn;
    } catch (error) {
      await turn[Symbol.asyncDispose]();
      throw error;
    }
  }

  async backup(level: 'Full' | 'Incremental'): Promise<Measure> {
    const before = directoryBytes(join(this.#directory, 'volumes'));
    const measure = await this.#job(`run job=Measured level=${level} yes`, 'Backup OK');
    return { ...measure, volumeBytes: directoryBytes(join(this.#directory, 'volumes')) - before };
  }

  restore(target: string, file?: string): Promise<Measure> {
    mkdirSync(target, { recursive: true });
    const chosen = file === undefined ? 'select all' : `file=${file}`;
    return this.#job(
      `restore client=bench-fd fileset=Measured where=${target} current ${chosen} done yes`,
      'Restore OK',
    );
  }

  async catalogBytesPerFile(): Promise<number> {
    const path = join(this.#directory, 'work', 'bacula.db');
    const database = new Database(path, { readonly: true });
    const { files } = database.prepare('SELECT COUNT(*) AS files FROM File').get() as { files: number };
    database.close();
    return directoryBytes(join(this.#directory, 'work'), 'bacula.db') / files;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of Object.values(this.#daemons)) await stopDaemon(daemon);
  }

  /** The end of a job is looked for in its log: the console's `wait` would look only once a second. */
  async #job(command: string, termination: string): Promise<Measure> {
    const pids = Object.fromEntries(DAEMONS.map((name) => [name, this.#daemons[name]!.pid!]));
    const logBefore = this.#log().length;
    let said = '';
    const measure = await measureProcesses(pids, 'bacula-sd', async () => {
      const conf = confFile(this.#directory, 'bconsole');
      said = (await runProgram('bconsole', ['-n', '-c', conf], `${command}\nquit\n`)).output;
      if (!said.includes('Job queued.')) throw new Error(said);
      const deadline = performance.now() + JOB_MS_MAX;
      while (!this.#log().includes('Termination:', logBefore)) {
        if (performance.now() > deadline) throw new Error(`the job does not end: ${said}${this.#log()}`);
        await delay(LOOK_MS);
      }
    });
    const report = this.#log().slice(logBefore);
    if (!new RegExp(`Termination: +${termination}$`, 'm').test(report)) throw new Error(report);
    return measure;
  }

  #log(): string {
    try {
      return readFileSync(join(this.#directory, 'job.log'), 'utf8');
    } catch {
      return ''; // before the first job
    }
  }
}

function confFile(directory: string, name: string): string {
  return join(directory, 'conf', `${name}.conf`);
}

function makeCatalog(path: string): void {
  const script = readFileSync(TABLES_SCRIPT, 'utf8');
  const database = new Database(path);
  for (const [, sql] of script.matchAll(TABLES_SQL)) database.exec(sql!);
  database.close();
}

/** Resolves when it listens, or ends with what it printed. A connection to see that would be logged as an attack. */
async function startDaemon(name: string, directory: string, port: number): Promise<ChildProcess> {
  const output = join(directory, `${name}.out`);
  const out = openSync(output, 'a');
  const child = spawn(name, ['-f', '-c', confFile(directory, name)], { stdio: ['ignore', out, out] });
  closeSync(out);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => undefined); // looked at below, as long as it starts
  const listens = ` 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A `;
  const deadline = performance.now() + START_MS_MAX;
  while (!readFileSync('/proc/net/tcp', 'latin1').includes(listens)) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stopDaemon(child);
      throw new Error(
        `${name} did not start: ${readFileSync(output, 'utf8').trim() || 'it printed nothing'}`,
      );
    }
    await Promise.race([delay(LOOK_MS), failed]);
  }
  return child;
}

async function stopDaemon(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killing = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(killing);
}
