import { commandWords } from '../../commands/command-words.ts';
import { runCommand, TIMEOUT_MS_MAX } from '../../commands/run-command.ts';
import { substituteWords } from '../../commands/substitution.ts';
import type { RunScript, ScriptCommand } from '../../configuration/values/run-script.ts';
import { messageOf, OperatorError } from '../../errors/operator-error.ts';
import { printablePath } from '../../text/printable.ts';
import type { ClientLink } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import type { ActiveJob, JobOutcome } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';
import { jobCodes } from './job-substitution.ts';

/** Scripts without a Timeout get this long. */
const TIMEOUT_SECONDS = 86_400;

/** What scripts need of the Director. */
export type ScriptEnvironment = Pick<JobEnvironment, 'directorName' | 'consoleCommand'>;

export interface ScriptContext {
  readonly job: ActiveJob;
  readonly env: ScriptEnvironment;
  /** What messages call the moment; scripts look for these words. */
  readonly title: string;
  /** Where programs run; absent: on the Director's machine. */
  readonly client?: { readonly link: ClientLink; readonly name: string } | undefined;
  readonly signal: AbortSignal;
  /** What has come of the job so far; absent: what came of it in the end, if it has ended. */
  readonly reached?: JobOutcome | undefined;
}

type TakeLine = (line: Buffer) => Promise<void>;

/**
 * Runs the commands of a script one after the other; what they print becomes messages of the job.
 * @throws JobFailed when one fails and the script says Fail Job On Error.
 */
export async function runScript(script: RunScript, context: ScriptContext): Promise<void> {
  const { title } = context;
  const timeoutSeconds = script.timeout ?? TIMEOUT_SECONDS;
  for (const command of script.commands) {
    const problem = await runOne(command, timeoutSeconds, context);
    if (!problem) continue;
    await say(context, 'Error', `Runscript: ${title} ${problem}`);
    if (script.failJobOnError) throw new JobFailed(`Runscript ${title} "${command.text}" failed`);
  }
}

/** Resolves with what is wrong; undefined: nothing. */
async function runOne(
  { kind, text }: ScriptCommand,
  timeoutSeconds: number,
  context: ScriptContext,
): Promise<string | undefined> {
  if (kind === 'program') return runProgram(text, timeoutSeconds, context);
  return runConsoleCommand(text, timeoutSeconds, { ...context, client: undefined });
}

async function runConsoleCommand(
  text: string,
  timeoutSeconds: number,
  context: ScriptContext,
): Promise<string | undefined> {
  const { title, job, env, signal } = context;
  await say(context, 'Info', `console command: run ${title} "${text}"`);
  const timeout = AbortSignal.timeout(Math.min(timeoutSeconds * 1000, TIMEOUT_MS_MAX));
  try {
    await env.consoleCommand({
      text,
      codes: jobCodes(job, env.directorName),
      who: `Job "${job.name}"`,
      signal: AbortSignal.any([signal, timeout]),
      onLine: (line) => say(context, 'Info', `${title}: ${line}`),
    });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return `console command was ended after ${timeoutSeconds} seconds`;
    if (!(error instanceof OperatorError)) throw error;
    return `console command failed. ERR=${error.message}${error.hint === undefined ? '' : `. ${error.hint}`}`;
  }
}

/** Resolves with what is wrong; undefined: nothing. */
async function runProgram(
  command: string,
  timeoutSeconds: number,
  context: ScriptContext,
): Promise<string | undefined> {
  const { title, signal } = context;
  await say(context, 'Info', `shell command: run ${title} "${command}"`);
  const takeLine: TakeLine = (line) => say(context, 'Info', `${title}: ${outputText(line)}`);
  try {
    const status = context.client
      ? await runOnClient(context.client.link, command, timeoutSeconds, context, takeLine)
      : await runHere(command, timeoutSeconds, context, takeLine);
    return status === 0
      ? undefined
      : `returned non-zero status=${status}. ERR=Child exited with code ${status}`;
  } catch (error) {
    signal.throwIfAborted();
    return `could not be run. ERR=${messageOf(error)}`;
  }
}

function runHere(
  command: string,
  timeoutSeconds: number,
  { job, env, signal }: ScriptContext,
  onLine: TakeLine,
): Promise<number> {
  const words = substituteWords(commandWords(command), jobCodes(job, env.directorName));
  return runCommand({ words, signal, timeoutMs: timeoutSeconds * 1000, onLine });
}

/** The command could not be run on the client to its end. */
class ClientScriptFailed extends OperatorError {
  readonly code = 'DIR_CLIENT_SCRIPT';
}

async function runOnClient(
  link: ClientLink,
  command: string,
  timeoutSeconds: number,
  { job, env, signal, reached }: ScriptContext,
  onLine: TakeLine,
): Promise<number> {
  const codes: Record<string, string> = { S: job.previousJob };
  for (const [code, value] of Object.entries(jobCodes(job, env.directorName, reached)))
    codes[code] = String(value);
  const request = { jobId: job.jobId, command, timeoutSeconds, codes };
  for await (const { event } of link.runScript(request, signal)) {
    if (event?.$case === 'line') await onLine(event.value);
    if (event?.$case !== 'end') continue;
    if (event.value.problem !== '') throw new ClientScriptFailed(event.value.problem);
    return event.value.status;
  }
  throw new ClientScriptFailed('The client did not say how the command ended');
}

function say({ job, client }: ScriptContext, type: 'Info' | 'Error', text: string): Promise<void> {
  return job.messages.add(type, text, client && { from: client.name, at: new Date() });
}

/** Output is shown as it is, but for bytes that are no text. */
function outputText(line: Buffer): string {
  const text = line.toString('utf8');
  return /[\u0000-\u0008\u000b-\u001f\u007f\ufffd]/.test(text) ? printablePath(line) : text;
}
