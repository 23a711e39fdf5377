import { JOBS, type Line, type SiteJob } from './big-site.ts';

/** A run that a Schedule has to start. */
export interface DueRun {
  readonly job: SiteJob;
  readonly level: Line['level'];
  readonly at: Date;
}

/** What the Schedules start on a day, as a calendar on the wall would tell. `day`: any time of it. */
export function runsOn(day: Date): DueRun[] {
  const week = Math.ceil(day.getDate() / 7);
  return JOBS.flatMap((job) =>
    job.plan.lines
      .filter(
        ({ weekdays, weeks }) =>
          weekdays.includes(day.getDay()) && (weeks.length === 0 || weeks.includes(week)),
      )
      .flatMap(({ level, hours, minute }) =>
        hours.map((hour) => ({
          job,
          level,
          at: new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour, minute),
        })),
      ),
  );
}
