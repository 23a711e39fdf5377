import type { JobResource, PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import { askedLevel } from '../../configuration/runs/run-choice.ts';
import { nearest } from '../../configuration/suggestion.ts';
import { isBackupLevel, levelLetter } from '../jobs/job-codes.ts';
import { chooseNextPool, nextStorage } from '../jobs/next-pool.ts';
import { relocationRegexWhere } from '../jobs/path-relocation.ts';
import { choosePool, chooseStorage, type Sourced } from '../jobs/pool-choice.ts';
import type { RunRequest } from '../services.ts';
import { resourceOnLine } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import type { CommandLine } from './command-line.ts';
import type { AbsentKeywords, CommandContext, KeywordValue } from './command.ts';
import { BACKUP_LEVELS, VERIFY_LEVELS } from './job-words.ts';
import { parseNumberList } from './number-list.ts';
import { checkedRegexWhere } from './relocation.ts';
import { parseYesNo } from './yes-no.ts';
import { parseDate, parseWhen } from './when.ts';

/** A run that is being put together: what the admin has said so far; the rest comes from the Job resource. */
export type RunDraft = { -readonly [K in keyof RunRequest]: RunRequest[K] };

/** What a line is read with. */
type LineContext = Pick<CommandContext, 'line' | 'conf' | 'now'>;

/** The replace options as conf and console write them, in the order of the menu. */
export const REPLACE_WORDS = {
  always: 'Always',
  ifnewer: 'IfNewer',
  ifolder: 'IfOlder',
  never: 'Never',
} as const;

/** The keywords of `run`, which `mod` takes as well. */
export const RUN_KEYWORDS: Readonly<Record<string, KeywordValue>> = {
  job: 'job',
  client: 'client',
  fileset: 'fileset',
  level: [...BACKUP_LEVELS, ...VERIFY_LEVELS],
  storage: 'storage',
  pool: 'pool',
  nextpool: 'pool',
  fullpool: 'pool',
  differentialpool: 'pool',
  incrementalpool: 'pool',
  when: 'text',
  priority: 'text',
  accurate: ['yes', 'no'],
  spooldata: ['yes', 'no'],
  jobid: 'text',
  verifyjob: 'job',
  since: 'text',
  messages: 'messages',
  comment: 'text',
  ignoreduplicatecheck: ['yes', 'no'],
  mediatype: 'text',
  verifylist: 'text',
};

/** Other names of keywords, which scripts use. */
export const RUN_SYNONYMS: Readonly<Record<string, KeywordValue>> = {
  jobname: 'job',
  fd: 'client',
  backupclient: 'client',
  sd: 'storage',
};

/** Words of `run` and `restore` that mean nothing here. */
export const ABSENT_IN_RUNS: AbsentKeywords = {
  pluginoptions: ['no plugin here takes options from the console', 'Write them in the FileSet.'],
  jobuser: ['a job runs as the user of the file daemon', 'Leave it out.'],
  jobgroup: ['a job runs as the group of the file daemon', 'Leave it out.'],
};

/**
 * Takes what the line says into the draft.
 * @throws CommandError for a name, level, date or number that is none.
 */
export function applyLine(context: LineContext, draft: RunDraft): void {
  const { line } = context;
  const level = line.value('level');
  if (level !== undefined) draft.level = checkedLevel(draft.job, level);
  draft.client = resourceOnLine(context, 'Client', 'client', 'fd', 'backupclient') ?? draft.client;
  draft.fileSet = resourceOnLine(context, 'FileSet', 'fileset') ?? draft.fileSet;
  draft.pool = resourceOnLine(context, 'Pool', 'pool') ?? draft.pool;
  draft.nextPool = resourceOnLine(context, 'Pool', 'nextpool') ?? draft.nextPool;
  draft.fullPool = resourceOnLine(context, 'Pool', 'fullpool') ?? draft.fullPool;
  draft.differentialPool = resourceOnLine(context, 'Pool', 'differentialpool') ?? draft.differentialPool;
  draft.incrementalPool = resourceOnLine(context, 'Pool', 'incrementalpool') ?? draft.incrementalPool;
  draft.messages = resourceOnLine(context, 'Messages', 'messages') ?? draft.messages;
  const ignoring = line.value('ignoreduplicatecheck');
  if (ignoring !== undefined) draft.ignoreDuplicates = parseYesNo('ignoreduplicatecheck', ignoring);
  const accurate = line.value('accurate');
  if (accurate !== undefined) draft.accurate = parseYesNo('accurate', accurate);
  const spoolData = line.value('spooldata');
  // Without effect, as the directive: volumes are files on disk.
  if (spoolData !== undefined) parseYesNo('spooldata', spoolData);
  const since = line.value('since');
  // Empty of a Full, when a Job hands its own time on with %s.
  if (since) draft.since = parseDate(since);
  applyCommonKeywords(context, draft);
  const mediaType = line.value('mediatype');
  if (mediaType !== undefined) requireMediaType(draft, mediaType);
}

/** @throws CommandError when the Storage of the run writes on media of another type. */
function requireMediaType(draft: RunDraft, mediaType: string): void {
  const { resource: storage } = effectiveStorage(draft);
  if (storage.mediaType === mediaType) return;
  throw new CommandError(
    `Storage "${storage.name}" has Media Type "${storage.mediaType}", not "${mediaType}"`,
    'Name another one with storage=.',
  );
}

/**
 * Which backups a Verify checks, a Copy or Migrate handles, a VirtualFull puts together; of the commands that take a JobId, for
 * `run` only.
 * @throws CommandError for another type of Job.
 */
export function applySubject(context: LineContext, draft: RunDraft): void {
  const { type, name } = draft.job;
  const verifyJob = resourceOnLine(context, 'Job', 'verifyjob');
  if (verifyJob && type !== 'Verify') {
    const text = `"verifyjob=" says what a Verify job checks; Job "${name}" is a ${type}`;
    throw new CommandError(text, 'Leave it out.');
  }
  if (verifyJob) draft.verifyJob = verifyJob;
  // Of a Verify without effect, as the directive Write Verify List.
  if (context.line.has('verifylist') && type !== 'Verify') {
    throw new CommandError(`"verifylist=" is for a Verify; Job "${name}" is a ${type}`, 'Leave it out.');
  }
  const jobIds = context.line.value('jobid');
  if (jobIds === undefined) return;
  if (type === 'Verify') draft.verifyJobId = context.line.integer('jobid');
  else if (copies(draft)) draft.sourceJobIds = parseNumberList('jobid', jobIds);
  else {
    throw new CommandError(
      `"jobid=" says what a Verify, Copy, Migrate or VirtualFull works on; Job "${name}" is a ${type} at level ${effectiveLevel(draft)}`,
      'Leave it out.',
    );
  }
}

/** Whether it writes from volume to volume, into a Next Pool. */
export function copies(draft: RunDraft): boolean {
  const { type } = draft.job;
  return type === 'Copy' || type === 'Migrate' || levelLetter(effectiveLevel(draft)) === 'f';
}

/** Those that a run and a restore share. */
function applyCommonKeywords(context: LineContext, draft: RunDraft): void {
  const { line } = context;
  draft.storage = resourceOnLine(context, 'Storage', 'storage', 'sd') ?? draft.storage;
  draft.comment = line.value('comment') ?? draft.comment;
  const when = line.value('when');
  if (when !== undefined) draft.when = parseWhen(when, context.now());
  const priority = line.integer('priority');
  if (priority === 0) throw new CommandError('"priority=0" is out of range', '1 is the most urgent.');
  draft.priority = priority ?? draft.priority;
}

/** The keywords with which a restore is run; those that choose the files are not among them. */
export const RESTORE_KEYWORDS: Readonly<Record<string, KeywordValue>> = {
  restoreclient: 'client',
  bootstrap: 'text',
  where: 'text',
  regexwhere: 'text',
  strip_prefix: 'text',
  add_prefix: 'text',
  add_suffix: 'text',
  replace: Object.values(REPLACE_WORDS),
  storage: 'storage',
  when: 'text',
  priority: 'text',
  comment: 'text',
  ignoreduplicatecheck: ['yes', 'no'],
};

/**
 * Takes what the line says about running a restore into its draft.
 * @throws CommandError
 */
export function applyRestoreLine(context: LineContext, draft: RunDraft): void {
  applyCommonKeywords(context, draft);
  if (!draft.restore) return;
  const { line } = context;
  const replace = line.value('replace');
  draft.restore = {
    ...draft.restore,
    restoreClient: resourceOnLine(context, 'Client', 'restoreclient') ?? draft.restore.restoreClient,
    ...relocationOnLine(line),
    ...(replace !== undefined && { replace: checkedReplace(replace) }),
  };
}

/** Where the line sends the files: the last word on it is that of the line, as a whole. */
function relocationOnLine(line: CommandLine): { where?: string; regexWhere?: string } {
  const where = line.value('where');
  const regexWhere =
    line.value('regexwhere') ??
    relocationRegexWhere({
      stripPrefix: line.value('strip_prefix') ?? '',
      addPrefix: line.value('add_prefix') ?? '',
      addSuffix: line.value('add_suffix') ?? '',
    });
  if (regexWhere !== '') return { regexWhere: checkedRegexWhere(regexWhere) };
  return where === undefined ? {} : { where: checkedWhere(where), regexWhere: '' };
}

/**
 * The prefix of a restore; "/" and nothing mean the original place.
 * @throws CommandError for a relative path.
 */
export function checkedWhere(text: string): string {
  if (text === '' || text === '/') return '';
  if (!text.startsWith('/'))
    throw new CommandError(`"where=${text}" is no absolute path`, 'Begin it with a slash.');
  return text.replace(/\/+$/, '');
}

/** @throws CommandError */
export function checkedReplace(text: string): keyof typeof REPLACE_WORDS {
  const word = text.toLowerCase();
  if (Object.hasOwn(REPLACE_WORDS, word)) return word as keyof typeof REPLACE_WORDS;
  throw new CommandError(
    `"replace=${text}" is unknown`,
    `Choose from ${Object.values(REPLACE_WORDS).join(', ')}.`,
  );
}

/** Levels that a Job of this type can have. */
export function levelsOf(job: JobResource): readonly string[] {
  return job.type === 'Backup' ? BACKUP_LEVELS : job.type === 'Verify' ? VERIFY_LEVELS : [];
}

function checkedLevel(job: JobResource, text: string): string {
  const levels = levelsOf(job);
  const found = levels.find((level) => level.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  if (levels.length === 0) throw new CommandError(`a ${job.type} Job has no level`, 'Leave "level=" out.');
  const near = nearest(text, levels);
  throw new CommandError(
    `"${text}" is no level of a ${job.type} Job`,
    near ? `Did you mean ${near}?` : `It has: ${levels.join(', ')}.`,
  );
}

/** The level asked for; the job may still be raised to a Full when it starts. */
export function effectiveLevel({ job, level }: RunDraft): string {
  return askedLevel(job, level) ?? '';
}

/** The Pool that a backup at this level, a Copy or a Migrate uses; undefined for other jobs and levels. */
export function effectivePool(draft: RunDraft): Sourced<PoolResource> | undefined {
  if (draft.job.type === 'Copy' || draft.job.type === 'Migrate') return choosePool(draft);
  const level = levelLetter(effectiveLevel(draft));
  const hasPool = level !== undefined && (isBackupLevel(level) || level === 'f');
  return hasPool ? choosePool(draft, level) : undefined;
}

/** Where a job writes that reads from volumes; undefined for others. @throws JobFailed when the conf does not say. */
export function effectiveTarget(
  draft: RunDraft,
): { pool: Sourced<PoolResource>; storage: Sourced<StorageResource> } | undefined {
  const source = copies(draft) ? effectivePool(draft) : undefined;
  if (!source) return undefined;
  const pool = chooseNextPool(draft, source.resource);
  return { pool, storage: nextStorage(draft, pool.resource) };
}

/** @throws RunRefused when the run has none. */
export function effectiveStorage(draft: RunDraft): Sourced<StorageResource> {
  return chooseStorage(draft, effectivePool(draft)?.resource ?? draft.pool ?? draft.job.pool);
}
