import { formatWeekdayTime } from '../../text/civil-time.ts';
import type { CommandContext } from './command.ts';

const DAYS = 10;

/** `status schedule`: the runs of the next days, of all Jobs or of those that the line names. */
export async function statusSchedule(context: CommandContext): Promise<void> {
  const { line, services } = context;
  const jobName = line.value('job');
  const clientName = line.value('client');
  const scheduleName = line.value('schedule');
  const runs = services
    .scheduledRuns(line.integer('days') ?? DAYS)
    .filter(({ job }) => jobName === undefined || job.name === jobName)
    .filter(({ job }) => clientName === undefined || job.client?.name === clientName)
    .filter(({ job }) => scheduleName === undefined || job.schedule?.name === scheduleName)
    .slice(0, line.integer('limit'));
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
