import { SimulatedMachine } from '../../../simulation/simulated-client.ts';
import { SimulatedSite } from '../../../simulation/simulated-site.ts';
import type { MediaRow } from '../../../../catalog/rows.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { siteConf } from '../site.ts';

export const DAY = 86_400;
const MIB = 1024 ** 2;
const START = new Date('2026-03-01T12:00:00');

/** A site whose jobs write one pool, `Ring`, with what is added to that resource, and to the conf. */
export async function ringSite(
  ring: string,
  { extra = '', director = '', client = '' }: { extra?: string; director?: string; client?: string } = {},
): Promise<SimulatedSite> {
  const directory = scratchDirectory();
  const conf = siteConf(directory, {
    director,
    extra: `
Pool { Name = Ring; Pool Type = Backup; ${ring} }
Client { Name = kept-fd; Address = 127.0.0.1; Password = x; Catalog = MyCatalog; ${client} }
Job { Name = Ringed; Type = Backup; Level = Full; Client = kept-fd; FileSet = Gzip; Storage = File1; Messages = Standard; Pool = Ring }
Job { Name = Other; Type = Backup; Level = Full; Client = other-fd; FileSet = Gzip; Storage = File1; Messages = Standard; Pool = Ring }
${extra}`,
  });
  const file = {
    path: '/srv/data/a',
    sizeBytes: 100 * MIB,
    madeAt: START.getTime() / 1000 - DAY,
    changesEveryDays: 1,
  };
  const machine = new SimulatedMachine(new Map([['Gzip', [file]]]));
  return SimulatedSite.start({ conf, directory, machine, startAt: START, onWiped: () => {} });
}

/** Name -> status of the volumes of a pool. */
export async function statuses(site: SimulatedSite, poolName = 'Ring'): Promise<Record<string, string>> {
  const volumes = await site.catalog.listVolumes({ poolName });
  return Object.fromEntries(volumes.map(({ volumeName, volStatus }) => [volumeName, volStatus]));
}

export async function volumeOf(site: SimulatedSite, volumeName: string): Promise<MediaRow> {
  const volume = await site.catalog.volumeByName(volumeName);
  if (!volume) throw new Error(`there is no volume ${volumeName}`);
  return volume;
}

export async function jobIds(site: SimulatedSite): Promise<number[]> {
  return (await site.catalog.listJobs({ type: 'B' })).map(({ jobId }) => jobId);
}
