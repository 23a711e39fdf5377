import type { JobResource } from '../../configuration/director-conf.ts';
import { withCommas } from '../../text/numbers.ts';
import type { NeededVolume } from '../../catalog/rows.ts';
import { storageThatReads } from '../jobs/restore-storage.ts';
import type { RestoreSelection } from '../services.ts';
import { announceCatalog } from './catalog-line.ts';
import { chooseResource, resourceOnLine } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { confirmAndQueue } from './commands/run.ts';
import { restoreDraft, type ChosenFiles } from './restore-draft.ts';

/** From a selection to a queued job, whose JobId it gives: says what is needed, asks for the Restore job, shows the summary. */
export async function queueRestore(
  context: CommandContext,
  chosen: ChosenFiles,
): Promise<number | undefined> {
  const { selection } = chosen;
  const plan = selection.rules.length === 0 ? undefined : await measure(context, selection);
  if (!plan || plan.files === 0) {
    await context.say('No files selected to be restored.');
    return undefined;
  }
  const job = await restoreJob(context, chosen.clientName);
  const storages = storagesOf(context, plan.volumes);
  await context.print(volumesText(plan.volumes, storages));
  await context.say(
    `\n${withCommas(plan.files)} file${plan.files === 1 ? '' : 's'} selected to be restored.\n`,
  );
  await announceCatalog(context, 'jobs', 'by resource');

  const draft = await restoreDraft(context, job, chosen);
  const storageName = [...new Set(storages.map(({ name }) => name))].join('|');
  return await confirmAndQueue(context, draft, { storageName });
}

async function measure(
  { services: { catalog } }: CommandContext,
  selection: RestoreSelection,
): Promise<{ files: number; volumes: readonly NeededVolume[] }> {
  const { planId, files, volumes } = await catalog.openRestorePlan(selection);
  await catalog.closeRestorePlan(planId);
  return { files, volumes };
}

/**
 * The Job of type Restore that the line names, the only one, or the one chosen. With `yes` nothing is asked: the first that is
 * for this client, or the first of all.
 */
export async function restoreJob(context: CommandContext, clientName: string): Promise<JobResource> {
  const named = resourceOnLine(context, 'Job', 'restorejob');
  if (named && named.type !== 'Restore') {
    throw new CommandError(`Job "${named.name}" is of type ${named.type}`, 'Name a Job of type Restore.');
  }
  if (named) return named;
  const jobs = context.conf().jobs.filter(({ type }) => type === 'Restore');
  if (jobs.length === 1) return jobs[0]!;
  if (jobs.length === 0) {
    throw new CommandError(
      'the conf has no Job of type Restore',
      "Add one to the Director's conf and reload.",
    );
  }
  if (context.line.has('yes')) {
    const job = jobs.find(({ client }) => client.name === clientName) ?? jobs[0]!;
    await context.say(`Automatically selected Restore Job: ${job.name}`);
    return job;
  }
  return chooseResource(context, 'Job', jobs, {
    heading: 'The defined Restore Job resources are:',
    prompt: 'Select Restore Job',
  });
}

const COLUMN_WIDTH = 26;

function volumesText(volumes: readonly NeededVolume[], storages: readonly NeededStorage[]): string {
  return [
    '',
    'The Job will require the following:',
    '   Volume(s)                 Storage(s)                SD Device(s)',
    '='.repeat(75),
    ...volumes.map(({ volumeName }, i) => {
      const { name, devices } = storages[i]!;
      const cells = [volumeName, name, devices];
      return `    ${cells.map((cell) => cell.padEnd(COLUMN_WIDTH)).join('')}`.trimEnd();
    }),
    '',
  ].join('\n');
}

interface NeededStorage {
  readonly name: string;
  readonly devices: string;
}

/** Where each of the volumes is read, unless the admin names a Storage. */
function storagesOf({ conf, services }: CommandContext, volumes: readonly NeededVolume[]): NeededStorage[] {
  const { storages } = conf();
  return volumes.map((volume) => {
    const storage = storageThatReads(volume, { storages, nameOf: (id) => services.storageName(id) });
    return { name: storage?.name ?? '*unknown*', devices: storage?.device.join('|') ?? '*unknown*' };
  });
}
