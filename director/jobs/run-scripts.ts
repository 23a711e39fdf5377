import type { RunScript, RunsWhen } from '../../configuration/values/run-script.ts';
import type { ClientLink } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import { endedWell } from '../reports/termination.ts';
import type { ActiveJob, JobOutcome } from './active-job.ts';
import { runScript, type ScriptEnvironment } from './script-run.ts';

/**
 * Scripts that cannot run where they are to run at their moment make the job fail before anything is done: a database that
 * was not dumped, or a mount that was not made, must not look like a good backup.
 * @throws JobFailed
 */
export function refuseMisplacedScripts({ plan }: Pick<ActiveJob, 'plan'>): void {
  const script = plan.job.runScripts.find(isMisplaced);
  const [command] = script?.commands ?? [];
  if (!script || !command) return;
  const directive = `${command.kind === 'console' ? 'Console' : 'Command'} = "${command.text}"`;
  const isOnClient = placeOf(script) === 'client';
  throw new JobFailed(
    `Job "${plan.job.name}" has a script with ${directive} (Runs When = ${script.runsWhen} on the ${placeOf(script)}); ` +
      (isOnClient ? 'no client is in reach at that moment' : 'that moment is for programs on the client'),
    {
      hint: isOnClient
        ? 'Put "Runs On Client = no" into the RunScript, or choose another moment.'
        : 'Choose another moment, such as "Runs When = Before".',
    },
  );
}

const BEFORE: ReadonlySet<RunsWhen> = new Set<RunsWhen>(['Before', 'Always']);
const AFTER: ReadonlySet<RunsWhen> = new Set<RunsWhen>(['After', 'Always']);
const ON_DIRECTOR: ReadonlySet<RunsWhen> = new Set<RunsWhen>([
  ...BEFORE,
  ...AFTER,
  'Queued',
  'AtJobCompletion',
]);
const ON_CLIENT: ReadonlySet<RunsWhen> = new Set<RunsWhen>([...BEFORE, ...AFTER, 'AfterVSS']);

function isMisplaced(script: RunScript): boolean {
  if (script.runsWhen === 'Never' || script.commands.length === 0) return false;
  return !(placeOf(script) === 'client' ? ON_CLIENT : ON_DIRECTOR).has(script.runsWhen);
}

/** Console commands run on the Director, wherever the script says. */
function placeOf({ runsOnClient, commands }: RunScript): 'client' | 'director' {
  return runsOnClient && commands.some(({ kind }) => kind === 'program') ? 'client' : 'director';
}

/** The scripts of the job that are to be run there; not those because of which it fails. */
function scriptsOf({ plan }: ActiveJob, where: 'client' | 'director'): RunScript[] {
  return plan.job.runScripts.filter((script) => placeOf(script) === where && !isMisplaced(script));
}

export function hasQueuedScripts(job: ActiveJob): boolean {
  return scriptsOf(job, 'director').some(({ runsWhen }) => runsWhen === 'Queued');
}

/** On the Director, for a job that stands in the queue. @throws JobFailed when a script fails that says Fail Job On Error. */
export async function runQueuedScripts(job: ActiveJob, env: ScriptEnvironment): Promise<void> {
  const context = { job, env, title: 'Queued', signal: job.signal };
  for (const script of scriptsOf(job, 'director')) {
    if (script.runsWhen === 'Queued') await runScript(script, context);
  }
}

/** On the Director. @throws JobFailed when a script fails that says Fail Job On Error. */
export async function runBeforeScripts(job: ActiveJob, env: ScriptEnvironment): Promise<void> {
  const context = { job, env, title: 'BeforeJob', signal: job.signal };
  for (const script of scriptsOf(job, 'director')) {
    if (BEFORE.has(script.runsWhen)) await runScript(script, context);
  }
}

interface EndedJob {
  readonly endedWell: boolean;
  readonly signal: AbortSignal;
}

/** On the Director, for a job that has ended. @throws JobFailed as `runBeforeScripts` does. */
export async function runAfterScripts(
  job: ActiveJob,
  env: ScriptEnvironment,
  ended: EndedJob,
): Promise<void> {
  const context = { job, env, title: 'AfterJob', signal: ended.signal };
  for (const script of scriptsOf(job, 'director')) {
    if (isDueAfter(script, ended.endedWell)) await runScript(script, context);
  }
}

/** On the Director, when the After scripts have had their say in how the job ended. @throws JobFailed as they do. */
export async function runCompletionScripts(
  job: ActiveJob,
  env: ScriptEnvironment,
  ended: EndedJob,
): Promise<void> {
  const context = { job, env, title: 'AtJobCompletion', signal: ended.signal };
  for (const script of scriptsOf(job, 'director')) {
    if (script.runsWhen === 'AtJobCompletion' && isDue(script, ended.endedWell))
      await runScript(script, context);
  }
}

/** An Admin job contacts no client: what is to be run on one is said to be left out. */
export async function warnOfClientScripts(job: ActiveJob): Promise<void> {
  for (const { runsWhen, commands } of scriptsOf(job, 'client')) {
    if (runsWhen === 'Never') continue;
    const [command] = commands;
    await job.messages.add(
      'Warning',
      `The script with Command = "${command?.text}" is not run: an Admin job contacts no client. ` +
        'Put "Runs On Client = no" into the RunScript if it is to run on the Director.',
    );
  }
}

export interface ClientScriptsOptions {
  readonly job: ActiveJob;
  readonly env: ScriptEnvironment;
  readonly client: { readonly link: ClientLink; readonly name: string };
  /** Of the After scripts, which a cancelled job runs too. One that is cancelled while they run ends them. */
  readonly stopSignal: AbortSignal;
  /** What has come of the work between them. */
  readonly reached: () => JobOutcome;
}

/**
 * Does `work` between the scripts of the job on its client: Before and AfterVSS before it, After behind it, also when
 * it, or a script before it, has failed.
 * @throws What `work` throws. @throws JobFailed when a script fails that says Fail Job On Error.
 */
export async function betweenClientScripts(
  options: ClientScriptsOptions,
  work: () => Promise<void>,
): Promise<void> {
  const { job, env, client, stopSignal, reached } = options;
  const scripts = scriptsOf(job, 'client');
  const context = { job, env, client };
  const runAll = async (title: string, signal: AbortSignal, isNow: (script: RunScript) => boolean) => {
    for (const script of scripts.filter(isNow)) await runScript(script, { ...context, title, signal });
  };
  const runAfter = async (signal: AbortSignal, outcome: JobOutcome) => {
    const due = scripts.filter((script) => isDueAfter(script, endedWell(outcome.status)));
    for (const script of due)
      await runScript(script, { ...context, title: 'ClientRunAfterJob', signal, reached: outcome });
  };
  try {
    await runAll('ClientRunBeforeJob', job.signal, ({ runsWhen }) => BEFORE.has(runsWhen));
    await runAll('ClientAfterVSS', job.signal, ({ runsWhen }) => runsWhen === 'AfterVSS');
    await work();
  } catch (error) {
    try {
      await runAfter(stopSignal, { ...reached(), status: job.signal.aborted ? 'A' : 'f' });
    } catch {
      // It was said; why the job failed is more.
    }
    throw error;
  }
  const signal = AbortSignal.any([stopSignal, job.signal]);
  await runAfter(signal, reached());
}

function isDueAfter(script: RunScript, endedWell: boolean): boolean {
  return AFTER.has(script.runsWhen) && isDue(script, endedWell);
}

function isDue({ runsOnSuccess, runsOnFailure }: RunScript, endedWell: boolean): boolean {
  return endedWell ? runsOnSuccess : runsOnFailure;
}
