import type {
  ClientResource,
  CounterResource,
  DirectorResource,
  MessagesResource,
  StorageResource,
} from '../director-resources.ts';
import type { Problems } from '../problem.ts';
import { labelOf, placeInNode, type ResourceNode } from '../resource-node.ts';
import { checkedOf } from './check-conf.ts';
import { checkFileSets } from './check-file-set.ts';
import { checkJobs } from './check-job.ts';
import { checkPools } from './check-pool.ts';
import { checkSchedules } from './check-schedule.ts';

/** What is wrong or surprising in a Director's conf although every directive by itself is right. */
export function checkDirector(nodes: readonly ResourceNode[], problems: Problems): void {
  checkListenAddresses(nodes, problems);
  checkClients(nodes, problems);
  checkStorages(nodes, problems);
  checkSchedules(nodes, problems);
  checkCounters(nodes, problems);
  checkMailLogins(nodes, problems);
  checkJobs(nodes, problems);
  checkPools(nodes, problems);
  checkFileSets(nodes, problems);
}

function checkMailLogins(nodes: readonly ResourceNode[], problems: Problems): void {
  for (const { node, resource } of checkedOf<MessagesResource>(nodes, 'Messages')) {
    const { mailUser, mailPassword } = resource;
    if ((mailUser === undefined) === (mailPassword === undefined)) continue;
    const [given, missing] =
      mailUser === undefined
        ? (['mailPassword', 'Mail User'] as const)
        : (['mailUser', 'Mail Password'] as const);
    problems.add('error', placeInNode(node, given), `a login at the mail server needs ${missing}, too`);
  }
}

function checkListenAddresses(nodes: readonly ResourceNode[], problems: Problems): void {
  for (const { node, resource } of checkedOf<DirectorResource>(nodes, 'Director')) {
    if (resource.dirAddress !== undefined && (resource.dirAddresses?.length ?? 0) > 0) {
      problems.add(
        'warning',
        placeInNode(node, 'dirAddress'),
        'Dir Addresses is given too: Dir Address does not count',
      );
    }
  }
}

function checkClients(nodes: readonly ResourceNode[], problems: Problems): void {
  for (const { node, resource } of checkedOf<ClientResource>(nodes, 'Client')) {
    if (resource.address === undefined && !resource.allowFdConnections && !node.spans.has('address')) {
      problems.add(
        'error',
        node.block.name,
        `${labelOf(node)} has no Address`,
        'add "Address = host.example.org"; only a client with "Allow FD Connections = yes" needs none',
      );
    }
    if (resource.address?.startsWith('|')) {
      problems.add(
        'warning',
        placeInNode(node, 'address'),
        `${labelOf(node)} cannot be reached: commands that find an Address do not run yet`,
        'write the host name or address itself',
      );
    }
    const { fileRetention = 0, jobRetention = 0 } = resource;
    if (node.spans.has('fileRetention') && fileRetention > jobRetention && jobRetention > 0) {
      problems.add(
        'warning',
        placeInNode(node, 'fileRetention'),
        `${labelOf(node)} keeps files longer than the jobs they belong to: they go with the job`,
        'make Job Retention at least as long as File Retention',
      );
    }
  }
}

const LOCAL_ADDRESSES = new Set(['localhost', '127.0.0.1', '::1']);

/** `localhost` as the Address of a Storage is handed to the clients, where it means themselves. */
function checkStorages(nodes: readonly ResourceNode[], problems: Problems): void {
  const remote = checkedOf<ClientResource>(nodes, 'Client').find(
    ({ resource }) =>
      resource.address !== undefined &&
      !LOCAL_ADDRESSES.has(resource.address) &&
      resource.fdStorageAddress === undefined,
  );
  if (!remote) return;
  for (const { node, resource } of checkedOf<StorageResource>(nodes, 'Storage', 'Autochanger')) {
    const { address = '', fdStorageAddress } = resource;
    if (!LOCAL_ADDRESSES.has(address) || fdStorageAddress !== undefined) continue;
    problems.add(
      'warning',
      placeInNode(node, 'address'),
      `clients are told to reach ${labelOf(node)} at "${address}", which ${labelOf(remote.node)} takes for itself`,
      'give the name of the machine that clients know, here or as FD Storage Address',
    );
  }
}

function checkCounters(nodes: readonly ResourceNode[], problems: Problems): void {
  for (const { node, resource } of checkedOf<CounterResource>(nodes, 'Counter')) {
    if ((resource.minimum ?? 0) > (resource.maximum ?? 0)) {
      problems.add(
        'error',
        placeInNode(node, 'minimum'),
        `the Minimum of ${labelOf(node)} is above its Maximum`,
      );
    }
    if (wrapsItself(resource)) {
      problems.add(
        'error',
        placeInNode(node, 'wrapCounter'),
        `${labelOf(node)} is counted up by its own wrapping: its Wrap Counters form a circle`,
      );
    }
  }
}

function wrapsItself(counter: Partial<CounterResource>): boolean {
  const seen = new Set<unknown>();
  for (let next: Partial<CounterResource> | undefined = counter; next; next = next.wrapCounter) {
    if (seen.has(next)) return true;
    seen.add(next);
  }
  return false;
}
