import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync, statSync } from 'node:fs';

/** Where the texts of a conf come from. Failures are thrown as system errors. */
export interface SourceReader {
  read(path: string): Buffer;
  /** A path that is the same for all names of one file. */
  identityOf(path: string): string;
  exists(path: string): boolean;
  /** Whether every user of the machine may read the file. */
  isWorldReadable(path: string): boolean;
  /** The standard output of a program that is run without a shell. */
  run(words: readonly string[]): Buffer;
}

/** An include command that takes longer is taken for dead: the daemon waits for it. */
const COMMAND_TIMEOUT_MS = 30_000;
const COMMAND_OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** The files of this machine. */
export const diskReader: SourceReader = {
  read: (path) => readFileSync(path),
  identityOf: (path) => realpathSync(path),
  exists: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
  isWorldReadable: (path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o004) !== 0,
  run(words) {
    const [program = '', ...args] = words;
    const result = spawnSync(program, args, {
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: COMMAND_TIMEOUT_MS,
      maxBuffer: COMMAND_OUTPUT_BYTES_MAX,
    });
    if (result.error) throw result.error;
    if (result.status === 0) return result.stdout;
    const how =
      result.status === null ? `was ended by ${result.signal}` : `ended with status ${result.status}`;
    throw new Error(`it ${how}: ${result.stderr.toString('utf8').trim()}`);
  },
};

/** Texts held in memory, by path; there are no commands. */
export function textReader(texts: Readonly<Record<string, string>>): SourceReader {
  return {
    read(path) {
      const text = texts[path];
      if (text === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
      return Buffer.from(text);
    },
    identityOf: (path) => path,
    exists: (path) => path in texts,
    isWorldReadable: () => false,
    run(words) {
      throw new Error(`commands are not run here: ${words.join(' ')}`);
    },
  };
}
