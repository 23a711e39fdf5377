/**
 * A site of 500 Jobs, as its admin thinks of it. The conf that the Director reads and what the models expect are both made
 * of this table, and of nothing else.
 */

export type Level = 'F' | 'D' | 'I';

/** A line of a Schedule. */
export interface Line {
  readonly level: Level | ' ';
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** 1 is the first such weekday of the month; empty = each. */
  readonly weeks: readonly number[];
  readonly hours: readonly number[];
  readonly minute: number;
}

export interface Plan {
  readonly name: string;
  readonly lines: readonly Line[];
}

export interface DuplicateWords {
  readonly lowerLevel?: true;
  readonly queued?: true;
  readonly running?: true;
}

export interface SiteJob {
  readonly name: string;
  readonly type: 'Backup' | 'Admin';
  readonly client: string;
  readonly fileSet: string;
  readonly plan: Plan;
  /** For Incrementals and Differentials; Fulls go where their pool says. */
  readonly storage: string;
  readonly priority: number;
  readonly mixed: boolean;
  readonly jobsMax: number;
  /** Absent: duplicates are allowed. */
  readonly noDuplicates?: DuplicateWords;
  readonly maxStartDelaySeconds: number;
  readonly maxRunSeconds: number;
  readonly maxFullDays: number;
  readonly maxDiffDays: number;
  readonly rerunFailed: boolean;
  readonly rescheduleTimes: number;
  readonly rescheduleSeconds: number;
}

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const WORKING_DAYS = [1, 2, 3, 4, 5];
const OFFICE_HOURS = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
const [SUN, TUE, THU, FRI, SAT] = [0, 2, 4, 5, 6] as const;

const line = (
  level: Line['level'],
  weekdays: readonly number[],
  hour: number,
  minute: number,
  weeks: readonly number[] = [],
): Line => ({
  level,
  weekdays,
  weeks,
  hours: [hour],
  minute,
});

const NIGHTLY: Plan = {
  name: 'Nightly',
  lines: [
    line('F', [SAT], 20, 30, [1]),
    line('D', [SAT], 20, 30, [2, 3, 4, 5]),
    line('I', [0, 1, 2, 3, 4, 5], 20, 30),
  ],
};
const TWICE: Plan = {
  name: 'Twice',
  lines: [line('I', [TUE, THU], 21, 0), line('F', [SUN], 21, 0, [1]), line('D', [SUN], 21, 0, [3])],
};
/** Their Fulls and Differentials come of their age alone. */
const WEEKLY: readonly Plan[] = EVERY_DAY.map((day) => ({
  name: `Weekly${day}`,
  lines: [line('I', [day], 22, 0)],
}));
const HOURLY: Plan = {
  name: 'Hourly',
  lines: [{ level: 'I', weekdays: WORKING_DAYS, weeks: [], hours: OFFICE_HOURS, minute: 15 }],
};
const ALL_LEVELS: Plan = {
  name: 'AllLevels',
  lines: [
    { level: 'I', weekdays: WORKING_DAYS, weeks: [], hours: [8, 10, 11, 13, 14, 16], minute: 15 },
    { level: 'D', weekdays: WORKING_DAYS, weeks: [], hours: [9, 15], minute: 15 },
    { level: 'F', weekdays: WORKING_DAYS, weeks: [], hours: [12], minute: 15 },
  ],
};
const URGENT: Plan = { name: 'Urgent', lines: [line('I', [TUE, FRI], 21, 40)] };
const LAST: Plan = { name: 'Last', lines: [line('F', EVERY_DAY, 23, 10)] };
const CARE: Plan = { name: 'Care', lines: [line(' ', EVERY_DAY, 23, 10)] };

export const PLANS: readonly Plan[] = [NIGHTLY, TWICE, ...WEEKLY, HOURLY, ALL_LEVELS, URGENT, LAST, CARE];

export const DIRECTOR_JOBS_MAX = 30;
export const STORAGES: Readonly<Record<string, number>> = { Disk1: 12, Disk2: 8, Fulls: 14 };
/** Days that a pool keeps what is written to it. */
export const RETENTION_DAYS: Readonly<Record<Level, number>> = { F: 130, D: 90, I: 60 };
export const POOLS: Readonly<Record<Level, string>> = { F: 'Full-Pool', D: 'Diff-Pool', I: 'Incr-Pool' };
export const FILE_SETS = ['system', 'home', 'database', 'web', 'hot'];
const CLIENTS = 130;

export const clientName = (number: number) => `client${number}-fd`;
/** Every third takes two at once. */
export const clientJobsMax = (name: string) => (Number(/\d+/.exec(name)?.[0]) % 3 === 1 ? 2 : 1);

const USUAL = {
  type: 'Backup',
  priority: 10,
  mixed: false,
  jobsMax: 1,
  maxStartDelaySeconds: 0,
  maxRunSeconds: 6 * 3600,
  maxFullDays: 0,
  maxDiffDays: 0,
  rerunFailed: false,
  rescheduleTimes: 0,
  rescheduleSeconds: 1800,
} as const;

export const JOBS: readonly SiteJob[] = [...ordinaryJobs(), ...hotJobs(), ...lateJobs()];

/** One for each client and FileSet. */
function* ordinaryJobs(): Generator<SiteJob> {
  for (let number = 1; number <= 122; number++) {
    for (const [index, fileSet] of FILE_SETS.slice(0, 4).entries()) {
      const turn = number * 4 + index;
      yield {
        ...USUAL,
        name: `${fileSet}-${number}`,
        client: clientName(number),
        fileSet,
        plan: turn % 9 < 1 ? NIGHTLY : turn % 9 < 3 ? TWICE : WEEKLY[number % 7]!,
        storage: turn % 5 < 3 ? 'Disk1' : 'Disk2',
        ...(turn % 9 >= 3 && { maxFullDays: 40, maxDiffDays: turn % 2 === 0 ? 13 : 0 }),
        rerunFailed: turn % 3 !== 0,
        rescheduleTimes: turn % 4,
        ...(turn % 7 === 0 && { maxStartDelaySeconds: 2 * 3600 }),
      };
    }
  }
}

/** They come each hour and often take longer. */
function* hotJobs(): Generator<SiteJob> {
  const kinds: Partial<SiteJob>[] = [
    { noDuplicates: {} },
    { noDuplicates: { queued: true } },
    { noDuplicates: { running: true } },
    { noDuplicates: { lowerLevel: true }, plan: ALL_LEVELS },
    { noDuplicates: { lowerLevel: true, queued: true }, plan: ALL_LEVELS, rescheduleTimes: 2 },
    { maxStartDelaySeconds: 80 * 60 },
    { jobsMax: 3 },
    { plan: URGENT, mixed: true, priority: 9 },
  ];
  for (const [index, kind] of kinds.entries()) {
    yield {
      ...USUAL,
      name: `hot-${index + 1}`,
      // The first two share a client, which takes both at once.
      client: clientName(index === 0 ? 124 : 123 + index),
      fileSet: FILE_SETS[index % FILE_SETS.length]!,
      plan: HOURLY,
      storage: 'Disk2',
      ...kind,
    };
  }
}

function* lateJobs(): Generator<SiteJob> {
  yield {
    ...USUAL,
    name: 'urgent',
    client: clientName(1),
    fileSet: 'hot',
    plan: URGENT,
    storage: 'Disk1',
    priority: 5,
  };
  yield {
    ...USUAL,
    name: 'urgent-mixed',
    client: clientName(2),
    fileSet: 'hot',
    plan: URGENT,
    storage: 'Disk1',
    priority: 6,
    mixed: true,
  };
  yield {
    ...USUAL,
    name: 'catalog',
    client: clientName(3),
    fileSet: 'hot',
    plan: LAST,
    storage: 'Disk1',
    priority: 11,
  };
  yield {
    ...USUAL,
    name: 'care',
    type: 'Admin',
    client: clientName(3),
    fileSet: 'hot',
    plan: CARE,
    storage: 'Disk1',
    priority: 12,
  };
}

export function storageOf(job: SiteJob, level: Level): string {
  return level === 'F' ? 'Fulls' : job.storage;
}

/** `fileSetVersions`: how often each FileSet has been changed. */
export function confText(directory: string, fileSetVersions: ReadonlyMap<string, number>): string {
  return [
    `Director { Name = big-dir; Password = x; Messages = Standard; DirAddress = 127.0.0.1; QueryFile = "${directory}/q"
  WorkingDirectory = "${directory}"; PidDirectory = "${directory}"; Maximum Concurrent Jobs = ${DIRECTOR_JOBS_MAX} }`,
    'Catalog { Name = MyCatalog; dbname = x }',
    'Messages { Name = Standard; catalog = fatal }',
    ...FILE_SETS.map(
      (name) => `FileSet { Name = ${name}; Include { File = /${name}/${fileSetVersions.get(name) ?? 0} } }`,
    ),
    ...Object.entries(STORAGES).map(
      ([name, jobsMax]) =>
        `Storage { Name = ${name}; Address = 127.0.0.1; Password = x; Device = ${name}; Media Type = ${name}; Maximum Concurrent Jobs = ${jobsMax} }`,
    ),
    ...(Object.keys(POOLS) as Level[]).map(poolText),
    ...PLANS.map(planText),
    ...Array.from({ length: CLIENTS }, (_, index) => clientName(index + 1)).map(
      (name) =>
        `Client { Name = ${name}; Address = 127.0.0.1; Password = x; Catalog = MyCatalog; Maximum Concurrent Jobs = ${clientJobsMax(name)} }`,
    ),
    ...JOBS.map(jobText),
  ].join('\n');
}

function poolText(level: Level): string {
  const storage = level === 'F' ? 'Storage = Fulls' : '';
  const space = level === 'I' ? 'Action On Purge = Truncate' : '';
  return `Pool { Name = ${POOLS[level]}; Pool Type = Backup; Label Format = "${POOLS[level]}-"; Volume Retention = ${RETENTION_DAYS[level]} days
  Maximum Volume Jobs = 40; Volume Use Duration = 4 days; Recycle = yes; AutoPrune = yes; ${storage}; ${space} }`;
}

const LEVEL_WORDS = { F: 'Level=Full ', D: 'Level=Differential ', I: 'Level=Incremental ', ' ': '' } as const;
const DAY_WORDS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const WEEK_WORDS = ['1st', '2nd', '3rd', '4th', '5th'];

function planText({ name, lines }: Plan): string {
  const runs = lines.flatMap(({ level, weekdays, weeks, hours, minute }) =>
    hours.map((hour) => {
      const days = weekdays.map((day) => DAY_WORDS[day]).join(',');
      const ofMonth = weeks.map((week) => WEEK_WORDS[week - 1]).join(',');
      return `  Run = ${LEVEL_WORDS[level]}${ofMonth} ${days} at ${hour}:${String(minute).padStart(2, '0')}`;
    }),
  );
  return `Schedule { Name = ${name}\n${runs.join('\n')}\n}`;
}

function jobText(job: SiteJob): string {
  const { noDuplicates } = job;
  return `Job { Name = ${job.name}; Type = ${job.type}; Client = ${job.client}; FileSet = ${job.fileSet}; Schedule = ${job.plan.name}
  Storage = ${job.storage}; Messages = Standard; Pool = ${POOLS.I}; Full Backup Pool = ${POOLS.F}; Differential Backup Pool = ${POOLS.D}
  Priority = ${job.priority}; Allow Mixed Priority = ${yesNo(job.mixed)}; Maximum Concurrent Jobs = ${job.jobsMax}
  Allow Duplicate Jobs = ${yesNo(!noDuplicates)}; Cancel Lower Level Duplicates = ${yesNo(noDuplicates?.lowerLevel)}
  Cancel Queued Duplicates = ${yesNo(noDuplicates?.queued)}; Cancel Running Duplicates = ${yesNo(noDuplicates?.running)}
  Max Start Delay = ${job.maxStartDelaySeconds}; Max Run Time = ${job.maxRunSeconds}
  Max Full Interval = ${job.maxFullDays} days; Max Diff Interval = ${job.maxDiffDays} days; Rerun Failed Levels = ${yesNo(job.rerunFailed)}
  Reschedule On Error = ${yesNo(job.rescheduleTimes > 0)}; Reschedule Times = ${job.rescheduleTimes}; Reschedule Interval = ${job.rescheduleSeconds}
  Allow Incomplete Jobs = no }`; // that a broken one goes on has tests of its own
}

function yesNo(word: boolean | undefined): string {
  return word ? 'yes' : 'no';
}
