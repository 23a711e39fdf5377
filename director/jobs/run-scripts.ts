import type { RunScript, ScriptCommand } from '../../configuration/values/run-script.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { printablePath } from '../../text/printable.ts';
import { commandWords } from '../commands/command-words.ts';
import { runCommand } from '../commands/run-command.ts';
import { substituteWords } from '../commands/substitution.ts';
import { JobFailed } from '../director-errors.ts';
import { endedWell } from '../reports/termination.ts';
import type { ActiveJob } from './active-job.ts';
import { jobCodes } from './job-substitution.ts';

/** Scripts without a Timeout get this long. */
const TIMEOUT_SECONDS = 86_400;

/** What messages call the moment; scripts look for these words. */
const TITLES = { Before: 'BeforeJob', After: 'AfterJob' } as const;

/**
 * Scripts that this version does not run make the job fail before anything is done: a database that was not dumped,
 * or a mount that was not made, must not look like a good backup.
 * @throws JobFailed
 */
export function refuseUnknownScripts(job: Pick<ActiveJob, 'plan'>): void {
  for (const script of job.plan.job.runScripts) {
    const [command] = script.commands;
    if (script.runsWhen === 'Never' || !command) continue;
    if (command.kind === 'console') throw refusal(job, `Console = "${command.text}"`, 'console commands');
    if (script.runsOnClient) throw refusal(job, `Command = "${command.text}"`, 'scripts on the client');
    if (!['Before', 'After', 'Always'].includes(script.runsWhen)) {
      throw refusal(job, `Runs When = ${script.runsWhen}`, 'scripts at that moment');
    }
  }
}

/** @throws JobFailed when a script fails that says Fail Job On Error. */
export async function runBeforeScripts(job: ActiveJob, directorName: string): Promise<void> {
  for (const script of job.plan.job.runScripts) {
    if (script.runsWhen !== 'Before' && script.runsWhen !== 'Always') continue;
    await runScript(script, 'Before', job, directorName, job.signal);
  }
}

/** Runs the scripts for a job that ended with `status`. @throws JobFailed as `runBeforeScripts` does. */
export async function runAfterScripts(
  job: ActiveJob,
  directorName: string,
  status: string,
  signal: AbortSignal,
): Promise<void> {
  for (const script of job.plan.job.runScripts) {
    if (script.runsOnClient || (script.runsWhen !== 'After' && script.runsWhen !== 'Always')) continue;
    const isWanted = endedWell(status) ? script.runsOnSuccess : script.runsOnFailure;
    if (isWanted) await runScript(script, 'After', job, directorName, signal);
  }
}

async function runScript(
  script: RunScript,
  when: keyof typeof TITLES,
  job: ActiveJob,
  directorName: string,
  signal: AbortSignal,
): Promise<void> {
  for (const command of script.commands) {
    const problem = await runOne(command, script, when, job, directorName, signal);
    if (!problem) continue;
    await job.messages.add('Error', `Runscript: ${TITLES[when]} ${problem}`);
    if (script.failJobOnError) throw new JobFailed(`Runscript ${TITLES[when]} "${command.text}" failed`);
  }
}

/** Resolves with what is wrong; undefined: nothing. */
async function runOne(
  command: ScriptCommand,
  script: RunScript,
  when: keyof typeof TITLES,
  job: ActiveJob,
  directorName: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const title = TITLES[when];
  await job.messages.info(`shell command: run ${title} "${command.text}"`);
  try {
    const status = await runCommand({
      words: substituteWords(commandWords(command.text), jobCodes(job, directorName)),
      signal,
      timeoutMs: (script.timeout ?? TIMEOUT_SECONDS) * 1000,
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

function refusal({ plan }: Pick<ActiveJob, 'plan'>, directive: string, what: string): JobFailed {
  return new JobFailed(
    `Job "${plan.job.name}" has a script with ${directive}; this version does not run ${what}`,
    {
      hint: 'Take the script out of the Job, or run it by cron before the job.',
    },
  );
}
