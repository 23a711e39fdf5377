import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadDirectorConf, type DirectorConf } from '../../configuration/director-conf.ts';
import { formatProblem } from '../../configuration/problem.ts';
import { named } from '../unit/director/site.ts';
import { SimulatedMachine, type SimulatedFile } from './simulated-client.ts';
import { SimulatedSite } from './simulated-site.ts';

const SAMPLE = path.join(import.meta.dirname, '../../conf/nas');
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const DAY_MS = 86_400_000;
/** A Saturday noon; the first Full of the A grade is due that night. */
const START = new Date('2026-01-03T12:00:00');

/** The sample has the job of grade A; these are its neighbours, on the same pools for changes. */
const OTHER_GRADES = `
FileSet { Name = "Zebulon B-Grade"; Include { Options { signature = SHA1; compression = GZIP }
  File = /archive
} }
FileSet { Name = "Zebulon C-Grade"; Include { Options { signature = SHA1; compression = GZIP }
  File = /media
} }
Job { Name = "Zebulon-B"; Type = Backup; Client = zebulon-fd; FileSet = "Zebulon B-Grade"; Schedule = "Weekly-B-Grade"
  Storage = File; Messages = Standard; Pool = Default; Priority = 9
  Full Backup Pool = B-Full-Pool; Incremental Backup Pool = Incr-Pool; Differential Backup Pool = Diff-Pool }
Job { Name = "Zebulon-C"; Type = Backup; Client = zebulon-fd; FileSet = "Zebulon C-Grade"; Schedule = "Weekly-C-Grade"
  Storage = File; Messages = Standard; Pool = Default; Priority = 9
  Full Backup Pool = C-Full-Pool; Incremental Backup Pool = Incr-Pool; Differential Backup Pool = Diff-Pool }
`;

export interface Grade {
  readonly name: string;
  readonly jobName: string;
  readonly fileSetName: string;
}

export const GRADES: readonly Grade[] = ['A', 'B', 'C'].map((name) => ({
  name,
  jobName: `Zebulon-${name}`,
  fileSetName: `Zebulon ${name}-Grade`,
}));

/** A backup that was made, as the simulation remembers it: the catalog may forget. */
export interface Point {
  readonly jobId: number;
  readonly level: string;
  readonly startedAt: Date;
  /** When the retention of the pool it went to has passed. */
  readonly keptUntil: Date;
  /** The Full, Differential and Incrementals that it needs, itself last. */
  readonly chain: readonly Point[];
}

export interface GradeOnDay {
  readonly grade: string;
  /** Points in time that the retentions promise, and those of them that can be restored. */
  readonly promised: number;
  readonly restorable: number;
  /** Restorable although their retention has passed: nobody needed the space yet, or it is the last Full. */
  readonly beyond: number;
  readonly oldest: Date | undefined;
}

export interface DayReport {
  readonly day: Date;
  readonly grades: readonly GradeOnDay[];
  readonly volumes: number;
  readonly bytes: number;
}

/**
 * Lets the sample's site live so many days and looks at the end of each what can be restored.
 * @throws Error on the first day on which a job fails or waits, something is overwritten before its time, something that
 *     is promised cannot be restored, or a restore gives other files than there were.
 */
export async function* liveOn(directory: string, days: number): AsyncGenerator<DayReport> {
  const conf = loadSample(directory);
  const points = new Map<string, Point[]>(GRADES.map(({ name }) => [name, []]));
  const onWiped = (jobIds: readonly number[], volumeName: string, at: Date) =>
    checkWipe([...points.values()].flat(), jobIds, volumeName, at);
  await using site = await SimulatedSite.start({
    conf,
    directory,
    machine: machine(),
    startAt: START,
    onWiped,
  });
  for (let day = 1; day <= days; day++) {
    await site.advanceTo(new Date(START.getTime() + day * DAY_MS));
    const grades: GradeOnDay[] = [];
    for (const grade of GRADES) {
      const known = points.get(grade.name)!;
      await learn(site, grade, known);
      grades.push(await lookAt(site, grade, known, day));
    }
    yield { day: site.now, grades, volumes: site.storage.volumeCount, bytes: site.storage.bytes };
  }
}

function loadSample(directory: string): DirectorConf {
  cpSync(SAMPLE, directory, { recursive: true });
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    const text = readFileSync(file, 'utf8').replaceAll(/@@\w+@@/g, 'password');
    writeFileSync(file, text.replaceAll('/var/lib/noctule', directory));
  }
  const file = path.join(directory, 'bacula-dir.conf');
  writeFileSync(file, readFileSync(file, 'utf8') + OTHER_GRADES);
  const { conf, problems } = loadDirectorConf(file);
  if (!conf) throw new Error(problems.map(formatProblem).join('\n'));
  return conf;
}

/** What the sample's comments expect of grade A is 8 volumes for a Full; the others are smaller. */
function machine(): SimulatedMachine {
  const files = (top: string, count: number, sizeBytes: number, everyDays: number): SimulatedFile[] =>
    Array.from({ length: count }, (_, index) => ({
      path: `${top}/file${index}`,
      sizeBytes: sizeBytes + 512 * index,
      // Some files come later than the first Full.
      madeAt: START.getTime() / 1000 + (index % 5 === 4 ? index * 5 * 86_400 : -86_400) + index * 60,
      changesEveryDays: everyDays + 3 * index,
    }));
  return new SimulatedMachine(
    new Map([
      ['Zebulon A-Grade', [...files('/data', 20, 200 * MIB, 1), ...files('/photos', 8, 3 * GIB, 200)]],
      ['Zebulon B-Grade', files('/archive', 15, 600 * MIB, 20)],
      ['Zebulon C-Grade', files('/media', 10, 300 * MIB, 40)],
    ]),
  );
}

/** Takes note of the backups that are new in the catalog. */
async function learn(site: SimulatedSite, grade: Grade, points: Point[]): Promise<void> {
  const last = points.at(-1)?.jobId ?? 0;
  for (const job of await site.backupsOf(grade.fileSetName)) {
    if (job.jobId <= last) continue;
    const { volumeRetention } = named(site.conf.pools, job.poolName);
    const startedAt = job.startTime!;
    const chain: Point[] = baseChain(points, job.level);
    const keptUntil = new Date(job.endTime!.getTime() + volumeRetention * 1000);
    const point: Point = { jobId: job.jobId, level: job.level, startedAt, keptUntil, chain };
    chain.push(point);
    points.push(point);
  }
}

/** What a backup of this level builds on, by the definition of the levels. */
function baseChain(points: readonly Point[], level: string): Point[] {
  const full = points.findLastIndex((point) => point.level === 'F');
  if (level === 'F' || full < 0) return [];
  const since = points.slice(full + 1);
  if (level === 'D') return [points[full]!];
  const differential = since.findLastIndex((point) => point.level === 'D');
  return [points[full]!, ...since.slice(Math.max(0, differential))];
}

/** Durability rule 4: what is wiped was past its retention. */
function checkWipe(points: readonly Point[], jobIds: readonly number[], volumeName: string, at: Date): void {
  const early = points.find(({ jobId, keptUntil }) => jobIds.includes(jobId) && keptUntil > at);
  if (!early) return;
  const until = early.keptUntil.toISOString();
  throw new Error(
    `${at.toISOString()}: Volume "${volumeName}" with JobId ${early.jobId}, kept until ${until}, was wiped`,
  );
}

async function lookAt(
  site: SimulatedSite,
  grade: Grade,
  points: readonly Point[],
  day: number,
): Promise<GradeOnDay> {
  const inCatalog = new Set((await site.backupsOf(grade.fileSetName)).map(({ jobId }) => jobId));
  const isRestorable = ({ chain }: Point) => chain.every(({ jobId }) => inCatalog.has(jobId));
  const lastFull = points.findLast(({ level }) => level === 'F');
  const isPromised = ({ chain }: Point) => chain.every((one) => one === lastFull || one.keptUntil > site.now);
  const promised = points.filter(isPromised);
  const restorable = points.filter(isRestorable);
  const missing = promised.filter((point) => !isRestorable(point));
  if (missing.length > 0) {
    const [first] = missing;
    throw new Error(
      `${site.now.toISOString()}: ${missing.length} points of grade ${grade.name} are missing, JobId ${first!.jobId} first`,
    );
  }
  // Another one each day, old and new: over the time all of them.
  const sample = restorable[(day * 7919) % Math.max(1, restorable.length)];
  if (sample) await checkRestore(site, grade, sample);
  return {
    grade: grade.name,
    promised: promised.length,
    restorable: promised.length - missing.length,
    beyond: restorable.length - promised.length,
    oldest: restorable[0]?.startedAt,
  };
}

/** A restore gives what was there when the backup began, from the jobs that the definition of the levels names. */
async function checkRestore(site: SimulatedSite, grade: Grade, point: Point): Promise<void> {
  const restored = await site.restore(
    point.chain.map(({ jobId }) => jobId),
    'RestoreFiles',
  );
  const seconds = Math.floor(point.startedAt.getTime() / 1000);
  const expected = machine().stateAt(grade.fileSetName, seconds);
  for (const [file, version] of expected) {
    if (restored.get(file) === version) continue;
    throw new Error(
      `${site.now.toISOString()}: JobId ${point.jobId} gives version ${restored.get(file)} of "${file}", not ${version}`,
    );
  }
  if (restored.size !== expected.size)
    throw new Error(`JobId ${point.jobId} gives files that were not there`);
}
