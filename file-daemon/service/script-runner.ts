import { commandWords } from '../../commands/command-words.ts';
import { runCommand, TIMEOUT_MS_MAX } from '../../commands/run-command.ts';
import { substituteWords } from '../../commands/substitution.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { RunScriptEnd, RunScriptRequest } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';

export interface ScriptOptions {
  /** Of this daemon, for `%d`. */
  readonly daemonName: string;
  readonly onLine: (line: Buffer) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Runs a command of a RunScript without a shell, and says how it ended.
 * @throws the reason of the signal; the command and what it started are ended then.
 */
export async function runScriptCommand(
  { command, codes, timeoutSeconds }: RunScriptRequest,
  { daemonName, onLine, signal }: ScriptOptions,
): Promise<RunScriptEnd> {
  try {
    const status = await runCommand({
      words: substituteWords(commandWords(command), { ...codes, d: daemonName, P: String(process.pid) }),
      signal,
      timeoutMs: timeoutSeconds === 0 ? TIMEOUT_MS_MAX : timeoutSeconds * 1000,
      onLine,
    });
    return { status, problem: '' };
  } catch (error) {
    signal.throwIfAborted();
    return { status: 1, problem: messageOf(error) };
  }
}
