import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadStorageConf } from '../../configuration/storage-conf.ts';
import { formatProblem } from '../../configuration/problem.ts';
import { UsageError } from '../usage-error.ts';
import { VolumeUnreadable } from './volume-on-disk.ts';

/** What all volume tools take, under the letters of Bacula's. */
const OPTIONS = {
  volumes: { type: 'string', short: 'V' },
  conf: { type: 'string', short: 'c' },
  verbose: { type: 'boolean', short: 'v', default: false },
  // Go on behind damage: that is what they always do.
  proceed: { type: 'boolean', short: 'p', default: false },
} as const;

type Option = {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly default?: string | boolean;
};

export interface VolumeArguments {
  /** Files of volumes, in the order in which they were named. */
  readonly paths: readonly string[];
  readonly verbose: boolean;
  /** The further options, by their long names. */
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  /** What stands behind the volumes. */
  readonly rest: readonly string[];
}

/**
 * Reads `[options] VOLUME...`, or `-V NAME|NAME [-c CONF] DEVICE`, where DEVICE is a directory or, with the conf of a
 * storage daemon, the name of a Device. `behind` words follow.
 * @throws UsageError. @throws VolumeUnreadable
 */
export function volumeArguments(
  args: readonly string[],
  options: Readonly<Record<string, Option>> = {},
  behind = 0,
): VolumeArguments {
  const { values, positionals } = parsed(args, { ...OPTIONS, ...options });
  const named = positionals.slice(0, positionals.length - behind);
  const rest = positionals.slice(positionals.length - behind);
  if (named.length === 0 || rest.length < behind) throw new UsageError('something is missing');
  const volumes = typeof values.volumes === 'string' ? values.volumes : undefined;
  const conf = typeof values.conf === 'string' ? values.conf : undefined;
  const paths = volumes === undefined ? named : onDevice(named, volumes.split('|'), conf);
  return { paths, verbose: values.verbose === true, values, rest };
}

function parsed(args: readonly string[], options: Readonly<Record<string, Option>>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function onDevice(named: readonly string[], volumes: readonly string[], conf: string | undefined): string[] {
  const [device = '', another] = named;
  if (another !== undefined) throw new UsageError(`with -V there is one device, not "${another}" as well`);
  const directory = conf === undefined ? device : directoryOf(conf, device);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new VolumeUnreadable(
      `${directory} is no directory`,
      'Name the Archive Device, or a Device with -c CONF.',
    );
  }
  return volumes.map((name) => join(directory, name));
}

/** Archive Device of a Device of the conf. */
function directoryOf(confFile: string, deviceName: string): string {
  const { conf, problems } = loadStorageConf(confFile);
  if (!conf)
    throw new VolumeUnreadable(
      problems.map(formatProblem).join('\n'),
      'Correct the conf, or name the directory.',
    );
  const device = conf.devices.find(({ name }) => name === deviceName);
  if (device) return device.archiveDevice;
  const names = conf.devices.map(({ name }) => name).join(', ');
  throw new VolumeUnreadable(`${confFile} has no Device "${deviceName}"`, `There is: ${names}.`);
}
