import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { formatProblem, type ConfResult, type Problem } from '../configuration/problem.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { reportToParent, startInBackground, takeBackgroundMark } from './background.ts';
import { parseFlags, usage, type Flags } from './flags.ts';
import { catchInterrupts, EXIT_BUG } from './interrupts.ts';
import { createLog, describeError, LogFile, traceTo, type Log } from './log.ts';
import { PidFile } from './pid-file.ts';
import { changeUser } from './privileges.ts';
import { platform, versionBanner } from './version.ts';

/** A daemon as the frame runs it: its conf, and how it starts. */
export interface DaemonProgram<C> {
  readonly programName: 'noctule-dir' | 'noctule-sd' | 'noctule-fd';
  readonly defaultConfFile: string;
  loadConf(file: string): ConfResult<C>;
  describe(conf: C): DaemonDescription;
  /** Loads the daemon itself. To look at a conf, or to start another process, most modules are not needed. */
  load(conf: C): Promise<StartDaemon<C>>;
}

/** Resolves when the daemon listens. Owns what it opened when it throws. */
export type StartDaemon<C> = (conf: C, context: DaemonContext) => Promise<RunningDaemon>;

export interface DaemonDescription {
  /** Of the daemon's own resource: begins each line of the log and names the log file. */
  readonly name: string;
  readonly workingDirectory: string;
  readonly pidDirectory: string;
  readonly port: number;
}

export interface DaemonContext {
  readonly log: Log;
  readonly confFile: string;
  /** Aborts when the daemon is told to stop, also while it is still starting. */
  readonly signal: AbortSignal;
}

export interface RunningDaemon {
  /** On SIGHUP. The old conf stays in force when it throws. */
  reload?(): Promise<void>;
  /** Orderly: no new work, grace for what runs, then cancel it. Cut off after 80 s. */
  stop(): Promise<void>;
}

const EXIT_OK = 0;
const EXIT_FAILED = 1;

/**
 * The main program of a daemon: flags, conf, background, pid file, signals, log. Ends the process with 0, with 1 for
 * what an operator can mend, with 70 after a bug.
 */
export async function runDaemon<C>(program: DaemonProgram<C>): Promise<never> {
  process.stderr.on('error', () => {}); // whoever reads it may go away first
  let exitCode: number;
  try {
    exitCode = await run(program, takeBackgroundMark());
  } catch (error) {
    print(`${program.programName}: ${describeError(error)}`);
    exitCode = error instanceof OperatorError ? EXIT_FAILED : EXIT_BUG;
  }
  process.exit(exitCode);
}

async function run<C>(program: DaemonProgram<C>, inBackground: boolean): Promise<number> {
  let flags: Flags | 'help';
  try {
    flags = parseFlags(process.argv.slice(2), program.defaultConfFile);
  } catch (error) {
    print(`${program.programName}: ${(error as Error).message}\n${usageOf(program)}`);
    return EXIT_FAILED;
  }
  if (flags === 'help') {
    process.stdout.write(usageOf(program));
    return EXIT_OK;
  }
  if (!inBackground) changeUser(flags.user, flags.group);

  const { conf, problems } = program.loadConf(flags.confFile);
  if (!inBackground) printProblems(problems, flags);
  if (flags.testOnly) return conf === undefined ? EXIT_FAILED : EXIT_OK;
  if (conf === undefined) {
    print(`${program.programName}: not started, because ${flags.confFile} has errors`);
    return EXIT_FAILED;
  }

  const description = program.describe(conf);
  if (inBackground || flags.foreground) return await serve(program, conf, description, flags, inBackground);
  const { exitCode, message } = await startInBackground(logPath(description));
  if (message !== undefined) print(`${program.programName}: ${message}`);
  return exitCode;
}

/** From the pid file to the last line of the log. */
async function serve<C>(
  program: DaemonProgram<C>,
  conf: C,
  description: DaemonDescription,
  flags: Flags,
  inBackground: boolean,
): Promise<number> {
  const logFile = inBackground ? new LogFile(logPath(description)) : undefined;
  const trace = traceTo(join(description.workingDirectory, `${description.name}.trace`));
  const log = createLog(description.name, flags.debugLevel, logFile?.sink ?? print, trace);
  const interrupts = catchInterrupts(log);

  let daemon: RunningDaemon;
  try {
    if (flags.pidFile) holdPidFile(program.programName, description);
    const start = await program.load(conf);
    daemon = await start(conf, { log, confFile: flags.confFile, signal: interrupts.stop });
    // Not before: V8 then refuses what Node brings compiled of its own modules, and those take a tenth of a start.
    setFlagsFromString('--heap-growing-percent=20');
  } catch (error) {
    const stopped = interrupts.stop.aborted;
    const reason = stopped ? 'Stopped while it was starting' : describeError(error);
    if (stopped) log.info(reason);
    else log.error(reason);
    if (inBackground) await reportToParent({ failed: reason });
    if (stopped) return interrupts.bug ? EXIT_BUG : EXIT_OK;
    return error instanceof OperatorError ? EXIT_FAILED : EXIT_BUG;
  }
  log.info(`${program.programName} ${versionBanner()} ${platform()} started as process ${process.pid}`);
  if (inBackground) await reportToParent({ ready: true });
  flushCompileCache(); // for the next start, even if this process is killed

  interrupts.onReload = async () => {
    logFile?.reopen();
    await daemon.reload?.();
    log.info('Reloaded');
  };
  if (!interrupts.stop.aborted) await once(interrupts.stop, 'abort');
  await daemon.stop();
  log.info('Stopped');
  return interrupts.bug ? EXIT_BUG : EXIT_OK;
}

/** Until the process ends, in whatever way but a kill. */
function holdPidFile(programName: string, description: DaemonDescription): void {
  const path = join(description.pidDirectory, `${programName}.${description.port}.pid`);
  const pidFile = PidFile.claim(path, programName);
  process.on('exit', () => pidFile.remove());
}

function logPath(description: DaemonDescription): string {
  return join(description.workingDirectory, `${description.name}.log`);
}

function printProblems(problems: readonly Problem[], flags: Flags): void {
  for (const problem of problems) {
    if (problem.severity !== 'notice' || flags.testOnly || flags.verbose) print(formatProblem(problem));
  }
}

function usageOf(program: Pick<DaemonProgram<unknown>, 'programName' | 'defaultConfFile'>): string {
  return usage(program.programName, program.defaultConfFile);
}

function print(text: string): void {
  process.stderr.write(`${text}\n`);
}
