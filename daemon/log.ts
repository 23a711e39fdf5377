import { closeSync, openSync, writeSync } from 'node:fs';
import { OperatorError, messageOf } from '../errors/operator-error.ts';
import { formatMessageTime } from '../text/civil-time.ts';

/** The log of a daemon: `21-Nov 03:40 NAME: text`, one line each; further lines of a text are indented. */
export interface Log {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  /** Shown when the daemon was started with `-d N`, N >= level. */
  debug(level: number, text: string): void;
}

/** Where lines go, each without its line end. Never throws: a full disk under the log must not end a backup. */
export type LogSink = (line: string) => void;

export function createLog(name: string, debugLevel: number, sink: LogSink): Log {
  const write = (text: string): void => sink(`${formatMessageTime(new Date())} ${name}: ${printable(text)}`);
  return {
    info: write,
    warn: (text) => write(`Warning: ${text}`),
    error: (text) => write(`Error: ${text}`),
    debug(level, text) {
      if (level <= debugLevel) write(`debug ${level}: ${text}`);
    },
  };
}

/** An error as the log and the terminal show it: what happened, and below it what to do. */
export function describeError(error: unknown): string {
  if (!(error instanceof OperatorError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
}

/** Names that a peer sends end up here too: no escape sequence of theirs reaches a terminal, no line is faked. */
function printable(text: string): string {
  return text
    .trimEnd()
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replaceAll('\n', '\n    ');
}

/** The log file of a daemon in the background. `reopen` goes on in a new file after the old one was moved away. */
export class LogFile {
  readonly path: string;
  #descriptor: number;

  /** @throws LogNotWritable */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = openForAppend(path);
  }

  readonly sink: LogSink = (line) => {
    try {
      writeSync(this.#descriptor, `${line}\n`);
    } catch {
      // nowhere left to say it
    }
  };

  /** @throws LogNotWritable; the old file stays in use then. */
  reopen(): void {
    const old = this.#descriptor;
    this.#descriptor = openForAppend(this.path);
    closeSync(old);
  }
}

/** @throws LogNotWritable */
export function openForAppend(path: string): number {
  try {
    return openSync(path, 'a', 0o640);
  } catch (cause) {
    throw new LogNotWritable(path, cause);
  }
}

export class LogNotWritable extends OperatorError {
  readonly code = 'DAEMON_LOG';
  override readonly hint = 'Make WorkingDirectory exist and be writable for the user the daemon runs as.';
  constructor(path: string, cause: unknown) {
    super(`Cannot write the log file ${path}: ${messageOf(cause)}`, { cause });
  }
}
