import type { RunScript } from '../../configuration/values/run-script.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { printablePath } from '../../text/printable.ts';
import { commandWords } from '../commands/command-words.ts';
import { runCommand } from '../commands/run-command.ts';
import { substituteWords } from '../commands/substitution.ts';
import { JobFailed } from '../director-errors.ts';
import type { ActiveJob } from './active-job.ts';
import { jobCodes } from './job-substitution.ts';

/** Scripts without a Timeout get this long. */
const TIMEOUT_SECONDS = 86_400;

/**
 * Scripts that this version does not run make the job fail before anything is done: a database that was not dumped,
 * or a mount that was not made, must not look like a good backup.
 * @throws JobFailed
 */
export function refuseUnknownScripts({ plan }: Pick<ActiveJob, 'plan'>): void {
  const script = plan.job.runScripts.find(isUnknown);
  const [command] = script?.commands ?? [];
  if (!script || !command) return;
  const directive = `${command.kind === 'console' ? 'Console' : 'Command'} = "${command.text}"`;
  const where = script.runsOnClient ? ' on the client' : '';
  throw new JobFailed(
    `Job "${plan.job.name}" has a script with ${directive} (Runs When = ${script.runsWhen}${where}); ` +
      'this version runs only programs on the Director, before and after the job',
    { hint: 'Take the script out of the Job, or have cron do its work.' },
  );
}

function isUnknown(script: RunScript): boolean {
  if (script.runsWhen === 'Never' || script.commands.length === 0) return false;
  const isProgram = script.commands.every(({ kind }) => kind === 'program');
  return !isProgram || script.runsOnClient || !['Before', 'After', 'Always'].includes(script.runsWhen);
}

/** @throws JobFailed when a script fails that says Fail Job On Error. */
export async function runBeforeScripts(job: ActiveJob, directorName: string): Promise<void> {
  const context = { job, directorName, title: 'BeforeJob', signal: job.signal };
  for (const script of job.plan.job.runScripts) {
    if (script.runsWhen === 'Before' || script.runsWhen === 'Always') await runScript(script, context);
  }
}

/** Runs the scripts for a job that has ended. @throws JobFailed as `runBeforeScripts` does. */
export async function runAfterScripts(
  job: ActiveJob,
  directorName: string,
  options: { readonly endedWell: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const context = { job, directorName, title: 'AfterJob', signal: options.signal };
  for (const script of job.plan.job.runScripts) {
    // The job has failed because of these; they are not to be run now either.
    if (isUnknown(script)) continue;
    if (script.runsWhen !== 'After' && script.runsWhen !== 'Always') continue;
    if (options.endedWell ? script.runsOnSuccess : script.runsOnFailure) await runScript(script, context);
  }
}

interface ScriptContext {
  readonly job: ActiveJob;
  readonly directorName: string;
  /** What messages call the moment; scripts look for these words. */
  readonly title: string;
  readonly signal: AbortSignal;
}

async function runScript(script: RunScript, context: ScriptContext): Promise<void> {
  const { job, title } = context;
  const timeoutMs = (script.timeout ?? TIMEOUT_SECONDS) * 1000;
  for (const { text } of script.commands) {
    const problem = await runOne(text, timeoutMs, context);
    if (!problem) continue;
    await job.messages.add('Error', `Runscript: ${title} ${problem}`);
    if (script.failJobOnError) throw new JobFailed(`Runscript ${title} "${text}" failed`);
  }
}

/** Resolves with what is wrong; undefined: nothing. */
async function runOne(
  commandLine: string,
  timeoutMs: number,
  context: ScriptContext,
): Promise<string | undefined> {
  const { job, directorName, title, signal } = context;
  await job.messages.info(`shell command: run ${title} "${commandLine}"`);
  try {
    const status = await runCommand({
      words: substituteWords(commandWords(commandLine), jobCodes(job, directorName)),
      signal,
      timeoutMs,
      onLine: (line) => job.messages.info(`${title}: ${outputText(line)}`),
    });
    return status === 0
      ? undefined
      : `returned non-zero status=${status}. ERR=Child exited with code ${status}`;
  } catch (error) {
    signal.throwIfAborted();
    return `could not be run. ERR=${messageOf(error)}`;
  }
}

/** Output is shown as it is, but for bytes that are no text. */
function outputText(line: Buffer): string {
  const text = line.toString('utf8');
  return /[\u0000-\u0008\u000b-\u001f\u007f\ufffd]/.test(text) ? printablePath(line) : text;
}
