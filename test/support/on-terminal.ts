import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';

export const hasPseudoTerminals = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

const WAIT_MS = 20_000;

export interface TerminalOptions {
  /** Where it may write. */
  readonly directory: string;
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program on a terminal of its own. */
export class OnTerminal {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #deviceFile: string;
  /** All that came, and from where it has not been looked at. */
  #output = '';
  #seen = 0;
  #columns: number;
  #rows: number;

  constructor(command: string, { directory, columns = 80, rows = 24, environment = {} }: TerminalOptions) {
    this.#columns = columns;
    this.#rows = rows;
    this.#deviceFile = join(directory, `terminal-${Math.random().toString(36).slice(2)}`);
    const line = `tty > ${this.#deviceFile}; stty columns ${columns} rows ${rows}; exec ${command}`;
    this.#child = spawn('script', ['-qec', line, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm', ...environment },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
  }

  /**
   * Types, and resolves with what came until the text was there, without control sequences; earlier output does not
   * count again.
   */
  async type(keys: string, until: string): Promise<string> {
    this.#child.stdin.write(keys);
    const fresh = () => stripVTControlCharacters(this.#output.slice(this.#seen));
    await expect.poll(fresh, { timeout: WAIT_MS }).toContain(until);
    const text = fresh();
    this.#seen = this.#output.length;
    return text;
  }

  /** Types, and resolves when the whole screen shows the text. */
  async shows(keys: string, until: string): Promise<string> {
    this.#child.stdin.write(keys);
    await expect.poll(() => this.screen(), { timeout: WAIT_MS }).toContain(until);
    this.#seen = this.#output.length;
    return this.screen();
  }

  /** What a program that draws the whole screen shows; empty when none does. */
  screen(): string {
    return wholeScreen(this.#output, { columns: this.#columns, rows: this.#rows });
  }

  /** Everything that came, as it came. */
  get output(): string {
    return this.#output;
  }

  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
    const device = readFileSync(this.#deviceFile, 'utf8').trim();
    spawnSync('stty', ['-F', device, 'columns', String(columns), 'rows', String(rows)]);
  }

  async ended(): Promise<number | null> {
    return this.#child.exitCode ?? new Promise((resolve) => this.#child.once('close', resolve));
  }
}

/** Carries out what the console sends while it has the whole screen: moving, clearing, text. */
function wholeScreen(output: string, { columns, rows }: { columns: number; rows: number }): string {
  const start = output.lastIndexOf('\x1b[?1049h');
  if (start < 0 || output.indexOf('\x1b[?1049l', start) > 0) return '';
  let lines: string[] = [];
  let row = 0;
  for (const [, place, verb, text] of output.slice(start).matchAll(/\x1b\[([\d;?]*)([A-Za-z])|([^\x1b]+)/g)) {
    if (text !== undefined) lines[row] = (lines[row] ?? '') + text;
    else if (verb === 'H') row = place === '' ? 0 : Number.parseInt(place!, 10) - 1;
    else if (verb === 'J') lines = [];
    else if (verb === 'K') lines[row] = '';
  }
  return Array.from({ length: rows }, (_, number) => (lines[number] ?? '').slice(0, columns).trimEnd()).join(
    '\n',
  );
}
