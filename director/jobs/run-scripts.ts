import type { RunScript, RunsWhen } from '../../configuration/values/run-script.ts';
import type { ClientLink } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import type { ActiveJob } from './active-job.ts';
import { runScript, type ScriptEnvironment } from './script-run.ts';

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
  throw new JobFailed(
    `Job "${plan.job.name}" has a script with ${directive} (Runs When = ${script.runsWhen} on the ${placeOf(script)}); ` +
      'this version runs scripts before and after the job, and on the client AfterVSS',
    { hint: 'Take the script out of the Job, or have cron do its work.' },
  );
}

const BEFORE: ReadonlySet<RunsWhen> = new Set<RunsWhen>(['Before', 'Always']);
const AFTER: ReadonlySet<RunsWhen> = new Set<RunsWhen>(['After', 'Always']);
const ON_DIRECTOR: ReadonlySet<RunsWhen> = new Set<RunsWhen>([...BEFORE, ...AFTER]);
const ON_CLIENT: ReadonlySet<RunsWhen> = new Set<RunsWhen>([...ON_DIRECTOR, 'AfterVSS']);

function isUnknown(script: RunScript): boolean {
  if (script.runsWhen === 'Never' || script.commands.length === 0) return false;
  return !(placeOf(script) === 'client' ? ON_CLIENT : ON_DIRECTOR).has(script.runsWhen);
}

/** Console commands run on the Director, wherever the script says. */
function placeOf({ runsOnClient, commands }: RunScript): 'client' | 'director' {
  return runsOnClient && commands.some(({ kind }) => kind === 'program') ? 'client' : 'director';
}

/** The scripts of the job that are to be run there; not those because of which it fails. */
function scriptsOf({ plan }: ActiveJob, where: 'client' | 'director'): RunScript[] {
  return plan.job.runScripts.filter((script) => placeOf(script) === where && !isUnknown(script));
}

/** On the Director. @throws JobFailed when a script fails that says Fail Job On Error. */
export async function runBeforeScripts(job: ActiveJob, env: ScriptEnvironment): Promise<void> {
  const context = { job, env, title: 'BeforeJob', signal: job.signal };
  for (const script of scriptsOf(job, 'director')) {
    if (BEFORE.has(script.runsWhen)) await runScript(script, context);
  }
}

/** On the Director, for a job that has ended. @throws JobFailed as `runBeforeScripts` does. */
export async function runAfterScripts(
  job: ActiveJob,
  env: ScriptEnvironment,
  options: { readonly endedWell: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const context = { job, env, title: 'AfterJob', signal: options.signal };
  for (const script of scriptsOf(job, 'director')) {
    if (isDueAfter(script, options.endedWell)) await runScript(script, context);
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
  /** Of the After scripts, which a cancelled job runs too. */
  readonly stopSignal: AbortSignal;
  /** Whether the work between them has gone well. */
  readonly endedWell: () => boolean;
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
  const { job, env, client, stopSignal, endedWell } = options;
  const scripts = scriptsOf(job, 'client');
  const context = { job, env, client };
  const runAll = async (title: string, signal: AbortSignal, isDue: (script: RunScript) => boolean) => {
    for (const script of scripts.filter(isDue)) await runScript(script, { ...context, title, signal });
  };
  try {
    await runAll('ClientRunBeforeJob', job.signal, ({ runsWhen }) => BEFORE.has(runsWhen));
    await runAll('ClientAfterVSS', job.signal, ({ runsWhen }) => runsWhen === 'AfterVSS');
    await work();
  } catch (error) {
    try {
      await runAll('ClientRunAfterJob', stopSignal, (script) => isDueAfter(script, false));
    } catch {
      // It was said; why the job failed is more.
    }
    throw error;
  }
  await runAll('ClientRunAfterJob', stopSignal, (script) => isDueAfter(script, endedWell()));
}

function isDueAfter(script: RunScript, endedWell: boolean): boolean {
  return AFTER.has(script.runsWhen) && (endedWell ? script.runsOnSuccess : script.runsOnFailure);
}
