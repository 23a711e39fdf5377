import { resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { wantsJson } from '../listing.ts';
import { clientRetentions } from '../../retention/record-periods.ts';

type Defaults = readonly (readonly [key: string, value: string | number | boolean | undefined])[];

/** What the conf says of one resource, one `key=value` a line; periods are in seconds. */
export const dotDefaults: Command = {
  name: '.defaults',
  description: '',
  keywords: { job: 'job', client: 'client', storage: 'storage', pool: 'pool' },
  async run(context) {
    const defaults = defaultsOnLine(context);
    if (!defaults) {
      throw new CommandError('of what is not said', 'Write .defaults job=NAME, client=, storage= or pool=.');
    }
    const pairs = defaults.map(([key, value]) => [
      key,
      typeof value === 'boolean' ? Number(value) : (value ?? ''),
    ]);
    await context.print(
      wantsJson(context)
        ? `${JSON.stringify(Object.fromEntries(pairs))}\n`
        : pairs.map(([key, value]) => `${key}=${value}\n`).join(''),
    );
  },
};

function defaultsOnLine(context: CommandContext): Defaults | undefined {
  const job = resourceOnLine(context, 'Job', 'job');
  if (job) {
    return [
      ['job', job.name],
      ['pool', job.pool.name],
      ['messages', job.messages.name],
      ['client', job.client.name],
      ['storage', job.storage[0]?.name],
      ['where', job.where],
      ['level', job.level],
      ['type', job.type],
      ['fileset', job.fileSet.name],
      ['enabled', job.enabled],
      ['catalog', job.client.catalog.name],
    ];
  }
  const client = resourceOnLine(context, 'Client', 'client');
  if (client) {
    const { fileRetention, jobRetention } = clientRetentions(client);
    return [
      ['client', client.name],
      ['address', client.address],
      ['fdport', client.fdPort],
      ['file_retention', fileRetention],
      ['job_retention', jobRetention],
      ['autoprune', client.autoPrune],
      ['enabled', client.enabled],
      ['catalog', client.catalog.name],
    ];
  }
  const storage = resourceOnLine(context, 'Storage', 'storage');
  if (storage) {
    return [
      ['storage', storage.name],
      ['address', storage.address],
      ['enabled', storage.enabled],
      ['media_type', storage.mediaType],
      ['sdport', storage.sdPort],
      ['device', storage.device.join(',')],
    ];
  }
  const pool = resourceOnLine(context, 'Pool', 'pool');
  return (
    pool && [
      ['pool', pool.name],
      ['pool_type', pool.poolType],
      ['label_format', pool.labelFormat],
      ['use_volume_once', pool.useVolumeOnce],
      ['purge_oldest_volume', pool.purgeOldestVolume],
      ['recycle_oldest_volume', pool.recycleOldestVolume],
      ['recycle_current_volume', pool.recycleCurrentVolume],
      ['max_volumes', pool.maximumVolumes],
      ['vol_retention', pool.volumeRetention],
      ['vol_use_duration', pool.volumeUseDuration],
      ['max_vol_jobs', pool.maximumVolumeJobs],
      ['max_vol_files', pool.maximumVolumeFiles],
      ['max_vol_bytes', pool.maximumVolumeBytes],
      ['auto_prune', pool.autoPrune],
      ['recycle', pool.recycle],
      ['file_retention', pool.fileRetention ?? 0],
      ['job_retention', pool.jobRetention ?? 0],
    ]
  );
}
