import { DeviceAction } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { controlDevices, DEVICE_KEYWORDS } from '../control-devices.ts';

/**
 * `enable` and `disable` change the conf in force, where the scheduler looks; the file stays as it is, so a reload or
 * a restart of the Director brings back what it says. With a device they change what its storage daemon uses.
 */
function switching(name: 'enable' | 'disable', description: string): Command {
  return {
    name,
    description,
    keywords: {
      job: 'job',
      jobs: 'flag',
      all: 'flag',
      client: 'client',
      schedule: 'schedule',
      storage: 'storage',
      batch: 'flag',
      ...DEVICE_KEYWORDS,
    },
    async run(context) {
      if (context.line.has('device', 'drive')) {
        return controlDevices(context, name === 'enable' ? DeviceAction.ENABLE : DeviceAction.DISABLE);
      }
      if (context.line.has('jobs')) return switchAllJobs(context, name);
      const resources = [
        ['Job', resourceOnLine(context, 'Job', 'job')],
        ['Client', resourceOnLine(context, 'Client', 'client')],
        ['Schedule', resourceOnLine(context, 'Schedule', 'schedule')],
        ['Storage', resourceOnLine(context, 'Storage', 'storage')],
      ] as const;
      const named = resources.filter(([, resource]) => resource !== undefined);
      if (named.length === 0 && context.line.has('batch')) {
        return context.say('The catalog takes the files of a job while it runs: "batch" changes nothing.');
      }
      if (named.length === 0) {
        throw new CommandError(
          'You must enter one of the following keywords: job, client, schedule, or storage',
          `${name} jobs all is for all Jobs at once.`,
        );
      }
      for (const [kind, resource] of named) {
        (resource as { enabled: boolean }).enabled = name === 'enable';
        await context.say(`${kind} "${resource!.name}" ${name}d`);
      }
    },
  };
}

async function switchAllJobs({ line, conf, say }: CommandContext, name: 'enable' | 'disable'): Promise<void> {
  if (!line.has('all'))
    throw new CommandError('which jobs is not said', `Write ${name} jobs all, or ${name} job=NAME.`);
  const { jobs } = conf();
  for (const job of jobs) (job as { enabled: boolean }).enabled = name === 'enable';
  await say(`${jobs.length} Jobs ${name}d`);
}

export const enable = switching('enable', 'Let schedules start a Job again');
export const disable = switching('disable', 'Keep schedules from starting a Job, until the next reload');
