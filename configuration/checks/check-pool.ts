import type { CounterResource, JobResource, PoolResource, ScheduleResource } from '../director-resources.ts';
import type { Problems } from '../problem.ts';
import { labelOf, placeInNode, type ResourceNode } from '../resource-node.ts';
import { checkedOf, type Checked } from './check-conf.ts';
import { poolsOf } from './check-job.ts';

/** Pools with a meaning by their name; they need no job. */
const POOLS_BY_NAME = new Set(['Default', 'Scratch']);
/** Two blocks of data. Smaller volumes work, but there will be very many of them. */
const VOLUME_BYTES_MIN = 2 * 1024 * 1024;

/** What is wrong or surprising in Pools. */
export function checkPools(nodes: readonly ResourceNode[], problems: Problems): void {
  const pools = checkedOf<PoolResource>(nodes, 'Pool');
  const written = writtenPools(nodes);
  const named = namedPools(pools);
  const counters = new Set(checkedOf<CounterResource>(nodes, 'Counter').map(({ resource }) => resource.name));
  const hasScratch = pools.some(({ resource }) => resource.name === 'Scratch');
  for (const pool of pools) {
    const { name } = pool.resource;
    if (name === undefined) continue;
    if (written.has(name)) {
      checkFillable(pool, hasScratch, problems);
    } else if (!named.has(name) && !POOLS_BY_NAME.has(name)) {
      problems.add('notice', pool.node.block.name, `no Job and no Run line writes to ${labelOf(pool.node)}`);
    }
    checkLabelFormat(pool, counters, problems);
    checkLimits(pool, problems);
  }
}

/** Names of pools that a Backup, Copy or Migrate job, or a Run line, may write to. */
function writtenPools(nodes: readonly ResourceNode[]): Set<string> {
  const names = new Set<string>();
  for (const { resource } of checkedOf<JobResource>(nodes, 'Job')) {
    if (resource.type === 'Restore' || resource.type === 'Admin' || resource.type === 'Verify') continue;
    for (const { pool } of poolsOf(resource)) names.add(pool.name);
    if (resource.nextPool) names.add(resource.nextPool.name);
  }
  for (const { resource } of checkedOf<ScheduleResource>(nodes, 'Schedule')) {
    for (const run of resource.runs ?? []) {
      for (const pool of [run.pool, run.fullPool, run.differentialPool, run.incrementalPool, run.nextPool]) {
        if (pool) names.add(pool.name);
      }
    }
  }
  return names;
}

/** Names of pools that other pools refer to. */
function namedPools(pools: readonly Checked<PoolResource>[]): Set<string> {
  const names = new Set<string>();
  for (const { resource } of pools) {
    for (const pool of [
      resource.nextPool,
      resource.recyclePool,
      resource.scratchPool,
      ...(resource.copyPool ?? []),
    ]) {
      if (pool) names.add(pool.name);
    }
  }
  return names;
}

/** Whether a job that writes to the pool will ever get a volume. */
function checkFillable(
  { node, resource }: Checked<PoolResource>,
  hasScratch: boolean,
  problems: Problems,
): void {
  if (resource.poolType !== undefined && resource.poolType !== 'Backup') {
    problems.add(
      'error',
      placeInNode(node, 'poolType'),
      `jobs write to ${labelOf(node)}, but its Pool Type ${resource.poolType} holds no backups`,
      'write "Pool Type = Backup"',
    );
    return;
  }
  const makesVolumes = resource.labelFormat !== undefined && resource.labelFormat !== '*';
  if (!makesVolumes && !resource.scratchPool && !hasScratch) {
    problems.add(
      'warning',
      node.block.name,
      `${labelOf(node)} makes no volumes by itself: a job waits until somebody gives the command "label"`,
      'add a Label Format, such as "Label Format = Vol-"',
    );
  } else if (!makesVolumes) {
    problems.add(
      'notice',
      node.block.name,
      `${labelOf(node)} makes no volumes by itself: its jobs need volumes of the scratch pool, or labelled by hand`,
      'add a Label Format, such as "Label Format = Vol-"',
    );
  }
}

function checkLabelFormat(
  { node, resource }: Checked<PoolResource>,
  counters: ReadonlySet<string | undefined>,
  problems: Problems,
): void {
  const { labelFormat = '' } = resource;
  for (const [counting, name] of labelFormat.matchAll(/\$\{(\w+)\+/g)) {
    if (counters.has(name)) continue;
    problems.add(
      'error',
      placeInNode(node, 'labelFormat'),
      `the Label Format "${labelFormat}" counts with "${counting}}", but there is no Counter "${name}"`,
      `define it, such as "Counter { Name = ${name}; Minimum = 1 }"`,
    );
  }
  // A format with "$" or braces is worked out for each volume.
  if (labelFormat !== '*' && !/[${}]/.test(labelFormat) && /[^A-Za-z0-9:._-]/.test(labelFormat)) {
    problems.add(
      'error',
      placeInNode(node, 'labelFormat'),
      `the Label Format "${labelFormat}" makes names that no volume may have`,
      'a volume name holds letters, digits and the characters : . - _',
    );
  }
}

function checkLimits({ node, resource }: Checked<PoolResource>, problems: Problems): void {
  const { maximumVolumeBytes = 0, maximumVolumeJobs = 0, useVolumeOnce } = resource;
  if (maximumVolumeBytes > 0 && maximumVolumeBytes < VOLUME_BYTES_MIN) {
    problems.add(
      'warning',
      placeInNode(node, 'maximumVolumeBytes'),
      `volumes of ${maximumVolumeBytes} bytes hardly hold one block of data each`,
      'write a size such as "Maximum Volume Bytes = 5 g"',
    );
  }
  if (useVolumeOnce && maximumVolumeJobs > 1) {
    problems.add(
      'warning',
      placeInNode(node, 'useVolumeOnce'),
      `Use Volume Once means one job for each volume, and Maximum Volume Jobs says ${maximumVolumeJobs}: one it is`,
    );
  }
}
