import type { JobResource, PoolResource } from '../director-resources.ts';
import { splitWords } from '../include.ts';
import type { Problems } from '../problem.ts';
import { labelOf, placeInNode, type ResourceNode } from '../resource-node.ts';
import { nearest } from '../suggestion.ts';
import type { RunScript } from '../values/run-script.ts';
import { checkedOf, type Checked } from './check-conf.ts';

export const BACKUP_LEVELS = ['Full', 'Incremental', 'Differential', 'VirtualFull', 'Base', 'Since'];
const VERIFY_LEVELS = ['Catalog', 'InitCatalog', 'VolumeToCatalog', 'DiskToCatalog', 'Data'];

/** The levels that each type of Job may have; a type that is not here has none, and ignores one. */
const LEVELS_OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  Backup: BACKUP_LEVELS,
  Copy: BACKUP_LEVELS,
  Migrate: BACKUP_LEVELS,
  Verify: VERIFY_LEVELS,
};

/** Moments at which there is no client to run a script on. */
const DIRECTOR_MOMENTS: readonly string[] = ['Queued', 'AtJobCompletion'];
/** By schedule. */
export const LEVELS_THAT_RUN = ['Full', 'Incremental', 'Differential', 'VirtualFull'];

/** The pools of a Job, by the property that names them. */
const POOL_PROPERTIES = [
  'pool',
  'fullBackupPool',
  'differentialBackupPool',
  'incrementalBackupPool',
  'virtualFullBackupPool',
] as const satisfies readonly (keyof JobResource)[];

/** Every pool that a Job can write to, with the property that names it. */
export function poolsOf(job: Partial<JobResource>): { property: string; pool: PoolResource }[] {
  return POOL_PROPERTIES.flatMap((property) => {
    const pool = job[property];
    return pool ? [{ property, pool }] : [];
  });
}

/** What is wrong or surprising in Jobs. */
export function checkJobs(nodes: readonly ResourceNode[], problems: Problems): void {
  const jobs = checkedOf<JobResource>(nodes, 'Job');
  const names = new Set(jobs.flatMap(({ resource }) => resource.name ?? []));
  for (const job of jobs) {
    checkLevel(job, problems);
    checkScheduledLevel(job, problems);
    checkStorage(job, problems);
    checkScratch(job, problems);
    checkConflicts(job, problems);
    checkScripts(job, problems);
    checkVerify(job, problems);
    checkCopy(job, problems);
    checkClones(job, names, problems);
  }
}

/** The Jobs that `Run` names should be there; what is behind their names is checked when they are run. */
function checkClones(
  { node, resource }: Checked<JobResource>,
  names: ReadonlySet<string>,
  problems: Problems,
): void {
  for (const line of resource.run ?? []) {
    const [first = ''] = splitWords(line);
    const name = first.replace(/^(job|jobname)=/i, '');
    if (names.has(name)) continue;
    const near = nearest(name, names);
    problems.add(
      'warning',
      placeInNode(node, 'run'),
      `${labelOf(node)} starts Job "${name}", which is not defined`,
      near === undefined ? 'begin the line with the Name of a Job' : `did you mean "${near}"?`,
    );
  }
}

function checkLevel({ node, resource }: Checked<JobResource>, problems: Problems): void {
  const { type, level } = resource;
  if (type === undefined) return;
  const levels = LEVELS_OF_TYPE[type];
  if (level === undefined || !levels) return;
  if (!levels.includes(level)) {
    problems.add(
      'error',
      placeInNode(node, 'level'),
      `${labelOf(node)} is of Type ${type}, which has no Level ${level}`,
      `the levels of ${type} are ${levels.join(', ')}`,
    );
  } else if (type === 'Backup' && !LEVELS_THAT_RUN.includes(level)) {
    problems.add('warning', placeInNode(node, 'level'), `${labelOf(node)} ${whyItCannotRun(level)}`);
  }
}

/** Runs that the Director would refuse, such as of a Verify with the Schedule of its JobDefs, which is for backups. */
function checkScheduledLevel({ node, resource }: Checked<JobResource>, problems: Problems): void {
  const { type, schedule } = resource;
  if (type !== 'Backup' && type !== 'Verify') return;
  const levels = LEVELS_OF_TYPE[type] ?? [];
  const wrong = schedule?.runs?.find(({ line: { overrides } }) => {
    return overrides.level !== undefined && !levels.includes(overrides.level);
  });
  if (!wrong) return;
  problems.add(
    'warning',
    placeInNode(node, 'schedule'),
    `${labelOf(node)} is of Type ${type}, which has no Level ${wrong.line.overrides.level}: it cannot run by "${wrong.line.text}" of Schedule "${schedule?.name}"`,
    `give it a Schedule of its own; the levels of ${type} are ${levels.join(', ')}`,
  );
}

/** Of a level that no schedule can run. */
export function whyItCannotRun(level: string): string {
  return level === 'Since'
    ? 'cannot run by itself: Level = Since needs a time, as the command "run since=" gives it'
    : `cannot run: Noctule has no Level ${level} (docs/differences.md says why)`;
}

/** Verify jobs that find nothing to check, or hardly look. */
function checkVerify({ node, resource }: Checked<JobResource>, problems: Problems): void {
  const { type, level = 'Catalog', jobToVerify, fileSet } = resource;
  if (type !== 'Verify') return;
  if (jobToVerify && jobToVerify.type !== 'Backup') {
    problems.add(
      'warning',
      placeInNode(node, 'jobToVerify'),
      `${labelOf(node)} verifies Job "${jobToVerify.name}", which is of Type ${jobToVerify.type}`,
      'name a Job of Type Backup',
    );
  }
  const looksAtDisk = level === 'Catalog' || level === 'DiskToCatalog';
  const letters = fileSet?.includes.flatMap(({ options }) => options.map(({ verify }) => verify));
  if (!looksAtDisk || !letters || letters.some((some) => some)) return;
  problems.add(
    'warning',
    placeInNode(node, 'fileSet'),
    `${labelOf(node)} only finds new and missing files: FileSet "${fileSet?.name}" does not say what else to compare`,
    'add "verify = pins1" to the Options of the FileSet',
  );
}

/** Selection types that are nothing without a Selection Pattern. */
const NEED_PATTERN = ['Client', 'Volume', 'Job', 'SQLQuery'];
/** Selection types that go by a property of the pool. */
const NEED_OF_POOL = {
  PoolTime: ['migrationTime', 'Migration Time'],
  PoolOccupancy: ['migrationHighBytes', 'Migration High Bytes'],
} as const satisfies Partial<Record<string, readonly [keyof PoolResource, string]>>;

/** Jobs that read volumes to write others need to know which, and where to. */
function checkCopy({ node, resource }: Checked<JobResource>, problems: Problems): void {
  const { type, level, nextPool, selectionType, selectionPattern, maxVirtualFullInterval = 0 } = resource;
  const copies = type === 'Copy' || type === 'Migrate';
  const consolidates = type === 'Backup' && (level === 'VirtualFull' || maxVirtualFullInterval > 0);
  if (!copies && !consolidates) return;
  const pool = (consolidates ? resource.virtualFullBackupPool : undefined) ?? resource.pool;
  const warn = (text: string, cure: string) =>
    problems.add('warning', node.block.name, `${labelOf(node)} ${text}`, cure);
  if (pool && !nextPool && !pool.nextPool)
    warn(
      `has no Next Pool to write to, and neither has its Pool "${pool.name}"`,
      'add "Next Pool = ..." to one of them',
    );
  if (!copies) return;
  if (selectionType === undefined)
    warn(`does not say which backups it is for`, 'add "Selection Type = PoolUncopiedJobs" or another one');
  else if (NEED_PATTERN.includes(selectionType) && !selectionPattern)
    warn(`has Selection Type ${selectionType} and no pattern for it`, 'add "Selection Pattern = ..."');
  else if (selectionType === 'PoolTime' || selectionType === 'PoolOccupancy') {
    const [property, directive] = NEED_OF_POOL[selectionType];
    if (pool && pool[property] === 0)
      warn(
        `goes by the ${directive} of its Pool "${pool.name}", which has none`,
        `add "${directive} = ..." to the Pool`,
      );
  }
}

/** The Storage comes from the pool, else from the Job; an Admin job writes and reads nothing. */
function checkStorage({ node, resource }: Checked<JobResource>, problems: Problems): void {
  if (resource.type === 'Admin' || node.spans.has('storage') || (resource.storage?.length ?? 0) > 0) return;
  for (const { property, pool } of poolsOf(resource)) {
    if (pool.storage.length > 0) continue;
    problems.add(
      'error',
      property === 'pool' ? node.block.name : placeInNode(node, property),
      `${labelOf(node)} has no Storage, and neither has its Pool "${pool.name}"`,
      'add "Storage = ..." to the Job, its JobDefs or the Pool',
    );
    return;
  }
}

function checkScratch({ node, resource }: Checked<JobResource>, problems: Problems): void {
  const { nextPool } = resource;
  const pools = [...poolsOf(resource), ...(nextPool ? [{ property: 'nextPool', pool: nextPool }] : [])];
  for (const { property, pool } of pools) {
    if (pool.name !== 'Scratch') continue;
    problems.add(
      'error',
      placeInNode(node, property),
      `${labelOf(node)} writes to the pool Scratch, which only holds spare volumes`,
      'name another Pool; it takes volumes from Scratch by itself',
    );
  }
}

const DUPLICATE_RULES = [
  'cancelLowerLevelDuplicates',
  'cancelQueuedDuplicates',
  'cancelRunningDuplicates',
] as const;

function checkConflicts({ node, resource }: Checked<JobResource>, problems: Problems): void {
  for (const rule of DUPLICATE_RULES) {
    if (resource[rule] && resource.allowDuplicateJobs) {
      problems.add(
        'warning',
        placeInNode(node, rule),
        `${labelOf(node)} says which duplicate to cancel, but allows duplicates`,
        'add "Allow Duplicate Jobs = no"',
      );
    }
  }
  if (resource.allowDuplicateJobs === false && (resource.maximumConcurrentJobs ?? 1) > 1) {
    problems.add(
      'warning',
      placeInNode(node, 'maximumConcurrentJobs'),
      `${labelOf(node)} may run several times at once, but allows no duplicates: it runs once`,
    );
  }
  if ((resource.maxVirtualFullInterval ?? 0) > 0 && (resource.maxFullInterval ?? 0) > 0) {
    problems.add(
      'warning',
      placeInNode(node, 'maxVirtualFullInterval'),
      `${labelOf(node)} has Max Full Interval: the level is raised to Full, and never to VirtualFull`,
      'leave one of the two out',
    );
  }
  if (node.spans.has('rescheduleTimes') && !resource.rescheduleOnError) {
    problems.add(
      'warning',
      placeInNode(node, 'rescheduleTimes'),
      `${labelOf(node)} says how often to repeat it, but not that it is to be repeated`,
      'add "Reschedule On Error = yes"',
    );
  }
}

/** Scripts that never run, and those that cannot run where they should: a Job fails rather than go without them. */
function checkScripts({ node, resource }: Checked<JobResource>, problems: Problems): void {
  // The short forms have a status of their own.
  const place = node.spans.get('runScripts');
  if (!place) return;
  for (const script of resource.runScripts ?? []) {
    const trouble = troubleOf(script, resource.type);
    if (trouble !== undefined) problems.add('warning', place, `a RunScript of ${labelOf(node)} ${trouble}`);
  }
}

function troubleOf(script: RunScript, jobType: JobResource['type'] | undefined): string | undefined {
  const { runsWhen, runsOnClient, runsOnSuccess, runsOnFailure, commands } = script;
  if (runsWhen === 'Never' || commands.length === 0) return undefined;
  const isOnClient = runsOnClient && commands.some(({ kind }) => kind === 'program');
  if (runsWhen === 'AfterVSS' && !isOnClient)
    return 'runs at the moment AfterVSS, which is for programs on the client: the Job fails';
  if (DIRECTOR_MOMENTS.includes(runsWhen) && isOnClient)
    return `runs at the moment ${runsWhen}, when no client is in reach, and the Job fails: add "Runs On Client = no"`;
  if (isOnClient && jobType === 'Admin')
    return 'is for the client, which an Admin job does not contact: add "Runs On Client = no"';
  const never = (runsWhen === 'After' || runsWhen === 'AtJobCompletion') && !runsOnSuccess && !runsOnFailure;
  return never ? 'runs neither on success nor on failure, so never' : undefined;
}
