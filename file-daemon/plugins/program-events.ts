/**
 * How the worker of a job has a program run: the main thread starts and ends it, and hands over one end of a pipe, which
 * the worker reads or writes with plain synchronous calls. One program at a time.
 */
export type ProgramEvent =
  /** Answered with a ProgramStart. */
  | { readonly kind: 'startProgram'; readonly request: ProgramRequest }
  /** Answered with a ProgramEnd. */
  | { readonly kind: 'endProgram'; readonly how: 'wait' | 'kill' };

export interface ProgramRequest {
  readonly words: readonly string[];
  /** Which of its streams the pipe is; the other one leads nowhere. Its errors become messages of the job. */
  readonly pipe: 'input' | 'output';
}

export type ProgramStart = { readonly fd: number } | { readonly problem: string };

export interface ProgramEnd {
  /** `ended with status 1: what it said last`, `was ended by SIGTERM`; undefined when all went well. */
  readonly problem: string | undefined;
}
