import { closeSync, constants, openSync } from 'node:fs';
import type { ProgramEnd, ProgramEvent, ProgramRequest, ProgramStart } from './program-events.ts';

/** Starts programs. Calls wait for what they ask. */
export interface ProgramLink {
  /** @throws ProgramFailed when it cannot be started */
  start(request: ProgramRequest): Program;
}

/** A program that a plugin names could not be started. */
export class ProgramFailed extends Error {}

/** Worker: has the main thread run programs. `ask` posts the event and waits for the answer. */
export function programLink(ask: (event: ProgramEvent) => unknown): ProgramLink {
  return {
    start(request) {
      const answer = ask({ kind: 'startProgram', request }) as ProgramStart;
      if ('problem' in answer) throw new ProgramFailed(answer.problem);
      return new Program(answer.fd, request, ask);
    },
  };
}

/** A running program, with the worker's end of its pipe. To be finished or killed. */
export class Program {
  /** Open without blocking. */
  readonly fd: number;
  readonly #ask: (event: ProgramEvent) => unknown;
  #hasEnded = false;

  constructor(fd: number, { pipe }: ProgramRequest, ask: (event: ProgramEvent) => unknown) {
    this.#ask = ask;
    // The same pipe, opened again: what is set on it here does not hold for the program, nor for the main thread.
    const direction = pipe === 'output' ? constants.O_RDONLY : constants.O_WRONLY;
    this.fd = openSync(`/proc/self/fd/${fd}`, direction | constants.O_NONBLOCK);
  }

  /** Closes the pipe and waits for the end; gives what was wrong with it, as ProgramEnd. */
  finish(): string | undefined {
    this.#hasEnded = true;
    closeSync(this.fd);
    return (this.#ask({ kind: 'endProgram', how: 'wait' }) as ProgramEnd).problem;
  }

  /** Ends the program, and what it started, before it sees the end of its input. Does nothing to one that was finished. */
  kill(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      this.#ask({ kind: 'endProgram', how: 'kill' });
    } finally {
      closeSync(this.fd);
    }
  }
}
