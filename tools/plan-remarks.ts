import { firingTimesOf } from '../calendar/firing-times.ts';
import { everFires, nextCommonReading } from '../calendar/readings.ts';
import type { DirectorConf, JobResource, ScheduleResource } from '../configuration/director-conf.ts';
import { formatPlanTime } from '../text/civil-time.ts';

/** Lists of names are cut off behind so many. */
const NAMES_MAX = 5;

/** What of a conf's schedules never starts, starts twice, or is left to hands: a sentence for each. */
export function planRemarks(conf: DirectorConf, from: Date): string[] {
  const jobsOf = Map.groupBy(conf.jobs, (job) => job.schedule);
  return [
    ...conf.schedules.flatMap((schedule) => [
      ...neverFiring(schedule),
      ...firingTwice(schedule, jobsOf.get(schedule) ?? [], from),
    ]),
    ...disabled(conf, jobsOf),
    ...byHandOnly(jobsOf.get(undefined) ?? []),
  ];
}

function neverFiring({ name, runs }: ScheduleResource): string[] {
  return runs
    .filter(({ line }) => !everFires(firingTimesOf(line.times)))
    .map(({ line }) => `Schedule "${name}": "${line.notation} = ${line.text}" never fires.`);
}

/** Two lines that meet start each Job twice; which of the two runs is then a matter of chance and duplicate rules. */
function firingTwice(schedule: ScheduleResource, jobs: readonly JobResource[], from: Date): string[] {
  const lines = schedule.runs.map(({ line }) => line);
  return lines.flatMap((one, index) =>
    lines.slice(index + 1).flatMap((other) => {
      // Clock readings are compared: no zone comes into it.
      const shown = from.getTime() - from.getTimezoneOffset() * 60_000;
      const reading = nextCommonReading(firingTimesOf(one.times), firingTimesOf(other.times), shown);
      if (reading === undefined) return [];
      const at = new Date(reading);
      const next = formatPlanTime(
        new Date(
          at.getUTCFullYear(),
          at.getUTCMonth(),
          at.getUTCDate(),
          at.getUTCHours(),
          at.getUTCMinutes(),
        ),
      );
      const twice =
        jobs.length === 0 ? 'that would start a Job twice' : `that starts ${names('Job', jobs)} twice`;
      return [
        `Schedule "${schedule.name}": "${one.notation} = ${one.text}" and "${other.notation} = ${other.text}" both fire on ${next}: ` +
          `${twice}. Take the days of one line out of the other.`,
      ];
    }),
  );
}

function disabled(
  { clients, schedules }: DirectorConf,
  jobsOf: ReadonlyMap<ScheduleResource | undefined, readonly JobResource[]>,
): string[] {
  const scheduled = [...jobsOf].flatMap(([schedule, jobs]) => (schedule ? jobs : []));
  const jobsOff = scheduled.filter((job) => !job.enabled);
  return [
    ...(jobsOff.length > 0 ? [`Not started, as disabled (Enabled = no): ${names('Job', jobsOff)}.`] : []),
    ...clients
      .filter((client) => !client.enabled)
      .map((client) => `Client "${client.name}" is disabled (Enabled = no): its Jobs are not started.`),
    ...schedules
      .filter((schedule) => !schedule.enabled)
      .map((schedule) => `Schedule "${schedule.name}" is disabled (Enabled = no): it starts nothing.`),
  ];
}

function byHandOnly(jobs: readonly JobResource[]): string[] {
  const backups = jobs.filter(({ type }) => type === 'Backup');
  return backups.length === 0
    ? []
    : [`Without a Schedule, so only started by hand: ${names('Job', backups)}.`];
}

/** `Job "a"`, `Jobs "a", "b" and 7 more`. */
function names(what: string, resources: readonly { readonly name: string }[]): string {
  const shown = resources.slice(0, NAMES_MAX).map(({ name }) => `"${name}"`);
  const more = resources.length - shown.length;
  return `${what}${resources.length === 1 ? '' : 's'} ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
