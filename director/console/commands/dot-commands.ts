import { JOB_LEVELS, JOB_TYPES } from '../../../configuration/tables/job.ts';
import type { DirectorConf } from '../../../configuration/director-conf.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext, KeywordValue } from '../command.ts';
import { BACKUP_LEVELS, VERIFY_LEVELS } from '../job-words.ts';
import { wantsJson } from '../listing.ts';
import { BVFS_COMMANDS } from './bvfs-commands.ts';
import { dotDefaults } from './dot-defaults.ts';
import { dotEstimate } from './dot-estimate.ts';
import { dotJlist } from './dot-jlist.ts';
import { dotLs } from './dot-ls.ts';
import { dotStatus } from './dot-status.ts';
import { usageOf } from './help.ts';
import { messages } from './messages.ts';
import { exit, quit } from './session-commands.ts';
import { printQuery } from './sqlquery.ts';
import { ON_PURGE, VOLUME_STATUSES } from '../update-volume.ts';

/** Nothing stands behind these here; a program is told so. */
const NOT_HERE: readonly Command[] = [
  refusal('.events', 'events are not recorded', 'The messages of jobs are: list joblog jobid=N.'),
  refusal('.locations', 'volumes have no locations', 'The directory of a Device is one.'),
  refusal(
    '.putfile',
    'a file is not kept for a later command',
    'Put a bvfs list together with .bvfs_restore.',
  ),
  refusal(
    '.setuid',
    'a console does not act for other users',
    'Give it a Console resource with ACLs of its own.',
  ),
  refusal(
    '.backups',
    'there is no list of backups of plugins',
    'list jobs type=B shows the backups, .bvfs_get_jobs those of a client.',
  ),
  refusal('.query', 'there is no plugin to be asked', '.sql query="SELECT ..." asks the catalog.'),
  refusal('.die', 'there is no command to crash a daemon', 'Send it SIGTERM to end it.'),
  refusal('.dump', 'there is no dump of the memory', 'memory shows how much there is.'),
];

/** Commands for programs: plain lines, no borders, no questions. Not in help, and not to be cut short. */
export const DOT_COMMANDS: readonly Command[] = [
  names(
    '.jobs',
    ({ jobs }) => jobs,
    { type: 'text' },
    (job, line) => {
      const type = line.value('type');
      return type === undefined || job.type.startsWith(type);
    },
  ),
  names('.clients', ({ clients }) => clients),
  names('.filesets', ({ fileSets }) => fileSets),
  names('.pools', ({ pools }) => pools),
  names('.storage', ({ storages }) => storages),
  names('.schedule', ({ schedules }) => schedules),
  names('.catalogs', ({ catalogs }) => catalogs),
  names('.msgs', ({ messages }) => messages),
  dot(
    '.levels',
    Object.fromEntries(JOB_TYPES.map((type) => [type.toLowerCase(), 'flag'] as const)),
    (context) => printNames(context, levelsOnLine(context.line)),
  ),
  words('.types', () => JOB_TYPES),
  words('.volstatus', () => VOLUME_STATUSES),
  words('.actiononpurge', () => ON_PURGE),
  words('.mediatypes', ({ storages }) => [...new Set(storages.map(({ mediaType }) => mediaType))]),
  dot('.media', {}, async (context) => {
    const volumes = await context.services.catalog.listVolumes({});
    await printNames(
      context,
      volumes.map(({ volumeName }) => volumeName),
    );
  }),
  dot('.tags', {}, async (context) => {
    const tags = await context.services.catalog.listTags({});
    await printNames(context, [...new Set(tags.map(({ tag }) => tag))]);
  }),
  dot('.messages', {}, async (context) => {
    if (context.services.consoleMessages.pending) await messages.run(context);
  }),
  dot('.help', {}, ({ commands, print }) =>
    print(
      commands
        .filter(({ isAbsent }) => !isAbsent)
        .map((one) => `${one.name} ${one.description} -- ${usageOf(one)}\n`)
        .join(''),
    ),
  ),
  dotDefaults,
  dotJlist,
  dotStatus,
  dot('.sql', { query: 'text' }, (context) => printQuery(context, context.line.value('query') ?? '', 'tabs')),
  dot('.api', 'rest', async ({ line, session }) => {
    session.json = /\b(json|api_opts=j)/.test(line.rest);
  }),
  ...BVFS_COMMANDS,
  dotEstimate,
  dotLs,
  ...NOT_HERE,
  { ...quit, name: '.quit' },
  { ...exit, name: '.exit' },
];

function refusal(name: string, problem: string, instead: string): Command {
  return dot(name, 'rest', () => Promise.reject(new CommandError(problem, instead)));
}

function dot(name: string, keywords: Command['keywords'], run: Command['run']): Command {
  return { name, description: '', keywords, run };
}

/** Those of the type of Job that the line names, or of all. */
function levelsOnLine(line: CommandContext['line']): readonly string[] {
  const [type] = line.arguments;
  if (!type) return JOB_LEVELS;
  return type.keyword === 'backup' ? BACKUP_LEVELS : type.keyword === 'verify' ? VERIFY_LEVELS : [];
}

/** One a line, or as an array of texts. */
function printNames(context: CommandContext, list: readonly string[]): Promise<void> {
  return context.print(
    wantsJson(context) ? `${JSON.stringify(list)}\n` : list.map((name) => `${name}\n`).join(''),
  );
}

function words(name: string, list: (conf: DirectorConf) => readonly string[]): Command {
  return dot(name, {}, (context) => printNames(context, list(context.conf())));
}

function names<R extends { readonly name: string }>(
  name: string,
  list: (conf: DirectorConf) => readonly R[],
  keywords: Readonly<Record<string, KeywordValue>> = {},
  wanted: (resource: R, line: CommandContext['line']) => boolean = () => true,
): Command {
  return dot(name, keywords, (context) => {
    const resources = list(context.conf()).filter((resource) => wanted(resource, context.line));
    return printNames(
      context,
      resources.map((resource) => resource.name),
    );
  });
}
