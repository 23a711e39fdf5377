import { bootstrapRestore } from '../jobs/bootstrap-restore.ts';
import { checkedBootstrap } from './bootstrap-draft.ts';
import { checkArguments } from './check-arguments.ts';
import { CommandCancelled, CommandError, sentencesOf } from './command-error.ts';
import { CommandLine } from './command-line.ts';
import type { CommandContext } from './command.ts';
import type { JobResource } from '../../configuration/director-conf.ts';
import { chooseResource, poolsByName, resourceOnLine } from './choose-resource.ts';
import { askPositiveInteger, chooseFromMenu } from './prompts.ts';
import { askRelocation } from './relocation-menu.ts';
import {
  applyLine,
  applyRestoreLine,
  applySubject,
  checkedReplace,
  checkedWhere,
  copies,
  levelsOf,
  REPLACE_WORDS,
  RESTORE_KEYWORDS,
  RUN_KEYWORDS,
  type RunDraft,
} from './run-draft.ts';
import { parseWhen } from './when.ts';

type Change = readonly [item: string, change: (context: CommandContext, draft: RunDraft) => Promise<void>];

/**
 * One round of `mod`: `mod level=Full pool=X` changes in place, `mod` alone asks what to change. The numbers of the
 * menus are fixed, since scripts answer by number; so items that mean nothing here stay in them and say so.
 */
async function modifyRun(context: CommandContext, draft: RunDraft, answer: string): Promise<void> {
  const line = new CommandLine(answer);
  if (line.arguments.length > 0) {
    checkArguments({ name: 'mod', keywords: draft.restore ? RESTORE_KEYWORDS : RUN_KEYWORDS }, line);
    const inLine = { ...context, line };
    if (draft.restore) {
      await applyBootstrap(inLine, draft, line.value('bootstrap'));
      return applyRestoreLine(inLine, draft);
    }
    draft.job = jobOfSameType(draft, resourceOnLine(inLine, 'Job', 'job'));
    applyLine(inLine, draft);
    return applySubject(inLine, draft);
  }
  const changes = changesOf(draft);
  const index = await chooseFromMenu(context, {
    heading: 'Parameters to modify:',
    prompt: 'Select parameter to modify',
    items: changes.map(([item]) => item),
  });
  await changes[index]![1](context, draft);
}

/** Another type of job would need other questions. @throws CommandError */
function jobOfSameType({ job }: RunDraft, wanted: JobResource | undefined): JobResource {
  if (!wanted || wanted.type === job.type) return wanted ?? job;
  throw new CommandError(
    `Job "${wanted.name}" is of type ${wanted.type}`,
    'Answer no, and start it by itself.',
  );
}

function changesOf(draft: RunDraft): readonly Change[] {
  if (draft.restore) return RESTORE_CHANGES;
  if (copies(draft)) return COPY_CHANGES;
  return draft.job.type === 'Verify' ? VERIFY_CHANGES : JOB_CHANGES;
}

async function changeVerifyJob(context: CommandContext, draft: RunDraft): Promise<void> {
  const backups = context.conf().jobs.filter(({ type }) => type === 'Backup');
  draft.verifyJob = await chooseResource(context, 'Job', backups);
  delete draft.verifyJobId;
}

async function changeLevel(context: CommandContext, draft: RunDraft): Promise<void> {
  const levels = levelsOf(draft.job);
  if (levels.length === 0) return context.say('Level not appropriate for this Job. Cannot be changed.');
  const index = await chooseFromMenu(context, { heading: 'Levels:', prompt: 'Select level', items: levels });
  draft.level = levels[index]!;
}

async function changeStorage(context: CommandContext, draft: RunDraft): Promise<void> {
  draft.storage = await chooseResource(context, 'Storage');
}

async function changeJob(context: CommandContext, draft: RunDraft): Promise<void> {
  const ofType = context.conf().jobs.filter(({ type }) => type === draft.job.type);
  draft.job = await chooseResource(context, 'Job', ofType);
}

async function changeFileSet(context: CommandContext, draft: RunDraft): Promise<void> {
  draft.fileSet = await chooseResource(context, 'FileSet');
}

async function changeClient(context: CommandContext, draft: RunDraft): Promise<void> {
  draft.client = await chooseResource(context, 'Client');
}

async function changeRestoreClient(context: CommandContext, draft: RunDraft): Promise<void> {
  const restoreClient = await chooseResource(context, 'Client');
  if (draft.restore) draft.restore = { ...draft.restore, restoreClient };
}

async function changeWhen(context: CommandContext, draft: RunDraft): Promise<void> {
  const answer = await context.ask(
    'Please enter desired start time as YYYY-MM-DD HH:MM:SS (return for now): ',
  );
  draft.when = answer === '' ? undefined : parseWhen(answer, context.now());
}

async function changePriority(context: CommandContext, draft: RunDraft): Promise<void> {
  draft.priority = await askPositiveInteger(context, 'Enter new Priority: ');
}

async function changePool(context: CommandContext, draft: RunDraft): Promise<void> {
  draft.pool = await chooseResource(context, 'Pool', poolsByName(context.conf()));
}

async function changeNextPool(context: CommandContext, draft: RunDraft): Promise<void> {
  draft.nextPool = await chooseResource(context, 'Pool', poolsByName(context.conf()));
}

async function changeWhere(context: CommandContext, draft: RunDraft): Promise<void> {
  const answer = await context.ask('Please enter the full path prefix for restore (/ for none): ');
  if (draft.restore) draft.restore = { ...draft.restore, where: checkedWhere(answer), regexWhere: '' };
}

async function changeBootstrap(context: CommandContext, draft: RunDraft): Promise<void> {
  const answer = await context.ask('Please enter the Bootstrap file name: ');
  await applyBootstrap(context, draft, answer === '' ? undefined : answer);
}

/** What the file names is restored in place of what was selected. */
async function applyBootstrap(
  context: CommandContext,
  draft: RunDraft,
  file: string | undefined,
): Promise<void> {
  if (file === undefined || !draft.restore) return;
  const { bootstrap, selection } = bootstrapRestore(draft.job, await checkedBootstrap(context, file));
  draft.restore = { ...draft.restore, bootstrap, selection };
}

async function changeRelocation(context: CommandContext, draft: RunDraft): Promise<void> {
  const regexWhere = await askRelocation(context);
  if (draft.restore) draft.restore = { ...draft.restore, regexWhere };
}

async function changeReplace(context: CommandContext, draft: RunDraft): Promise<void> {
  const items = Object.values(REPLACE_WORDS);
  const index = await chooseFromMenu(context, {
    heading: 'Replace:',
    prompt: 'Select replace option',
    items,
  });
  if (draft.restore) draft.restore = { ...draft.restore, replace: checkedReplace(items[index]!) };
}

function fixed(sentence: string): Change[1] {
  return (context) => context.say(sentence);
}

const JOB_CHANGES: readonly Change[] = [
  ['Level', changeLevel],
  ['Storage', changeStorage],
  ['Job', changeJob],
  ['FileSet', changeFileSet],
  ['Client', changeClient],
  ['When', changeWhen],
  ['Priority', changePriority],
  ['Pool', changePool],
  ['Plugin Options', fixed('There is no plugin that takes options. Nothing changed.')],
];

/** Of what writes into a Next Pool. */
const COPY_CHANGES: readonly Change[] = JOB_CHANGES.toSpliced(8, 0, ['NextPool', changeNextPool]);

/** The first eight are those of other jobs. */
const VERIFY_CHANGES: readonly Change[] = [...JOB_CHANGES.slice(0, 8), ['Verify Job', changeVerifyJob]];

const RESTORE_CHANGES: readonly Change[] = [
  ['Level', changeLevel],
  ['Storage', changeStorage],
  ['Job', changeJob],
  ['FileSet', changeFileSet],
  ['Restore Client', changeRestoreClient],
  ['When', changeWhen],
  ['Priority', changePriority],
  ['Bootstrap', changeBootstrap],
  ['Where', changeWhere],
  ['File Relocation', changeRelocation],
  ['Replace', changeReplace],
  [
    'JobId',
    fixed('The files were selected from these JobIds; answer no and restore from others. Nothing changed.'),
  ],
  ['Plugin Options', fixed('There is no plugin that takes options. Nothing changed.')],
];

/**
 * Shows `summary` and asks until the answer is yes (or nothing), or no.
 * @returns whether to run.
 */
export async function askToRun(
  context: CommandContext,
  draft: RunDraft,
  summary: () => string,
): Promise<boolean> {
  for (;;) {
    await context.print(summary());
    const answer = await context.ask('OK to run? (yes/mod/no): ', () => ['yes', 'mod', 'no']);
    const word = answer.split(/\s/, 1)[0]!.toLowerCase();
    if ('yes'.startsWith(word)) return true;
    if ('no'.startsWith(word)) return false;
    if (!'mod'.startsWith(word)) {
      await context.say(`\nBad response: ${answer}. You must answer yes, mod, or no.\n`);
      continue;
    }
    try {
      await modifyRun(context, draft, answer);
    } catch (error) {
      // A slip is told and the summary comes again; so it does when a menu of mod is left.
      if (error instanceof CommandError) await context.say(sentencesOf(error));
      else if (!(error instanceof CommandCancelled) || context.signal.aborted) throw error;
    }
  }
}
