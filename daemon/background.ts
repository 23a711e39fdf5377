import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { openForAppend } from './log.ts';

/** Marks the child's environment; it removes the mark, so that the scripts it starts do not inherit it. */
const MARK = 'NOCTULE_BACKGROUND';

/** Opening a large catalog after a crash takes its time. */
const START_TIMEOUT_MS = 120_000;

type Report = { readonly ready: true } | { readonly failed: string };

/** How starting in the background went: the exit status for the parent, and what it has to say. */
export interface BackgroundStart {
  readonly exitCode: number;
  readonly message?: string;
}

/**
 * Starts this program again in a session of its own, without a terminal, and waits until it reports that it listens.
 * What it prints (a crash of the interpreter, at worst) goes to `logFile`.
 * @throws LogNotWritable
 */
export async function startInBackground(logFile: string): Promise<BackgroundStart> {
  // What this process has compiled, the other need not: compiling takes a third of its memory, for good.
  flushCompileCache();
  const log = openForAppend(logFile);
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  });
  closeSync(log);

  const { promise, resolve } = Promise.withResolvers<BackgroundStart>();
  const timer = setTimeout(() => {
    const seconds = START_TIMEOUT_MS / 1000;
    resolve({
      exitCode: 1,
      message: `Still starting after ${seconds} s; it goes on in the background, see ${logFile}`,
    });
  }, START_TIMEOUT_MS);
  child.on('error', (error) => resolve({ exitCode: 1, message: `Cannot start a process: ${error.message}` }));
  child.on('exit', (code, signal) => {
    const how = signal === null ? `with exit status ${code}` : `by ${signal}`;
    resolve({ exitCode: 1, message: `Ended ${how} before it was ready; see ${logFile}` });
  });
  child.on('message', (report: Report) => {
    resolve('ready' in report ? { exitCode: 0 } : { exitCode: 1, message: report.failed });
  });
  const outcome = await promise;
  clearTimeout(timer);
  if (child.connected) child.disconnect();
  child.unref();
  return outcome;
}

/** Whether this process is the one started in the background. Asked once, at the start. */
export function takeBackgroundMark(): boolean {
  const marked = process.env[MARK] !== undefined;
  delete process.env[MARK];
  return marked;
}

/** In the background process: lets the waiting parent go. */
export async function reportToParent(report: Report): Promise<void> {
  if (!process.connected) return; // it has given up waiting
  await new Promise<void>((resolve) => process.send?.(report, () => resolve()));
  process.disconnect();
}
