import { directive, type ResourceOf } from '../directive.ts';
import type { AssignedType, BlockType } from '../value-type.ts';
import { printDirectives } from '../print-directives.ts';
import { readDirectives } from '../read-directives.ts';
import { duration } from './duration.ts';
import { oneOf } from './enumeration.ts';
import { yesNo } from './numbers.ts';
import { command, quote, readText } from './text.ts';

const RUNS_WHEN = ['Before', 'After', 'Always', 'AfterVSS', 'AtJobCompletion', 'Queued', 'Never'] as const;
export type RunsWhen = (typeof RUNS_WHEN)[number];

export interface ScriptCommand {
  /** A program, run without a shell; or a command of the console, always on the Director. */
  readonly kind: 'program' | 'console';
  readonly text: string;
}

/** The directives of a RunScript block. */
export const RUN_SCRIPT = {
  runsWhen: directive('Runs When', oneOf(RUNS_WHEN, { AfterSnapshot: 'AfterVSS' }), {
    default: 'Never',
    help:
      'When the commands run. A block that does not say it does nothing; Always is before and after. On the Director only: ' +
      'Queued, while the job waits for them in the queue, and AtJobCompletion, when all is done and its final status is known',
  }),
  runsOnClient: directive('Runs On Client', onClient(), {
    aliases: ['Target'],
    default: true,
    help: "On the job's client (yes or %c), or on the Director's machine (no or empty)",
  }),
  runsOnSuccess: directive('Runs On Success', yesNo, {
    default: true,
    help: 'For After and AtJobCompletion: run when the job ended well',
  }),
  runsOnFailure: directive('Runs On Failure', yesNo, {
    default: false,
    help: 'For After and AtJobCompletion: run when the job failed or was cancelled',
  }),
  failJobOnError: directive('Fail Job On Error', yesNo, {
    aliases: ['Abort Job On Error'],
    default: true,
    help: 'A command that ends with a status other than 0 makes the job fail',
  }),
  commands: directive('Command', scriptCommand('program'), {
    help: 'Program and arguments, run without a shell; may be repeated',
  }),
  console: directive('Console', scriptCommand('console'), {
    into: 'commands',
    help: 'A console command, run on the Director; may be repeated',
  }),
  timeout: directive('Timeout', duration, {
    help: 'The command is ended after this time; when nothing is said, after a day',
  }),
};

/** A script of a Job, whichever way it was written. */
export type RunScript = ResourceOf<typeof RUN_SCRIPT>;

/** `RunScript { ... }`. */
export const runScripts: BlockType<readonly RunScript[]> = {
  form: 'block',
  title: 'a block RunScript { ... }',
  example: '{ Runs When = Before; Runs On Client = no; Command = "/usr/local/bin/dump-db" }',
  repeated: 'adds',
  equals: 'unwanted',
  table: RUN_SCRIPT,
  read(block, context) {
    const script = readDirectives(block, RUN_SCRIPT, context);
    if (script.runsWhen === 'Never') {
      context.warning(
        block.name,
        'a RunScript without "Runs When" never runs',
        'add "Runs When = Before" or "Runs When = After"',
      );
    }
    if (script.commands.length === 0) {
      context.warning(block.name, 'a RunScript without a Command does nothing', 'add "Command = ..."');
    }
    return [script];
  },
  print: (_name, value) =>
    value.flatMap((script) => [
      'RunScript {',
      ...printDirectives(RUN_SCRIPT, { ...script, commands: [] }).map((line) => `  ${line}`),
      ...script.commands.map(
        ({ kind, text }) => `  ${kind === 'program' ? 'Command' : 'Console'} = ${quote(text)}`,
      ),
      '}',
    ]),
};

/** A one-line form, such as `Run Before Job = "command"`: a RunScript with these settings. */
export function shortScript(
  settings: Omit<RunScript, 'commands' | 'timeout'> & { kind: ScriptCommand['kind'] },
): AssignedType<readonly RunScript[]> {
  const { kind, ...rest } = settings;
  const type: AssignedType<readonly RunScript[]> = {
    form: 'assigned',
    title: kind === 'program' ? 'a command' : 'a console command',
    example: kind === 'program' ? '"/usr/local/bin/dump-db %n"' : '"prune files client=%c yes"',
    repeated: 'adds',
    read(assignment, context) {
      const token = readText(assignment, context, type);
      return token && [{ ...rest, commands: [{ kind, text: token.text }] }];
    },
    // Printed as blocks, by the directive that owns the property.
    format: () => [],
  };
  return type;
}

function scriptCommand(kind: ScriptCommand['kind']): AssignedType<readonly ScriptCommand[]> {
  return {
    form: 'assigned',
    title: command.title,
    example: command.example,
    repeated: 'adds',
    read(assignment, context) {
      const token = readText(assignment, context, command);
      return token && [{ kind, text: token.text }];
    },
    format: (value) => value.map(({ text }) => quote(text)),
  };
}

/** Besides yes and no: `%c` is the client, and nothing is the Director. */
function onClient(): AssignedType<boolean> {
  return {
    ...yesNo,
    read(assignment, context) {
      const token = assignment.value[0];
      if (token?.text === '%c') return true;
      if (token?.kind === 'quoted' && token.text === '') return false;
      return yesNo.read(assignment, context);
    },
  };
}
