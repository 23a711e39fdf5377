import { formatDateTime } from '../../text/civil-time.ts';
import type { Sourced } from '../jobs/pool-choice.ts';
import {
  effectiveLevel,
  effectivePool,
  effectiveStorage,
  effectiveTarget,
  REPLACE_WORDS,
  type RunDraft,
} from './run-draft.ts';

const NONE = '*None*';

/** What stands before "OK to run?": the whole truth about the run that a yes starts. */
export function runSummary(draft: RunDraft, options: SummaryOptions): string {
  return draft.restore ? restoreSummary(draft, options) : jobSummary(draft, options);
}

export interface SummaryOptions {
  readonly now: Date;
  readonly catalogName: string;
  /** Of a restore whose Storage follows from the volumes. */
  readonly storageName?: string;
}

function jobSummary(draft: RunDraft, { now }: SummaryOptions): string {
  const { job } = draft;
  const pool = effectivePool(draft);
  const target = effectiveTarget(draft);
  const storage = job.type === 'Backup' && !target ? effectiveStorage(draft) : undefined;
  const lines: [string, string | undefined][] = [
    ['JobName', job.name],
    ['Level', job.type === 'Backup' || job.type === 'Verify' ? effectiveLevel(draft) : undefined],
    ['Client', (draft.client ?? job.client).name],
    ['FileSet', (draft.fileSet ?? job.fileSet).name],
    ['Pool', pool && from(pool)],
    [
      'NextPool',
      target ? from(target.pool) : draft.nextPool && `${draft.nextPool.name} (From Command input)`,
    ],
    ['Storage', storage && from(storage)],
    ['Write Storage', target && from(target.storage)],
    ['JobId', draft.sourceJobIds?.join(',')],
    ['Verify Job', job.type === 'Verify' ? verifySubject(draft) : undefined],
    ['When', formatDateTime(draft.when ?? now)],
    ['Priority', String(draft.priority ?? job.priority)],
    ['Since', draft.since && formatDateTime(draft.since)],
    ['Accurate', draft.accurate === undefined ? undefined : draft.accurate ? 'yes' : 'no'],
    ['Comment', draft.comment],
  ];
  const summary = `Run ${job.type} job\n${aligned(lines, target ? 15 : job.type === 'Verify' ? 13 : 10)}`;
  return draft.pool && pool && pool.resource !== draft.pool
    ? `${summary}Pool ${draft.pool.name} is not used: at this level the Job has a Pool of its own.\n`
    : summary;
}

function from(one: Sourced<{ readonly name: string }>): string {
  return `${one.resource.name} (From ${one.from})`;
}

function verifySubject({ job, verifyJobId, verifyJob = job.jobToVerify }: RunDraft): string {
  return verifyJobId === undefined ? (verifyJob?.name ?? '') : `JobId ${verifyJobId}`;
}

function restoreSummary(draft: RunDraft, { now, catalogName, storageName }: SummaryOptions): string {
  const { job, restore } = draft;
  return `Run Restore job\n${aligned(
    [
      ['JobName', job.name],
      ['Bootstrap', restore?.bootstrap ?? NONE],
      restore?.regexWhere ? ['RegexWhere', restore.regexWhere] : ['Where', restore?.where || '/'],
      ['Replace', REPLACE_WORDS[restore?.replace ?? 'always']],
      ['FileSet', (draft.fileSet ?? job.fileSet).name],
      ['Backup Client', (draft.client ?? job.client).name],
      ['Restore Client', restore?.restoreClient.name],
      ['Storage', draft.storage?.name ?? storageName],
      ['When', formatDateTime(draft.when ?? now)],
      ['Catalog', catalogName],
      ['Priority', String(draft.priority ?? job.priority)],
      ['Plugin Options', NONE], // no plugin takes any; scripts know the line
      ['Comment', draft.comment],
    ],
    17,
  )}`;
}

function aligned(lines: readonly (readonly [string, string | undefined])[], width: number): string {
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([title, value]) => `${title}:`.padEnd(width) + `${value}\n`)
    .join('');
}
