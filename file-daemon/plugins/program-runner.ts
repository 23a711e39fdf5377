import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { CommandOutput } from '../../commands/command-output.ts';
import { endProcessGroup } from '../../commands/process-group.ts';
import { isErrno, messageOf } from '../../errors/operator-error.ts';
import { printablePath } from '../../text/printable.ts';
import { pipes } from '../../native/pipe.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import type { JobControl } from '../worker/job-control.ts';
import type { ProgramEnd, ProgramEvent, ProgramRequest, ProgramStart } from './program-events.ts';

/** What a program that fails said last, as its end is told: so many lines, each cut to so much. */
const LAST_WORDS_LINES = 3;
const LAST_WORDS_CHARACTERS = 300;

export interface ProgramRunnerOptions {
  readonly control: JobControl;
  notice(notice: FileNotice): Promise<void>;
  /** Ends the program that runs. */
  readonly signal: AbortSignal;
}

interface RunningProgram {
  readonly child: ChildProcess;
  /** What was wrong with it, as ProgramEnd has it, without what it said. */
  readonly exited: Promise<string | undefined>;
  readonly errors: CommandOutput;
  /** Its last error lines. */
  readonly lastWords: string[];
  /** This side of the pipe, for the worker. */
  readonly fd: number;
}

/** Main thread: runs the programs of one job for its worker. Disposing of it ends what still runs. */
export class ProgramRunner implements AsyncDisposable {
  /** For the worker, which asks there for the answers. */
  readonly workerPort: MessagePort;
  readonly #port: MessagePort;
  readonly #options: ProgramRunnerOptions;
  #running: RunningProgram | undefined;

  constructor(options: ProgramRunnerOptions) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.workerPort = port2;
    this.#options = options;
    options.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Does what the worker asks and answers it. */
  async handle(event: ProgramEvent): Promise<void> {
    const answer =
      event.kind === 'startProgram' ? await this.#start(event.request) : await this.#end(event.how);
    this.#options.control.postTo(this.#port, answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#abort);
    if (this.#running !== undefined) await this.#end('kill');
    this.#port.close();
  }

  async #start({ words, pipe }: ProgramRequest): Promise<ProgramStart> {
    const native = pipes();
    if (native === undefined) return { problem: 'it needs the native library koffi' };
    const { readFd, writeFd } = native.make();
    const [own, programs] = pipe === 'output' ? [readFd, writeFd] : [writeFd, readFd];
    const [program = '', ...args] = words;
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        stdio: pipe === 'output' ? ['ignore', programs, 'pipe'] : [programs, 'ignore', 'pipe'],
        detached: true,
        // Where every user may be: programs that become another one complain about a directory that he cannot enter.
        cwd: '/',
      });
      await once(child, 'spawn');
    } catch (error) {
      closeSync(own);
      return { problem: isErrno(error, 'ENOENT') ? 'there is no such program' : messageOf(error) };
    } finally {
      closeSync(programs);
    }
    const lastWords: string[] = [];
    const errors = this.#errorsOf(child, program, lastWords);
    this.#running = { child, exited: endOf(child), errors, lastWords, fd: own };
    if (this.#options.signal.aborted) this.#abort();
    return { fd: own };
  }

  async #end(how: 'wait' | 'kill'): Promise<ProgramEnd> {
    const running = this.#running;
    if (running === undefined) throw new Error('No program runs that could end');
    const { child, exited, errors, lastWords, fd } = running;
    // The end of its input, if the pipe is that; but not for one that is to be ended, which would take it for all there is.
    if (how === 'kill') await endGroup(child);
    closeSync(fd);
    const problem = await exited;
    await Promise.race([errors.handedOn, errors.quiet()]);
    child.stderr?.destroy();
    this.#running = undefined;
    const said = lastWords.length === 0 ? '' : `: ${lastWords.join(' | ')}`;
    return { problem: problem === undefined ? undefined : problem + said };
  }

  #errorsOf({ stderr }: ChildProcess, program: string, lastWords: string[]): CommandOutput {
    const sink = (line: Buffer) => {
      const text = printablePath(line);
      lastWords.push(text.slice(0, LAST_WORDS_CHARACTERS));
      if (lastWords.length > LAST_WORDS_LINES) lastWords.shift();
      return this.#options.notice({ type: 'warning', path: '', text: `${program}: ${text}` });
    };
    const errors = new CommandOutput(stderr === null ? [] : [{ stream: stderr, sink }]);
    // A message that cannot be passed on ends the job in its own way.
    errors.handedOn.catch(() => undefined);
    return errors;
  }

  readonly #abort = (): void => {
    if (this.#running !== undefined) void endGroup(this.#running.child);
  };
}

async function endGroup({ pid }: ChildProcess): Promise<void> {
  if (pid !== undefined) await endProcessGroup(pid);
}

async function endOf(child: ChildProcess): Promise<string | undefined> {
  const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (status === 0) return undefined;
  return status === null ? `was ended by ${signal}` : `ended with status ${status}`;
}
