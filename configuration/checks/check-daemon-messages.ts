import type { Problems } from '../problem.ts';
import { labelOf, type ResourceNode } from '../resource-node.ts';
import type { Destination } from '../values/destination.ts';
import { checkedOf } from './check-conf.ts';

/**
 * In a storage daemon or a client a Messages resource has a line for the Director, which sends on what is said about jobs. What
 * else it names gets nothing: the daemon's own messages are in its log.
 */
export function checkDaemonMessages(nodes: readonly ResourceNode[], problems: Problems): void {
  for (const { node, resource } of checkedOf<{ destinations: readonly Destination[] }>(nodes, 'Messages')) {
    const kinds = new Set(resource.destinations?.map(({ kind }) => kind));
    kinds.delete('director');
    if (kinds.size === 0) continue;
    problems.add(
      'notice',
      node.block.name,
      `${[...kinds].join(', ')} of ${labelOf(node)} ${kinds.size === 1 ? 'gets' : 'get'} nothing here: what is said about jobs goes to the Director, the rest into the daemon's log`,
      'give the destination to the Messages resource of the Director',
    );
  }
}
