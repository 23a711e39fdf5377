import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { OperatorError, messageOf } from '../errors/operator-error.ts';
import { formatMessageTime } from '../text/civil-time.ts';

/** The log of a daemon: `21-Nov 03:40 NAME: text`, one line each; further lines of a text are indented. */
export interface Log {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  /** Shown when the level of `debugging` is at least this one. */
  debug(level: number, text: string): void;
  /** May be changed while the daemon runs. */
  readonly debugging: Debugging;
}

/** Which debug messages are written, and where. */
export interface Debugging {
  /** 0 = none. At first that of `-d N`. */
  level: number;
  /** They go to the file NAME.trace in the working directory, not to the log. */
  trace: boolean;
}

/** Where lines go, each without its line end. Never throws: a full disk under the log must not end a backup. */
export type LogSink = (line: string) => void;

/** Changes what is named and leaves the rest. */
export function changeDebugging(
  debugging: Debugging,
  { level = debugging.level, trace = debugging.trace }: DebugChanges,
): Debugging {
  return Object.assign(debugging, { level, trace });
}

/** What is undefined stays as it is. */
export type DebugChanges = { readonly [K in keyof Debugging]?: Debugging[K] | undefined };

/** @param traceSink Takes debug messages while they are traced; absent: they stay in the log. */
export function createLog(name: string, debugLevel: number, sink: LogSink, traceSink = sink): Log {
  const lineOf = (text: string) => `${formatMessageTime(new Date())} ${name}: ${printable(text)}`;
  const write = (text: string): void => sink(lineOf(text));
  const debugging: Debugging = { level: debugLevel, trace: false };
  return {
    info: write,
    warn: (text) => write(`Warning: ${text}`),
    error: (text) => write(`Error: ${text}`),
    debug(level, text) {
      if (level > debugging.level) return;
      const to = debugging.trace ? traceSink : sink;
      to(lineOf(`debug ${level}: ${text}`));
    },
    debugging,
  };
}

/** Appends each line to a file that is opened for it: tracing is rare, and the file may be taken away meanwhile. */
export function traceTo(path: string): LogSink {
  return (line) => {
    try {
      appendFileSync(path, `${line}\n`, { mode: 0o640 });
    } catch {
      // nowhere left to say it
    }
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
