import { substituteCodes } from '../../commands/substitution.ts';
import type { ConsoleCommandRequest } from '../jobs/job-environment.ts';
import type { DirectorServices } from '../services.ts';
import { CommandCancelled, CommandError } from './command-error.ts';
import { CommandLine } from './command-line.ts';
import { allowedCommands, findCommand } from './command-table.ts';
import { runCommandLine } from './run-command-line.ts';

/** The commands that a script may give: those that neither ask nor start jobs. Dot commands may be given, too. */
const IN_SCRIPTS: ReadonlySet<string> = new Set([
  ...[
    'delete',
    'disable',
    'enable',
    'estimate',
    'memory',
    'prune',
    'purge',
    'reload',
    'setbandwidth',
    'setdebug',
    'show',
  ],
  ...['status', 'time', 'trace', 'truncate', 'update', 'version'],
]);

/**
 * Runs a console command of a RunScript, with the rights of the Director's own console. The `%` codes are filled in when
 * the line has been taken apart, so a name with blanks or quotes never becomes another argument.
 * @throws CommandError, OperatorError when it fails, asks a question, or is none that a script may give.
 * @throws the reason of the signal.
 */
export async function runScriptCommand(
  services: DirectorServices,
  { text, codes, who, signal, onLine }: ConsoleCommandRequest,
): Promise<void> {
  const line = new CommandLine(text, (word) => substituteCodes(word, codes));
  const command = findCommand(line.verb, undefined);
  if (!command) throw new CommandError(`${line.verb}: is an invalid command`);
  // One that there is nothing for here says so itself.
  if (!IN_SCRIPTS.has(command.name) && !command.isAbsent && !command.name.startsWith('.')) {
    throw new CommandError(
      `a script may not give the command "${command.name}"`,
      `It may give ${[...IN_SCRIPTS].join(', ')}.`,
    );
  }
  let unfinished = '';
  const print = async (printed: string) => {
    signal.throwIfAborted();
    const lines = (unfinished + printed).split('\n');
    unfinished = lines.pop() ?? '';
    for (const one of lines) if (one !== '') await onLine(one);
  };
  try {
    await runCommandLine(command, {
      services,
      session: {
        who,
        startedAt: new Date(),
        // Which way the catalog is reached is of no interest to a job.
        catalogAnnounced: new Set(['queries', 'jobs']),
        startedJobs: new Set(),
        canBrowse: false,
        autodisplay: false,
        json: false,
        over: false,
      },
      line,
      commands: allowedCommands(undefined),
      signal,
      conf: () => services.conf(),
      now: () => new Date(),
      print,
      say: (said) => print(said + '\n'),
      ask: (prompt) => Promise.reject(questionAsked(prompt)),
      browse: () => Promise.reject(questionAsked('to choose on a screen')),
    });
  } catch (error) {
    if (error instanceof CommandCancelled) throw new CommandError(error.notice ?? 'nothing was done');
    throw error;
  } finally {
    if (unfinished !== '' && !signal.aborted) await onLine(unfinished);
  }
}

function questionAsked(prompt: string): CommandError {
  return new CommandError(
    `it asks "${prompt.trim()}", and a script cannot answer`,
    'Name everything on the line, and put "yes" at its end.',
  );
}
