import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { sep } from 'node:path';
import { OperatorError, isErrno, messageOf } from '../errors/operator-error.ts';

/** The file that tells init scripts the process id; it also keeps a second daemon of the kind from starting. */
export class PidFile {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Writes the file. One that a crash left behind is replaced.
   * @throws AlreadyRunning, PidFileNotWritable
   */
  static claim(path: string, programName: string): PidFile {
    try {
      if (!create(path)) {
        const pid = readPid(path);
        if (pid !== undefined && pid !== process.pid && isRunning(pid)) {
          throw new AlreadyRunning(programName, pid, path);
        }
        rmSync(path, { force: true });
        if (!create(path)) throw new AlreadyRunning(programName, readPid(path), path);
      }
    } catch (cause) {
      if (cause instanceof AlreadyRunning) throw cause;
      throw new PidFileNotWritable(path, cause);
    }
    return new PidFile(path);
  }

  /** Removes the file, unless it is no longer ours. */
  remove(): void {
    if (readPid(this.path) === process.pid) rmSync(this.path, { force: true });
  }
}

/** Returns false when the file exists. */
function create(path: string): boolean {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // gone, or not ours to read
  }
}

/**
 * Whether a process with this id runs our program. After a crash or a reboot the id may belong to anything; where /proc
 * shows command lines, a process that does not name the script we run is not the one that wrote the file.
 */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
  try {
    // "director/main.ts": the rest of the path may have been typed in another way
    const script = (process.argv[1] ?? '').split(sep).slice(-2).join(sep);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script);
  } catch {
    return true;
  }
}

export class AlreadyRunning extends OperatorError {
  readonly code = 'DAEMON_ALREADY_RUNNING';
  override readonly hint: string;
  constructor(programName: string, pid: number | undefined, path: string) {
    super(
      `${programName} is already running${pid === undefined ? '' : ` as process ${pid}`} (pid file ${path})`,
    );
    this.hint = `Stop it first${pid === undefined ? '' : ` (kill ${pid})`}, or give this one another port.`;
  }
}

export class PidFileNotWritable extends OperatorError {
  readonly code = 'DAEMON_PID_FILE';
  override readonly hint =
    'Make PidDirectory exist and be writable for the user the daemon runs as, or start with -P.';
  constructor(path: string, cause: unknown) {
    super(`Cannot write the pid file ${path}: ${messageOf(cause)}`, { cause });
  }
}
