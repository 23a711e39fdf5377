import { formatWeekdayTime } from '../../text/civil-time.ts';
import type { ScheduledRun } from '../services.ts';
import type { CommandContext } from './command.ts';
import { listingOf, renderListing, wantsJson, type Columns } from './listing.ts';
import { parseWhen } from './when.ts';

const DAYS = 10;

const COLUMNS: Columns<ScheduledRun> = [
  ['Job', ({ job }) => job.name],
  ['Level', ({ level }) => level],
  ['Type', ({ job }) => job.type],
  ['Priority', ({ priority }) => priority],
  ['Scheduled', ({ at }) => at],
  ['Pool', ({ poolName }) => poolName],
  ['Schedule', ({ job }) => job.schedule?.name ?? ''],
];

/** `status schedule`: the runs of the next days, or of those after `time=`, of all Jobs or of those that the line names. */
export async function statusSchedule(context: CommandContext): Promise<void> {
  const { line, services } = context;
  const jobName = line.value('job');
  const clientName = line.value('client');
  const scheduleName = line.value('schedule');
  const time = line.value('time');
  const from = time === undefined ? undefined : parseWhen(time, context.now());
  const runs = services
    .scheduledRuns(line.integer('days') ?? DAYS, from)
    .filter(({ job }) => jobName === undefined || job.name === jobName)
    .filter(({ job }) => clientName === undefined || job.client?.name === clientName)
    .filter(({ job }) => scheduleName === undefined || job.schedule?.name === scheduleName)
    .slice(0, line.integer('limit'));
  if (wantsJson(context)) return context.print(renderListing(listingOf(COLUMNS, runs), 'json'));
  await context.print(
    [
      '',
      'Scheduled Jobs:',
      'Level          Type     Pri  Scheduled          Job Name           Schedule',
      '='.repeat(85),
      ...runs.map(
        ({ at, job, level, priority }) =>
          `${level.padEnd(14)} ${job.type.padEnd(8)} ${String(priority).padStart(3)}  ` +
          `${formatWeekdayTime(at).padEnd(18)} ${job.name.padEnd(18)} ${job.schedule?.name ?? ''}`,
      ),
      ...(runs.length === 0 ? ['No Scheduled Jobs.'] : []),
      '====',
    ].join('\n') + '\n',
  );
}
