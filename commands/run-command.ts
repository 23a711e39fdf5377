import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { OperatorError, isErrno, messageOf } from '../errors/operator-error.ts';
import { CommandOutput, type LineSink } from './command-output.ts';
import { endProcessGroup } from './process-group.ts';

/** The longest that a timer can be set to, 24 days. */
export const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** A command of the conf that cannot be started, or that was ended because it took too long. */
export class CommandFailed extends OperatorError {
  readonly code = 'COMMAND_FAILED';
}

export interface CommandRequest {
  /** Program and arguments; run without a shell. */
  readonly words: readonly string[];
  /** What it reads on its standard input: a text, or an open file. Absent: nothing. */
  readonly input?: string | { readonly fd: number };
  readonly signal: AbortSignal;
  /** At most `TIMEOUT_MS_MAX`; what is longer counts as that. */
  readonly timeoutMs: number;
  readonly onLine?: LineSink;
  /** For its errors; absent: `onLine` gets them, too. */
  readonly onErrorLine?: LineSink;
}

/**
 * Runs a program to its end and resolves with its exit status (128 + n when signal n ended it). The program leads a
 * process group: when it is ended before its time, so is what it started. What it leaves running when it ends by itself
 * is its own business.
 * @throws CommandFailed when it cannot be started or exceeds its time.
 * @throws The reason of `signal` when that aborts, or what `onLine` throws; the program is ended then.
 */
export async function runCommand(request: CommandRequest): Promise<number> {
  const [program, ...args] = request.words;
  if (!program) throw new CommandFailed('The command is empty');
  request.signal.throwIfAborted();
  const stdin = inputMode(request.input);
  const child = spawn(program, args, { stdio: [stdin, 'pipe', 'pipe'], shell: false, detached: true });
  const timeout = AbortSignal.timeout(Math.min(request.timeoutMs, TIMEOUT_MS_MAX));
  const unheard = new AbortController();
  const stop = AbortSignal.any([request.signal, timeout, unheard.signal]);
  let groupEnded: Promise<void> | undefined;
  const endGroup = () => {
    if (child.pid !== undefined) groupEnded = endProcessGroup(child.pid);
  };
  stop.addEventListener('abort', endGroup, { once: true });
  try {
    const sink = request.onLine ?? (() => {});
    const output = new CommandOutput([
      { stream: child.stdout!, sink },
      { stream: child.stderr!, sink: request.onErrorLine ?? sink },
    ]);
    output.handedOn.catch((error: unknown) => unheard.abort(error));
    // Not every command reads its input to the end; that is its business.
    child.stdin?.on('error', () => {});
    if (typeof request.input === 'string') child.stdin?.end(request.input);
    const status = await exitStatus(child, program);
    await Promise.race([output.handedOn, output.quiet(), aborted(stop)]);
    request.signal.throwIfAborted();
    unheard.signal.throwIfAborted();
    if (timeout.aborted) {
      throw new CommandFailed(`"${program}" was ended after ${request.timeoutMs / 1000} seconds`);
    }
    return status;
  } finally {
    stop.removeEventListener('abort', endGroup);
    await groupEnded;
    child.stdout?.destroy();
    child.stderr?.destroy();
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
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
