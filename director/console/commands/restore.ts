import { bootstrapDraft } from '../bootstrap-draft.ts';
import { announceCatalog } from '../catalog-line.ts';
import { CommandCancelled, CommandError, RESTORE_ABANDONED } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { parsePrintablePath } from '../../../text/printable.ts';
import type { RestoreSelection } from '../../services.ts';
import { parseNumberList } from '../number-list.ts';
import { browseTree } from '../restore-browser.ts';
import { NamedFilesFinder, pathsOf } from '../restore-files.ts';
import { inCopies } from '../restore-copies.ts';
import { chooseFromRestoreMenu, type RestoreChoice } from '../restore-menu.ts';
import { queueRestore, restoreJob } from '../restore-queue.ts';
import {
  announceJobIds,
  backupClient,
  beforeOnLine,
  jobsById,
  newestBackup,
  sourceOf,
  type RestoreSource,
} from '../restore-source.ts';
import { RestoreTree } from '../restore-tree.ts';
import { TreeQuestions } from '../tree-questions.ts';
import { ABSENT_IN_RUNS, RESTORE_KEYWORDS } from '../run-draft.ts';
import { confirmAndQueue, sayJobId, withoutProse } from './run.ts';

export const restore: Command = {
  name: 'restore',
  description: 'Restore files',
  keywords: {
    client: 'client',
    backupclient: 'client',
    fileset: 'fileset',
    pool: 'pool',
    jobid: 'text',
    current: 'flag',
    before: 'text',
    file: 'text',
    directory: 'text',
    select: 'flag',
    browse: 'flag',
    all: 'flag',
    done: 'flag',
    restorejob: 'job',
    copies: 'flag',
    noautoparent: 'flag',
    ...RESTORE_KEYWORDS,
    yes: 'flag',
    json: 'flag',
  },
  absentKeywords: {
    ...ABSENT_IN_RUNS,
    objectid: [
      'there are no objects of plugins in the catalog',
      'Name files with file=, or jobs with jobid=.',
    ],
  },
  async run(outer) {
    const context = withoutProse(outer);
    await sayJobId(outer, await restoreFiles(context));
  },
};

async function restoreFiles(context: CommandContext): Promise<number | undefined> {
  requireScreen(context);
  await announceCatalog(context, 'queries', context.line.has('client') ? 'by resource' : 'automatic');
  const file = context.line.value('bootstrap');
  if (file !== undefined) {
    const job = await restoreJob(context, context.line.value('client') ?? '');
    return confirmAndQueue(context, await bootstrapDraft(context, { job, file }));
  }
  const wanted = (await choiceOnLine(context)) ?? (await chooseFromRestoreMenu(context));
  const choice = await inCopies(context, wanted);
  if (choice.kind === 'named') {
    const { clientName, files } = choice;
    return queueRestore(context, { clientName, ...files });
  }
  const { clientName, fileSetName } = choice.source;
  const selection = await selectFiles(context, choice.source);
  return queueRestore(context, { clientName, fileSetName, selection });
}

/** @throws CommandError where the tree is to be shown on a screen that is none: nothing has been asked yet. */
function requireScreen({ line, session }: CommandContext): void {
  if (!line.has('browse') || session.canBrowse) return;
  throw new CommandError('"browse" needs a terminal', 'Use "select" instead, or name files with file=.');
}

/** What the command line says without a question being needed; undefined when the menu must ask. */
async function choiceOnLine(context: CommandContext): Promise<RestoreChoice | undefined> {
  const { line } = context;
  const listed = line.value('file');
  if (listed?.startsWith('?')) return listOfProgram(context, listed.slice(1));
  const names = [
    ...line.values('file'),
    ...line.values('directory').map((name) => name.replace(/\/?$/, '/')),
  ];
  const jobIds = line.value('jobid');
  if (jobIds !== undefined) {
    const source = sourceOf(await jobsById(context, parseNumberList('jobid', jobIds)));
    await announceJobIds(context, source.jobIds);
    if (names.length === 0) return { kind: 'browse', source };
    return namedIn(source, (await Promise.all(names.map(pathsOf))).flat());
  }
  if (names.length > 0) {
    const { name: clientName } = await backupClient(context);
    const finder = new NamedFilesFinder(context, { clientName, before: beforeOnLine(context) });
    for (const path of (await Promise.all(names.map(pathsOf))).flat()) await finder.add(path);
    return { kind: 'named', clientName, files: finder.result() };
  }
  if (!line.has('current', 'before', 'select', 'browse', 'all', 'done')) return undefined;
  return { kind: 'browse', source: await newestBackup(context, beforeOnLine(context)) };
}

/** What `.bvfs_restore` has put together. */
function listOfProgram({ services }: CommandContext, name: string): RestoreChoice {
  const list = services.restoreLists.get(name);
  if (!list) throw new CommandError(`there is no list "${name}"`, 'Make it with .bvfs_restore path=.');
  return { kind: 'named', clientName: list.clientName, files: list };
}

/** Named files of exactly these jobs; each name may be that of a file or of a directory. */
function namedIn(
  { clientName, fileSetName, jobIds }: RestoreSource,
  names: readonly string[],
): RestoreChoice {
  const rules = names.flatMap((name) => {
    const directory = { path: parsePrintablePath(name.replace(/\/?$/, '/')), recursive: true, marked: true };
    return name.endsWith('/')
      ? [directory]
      : [directory, { path: parsePrintablePath(name), recursive: false, marked: true }];
  });
  return { kind: 'named', clientName, files: { fileSetName, selection: { jobIds, rules } } };
}

/** With `all done` everything, else what is marked in the tree browser. */
async function selectFiles(context: CommandContext, source: RestoreSource): Promise<RestoreSelection> {
  const { line } = context;
  const all = line.has('all');
  if (line.has('done') && !all) {
    throw new CommandError('"done" without "all" selects no file', 'Add all, or name files with file=.');
  }
  await context.say(`\nBuilding directory tree for JobId(s) ${source.jobIds.join(',')} ...`);
  await context.say(
    `${source.filesMax} files inserted into the tree${all ? ' and marked for extraction' : ''}.`,
  );
  const tree = new RestoreTree(context.services.catalog, source.jobIds, context.signal);
  if (all) tree.marks.set(Buffer.from('/'), true);
  if (line.has('browse')) await chooseOnScreen(context, tree, source);
  else if (!line.has('done')) await browseTree(context, tree);
  return { jobIds: source.jobIds, rules: tree.marks.rules() };
}

/** @throws CommandCancelled when it is abandoned. */
async function chooseOnScreen(
  context: CommandContext,
  tree: RestoreTree,
  { clientName, jobIds }: RestoreSource,
): Promise<void> {
  const questions = new TreeQuestions(context, tree, clientName);
  const start = { clientName, jobIds: [...jobIds], directory: await questions.beginning() };
  const restores = await context.browse(start, (request) => questions.answer(request));
  if (!restores) throw new CommandCancelled(RESTORE_ABANDONED);
}
