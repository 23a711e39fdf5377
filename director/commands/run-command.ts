import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { OperatorError, isErrno, messageOf } from '../../errors/operator-error.ts';

/** After the polite signal, this long until the one that cannot be refused. */
const KILL_AFTER_MS = 5_000;
/** Output still on its way when the command has ended: a grandchild may keep the pipe open for ever. */
const OUTPUT_GRACE_MS = 2_000;
const LINE_BYTES_MAX = 65_536;

/** A command of the conf that cannot be started, or that was ended because it took too long. */
export class CommandFailed extends OperatorError {
  readonly code = 'DIR_COMMAND';
}

export interface CommandRequest {
  /** Program and arguments; run without a shell. */
  readonly words: readonly string[];
  /** What it reads on its standard input: a text, or an open file. Absent: nothing. */
  readonly input?: string | { readonly fd: number };
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Called for each line of its output and errors, as bytes, cut to 64 KiB; the next one waits for it. */
  readonly onLine?: (line: Buffer) => void | Promise<void>;
}

/**
 * Runs a program to its end and resolves with its exit status (128 + n when a signal ended it).
 * @throws CommandFailed when it cannot be started or exceeds its time.
 * @throws The reason of `signal` when that aborts; the program is ended then.
 */
export async function runCommand(request: CommandRequest): Promise<number> {
  const [program, ...args] = request.words;
  if (!program) throw new CommandFailed('The command is empty');
  request.signal.throwIfAborted();
  const stdin = inputMode(request.input);
  const child = spawn(program, args, { stdio: [stdin, 'pipe', 'pipe'], shell: false });
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const stop = AbortSignal.any([request.signal, timeout]);
  const kill = () => endProcess(child);
  stop.addEventListener('abort', kill, { once: true });
  try {
    const output = Promise.all([
      passLines(child.stdout, request.onLine),
      passLines(child.stderr, request.onLine),
    ]);
    output.catch(() => {}); // awaited below, unless the start itself fails
    // Not every command reads its input to the end; that is its business.
    child.stdin?.on('error', () => {});
    if (typeof request.input === 'string') child.stdin?.end(request.input);
    const status = await exitStatus(child, program);
    await Promise.race([output, delayed(OUTPUT_GRACE_MS)]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    request.signal.throwIfAborted();
    if (timeout.aborted) {
      throw new CommandFailed(`"${program}" was ended after ${request.timeoutMs / 1000} seconds`);
    }
    return status;
  } finally {
    stop.removeEventListener('abort', kill);
  }
}

function inputMode(input: CommandRequest['input']): 'ignore' | 'pipe' | number {
  if (input === undefined) return 'ignore';
  return typeof input === 'string' ? 'pipe' : input.fd;
}

function exitStatus(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      const why = isErrno(cause, 'ENOENT') ? 'there is no such program' : messageOf(cause);
      reject(new CommandFailed(`Cannot run "${program}": ${why}`, { cause }));
    });
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
}

function endProcess(child: ChildProcess): void {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  child.once('exit', () => clearTimeout(timer));
}

/** Hands on the lines of `stream`; a line without an end is cut, so that it cannot fill the memory. */
async function passLines(stream: Readable | null, onLine: CommandRequest['onLine']): Promise<void> {
  if (!stream) return;
  stream.on('error', () => {});
  let rest = '';
  // latin1 keeps each byte as one character: output is bytes, such as file names.
  for await (const chunk of stream.setEncoding('latin1') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, LINE_BYTES_MAX);
    for (const line of lines) await onLine?.(Buffer.from(line.slice(0, LINE_BYTES_MAX), 'latin1'));
  }
  if (rest) await onLine?.(Buffer.from(rest, 'latin1'));
}

function delayed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
