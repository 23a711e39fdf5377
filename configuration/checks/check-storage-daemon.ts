import { deviceTypeOf } from '../device-type.ts';
import type { Problems } from '../problem.ts';
import { labelOf, placeInNode, type ResourceNode } from '../resource-node.ts';
import { placeOf } from '../source.ts';
import type { AutochangerResource, DeviceResource, StorageDaemonResource } from '../storage-resources.ts';
import { checkedOf, type Checked } from './check-conf.ts';

/** What is wrong or surprising in a storage daemon's conf although every directive by itself is right. */
export function checkStorageDaemon(nodes: readonly ResourceNode[], problems: Problems): void {
  for (const { node, resource } of checkedOf<StorageDaemonResource>(nodes, 'Storage')) {
    if (resource.sdAddress !== undefined && (resource.sdAddresses?.length ?? 0) > 0) {
      problems.add(
        'warning',
        placeInNode(node, 'sdAddress'),
        'SD Addresses is given too: SD Address does not count',
      );
    }
  }
  const devices = checkedOf<DeviceResource>(nodes, 'Device');
  for (const device of devices) checkDevice(device, problems);
  checkSharedDirectories(devices, problems);
  for (const { node, resource } of checkedOf<AutochangerResource>(nodes, 'Autochanger')) {
    const types = new Set(resource.devices?.map((device) => device.mediaType));
    if (types.size > 1) {
      problems.add(
        'error',
        placeInNode(node, 'devices'),
        `the devices of ${labelOf(node)} have different Media Types: ${[...types].join(', ')}`,
        'give all of them the same one: a volume must fit every drive',
      );
    }
  }
}

function checkDevice({ node, resource }: Checked<DeviceResource>, problems: Problems): void {
  const type = deviceTypeOf(resource);
  if (type !== 'File') {
    problems.add(
      'warning',
      placeInNode(node, resource.deviceType === undefined ? 'archiveDevice' : 'deviceType'),
      `${labelOf(node)} is of type ${type}, and only directories are written: its jobs will fail`,
      'name a directory as Archive Device, with "Device Type = File"',
    );
    return;
  }
  if (!resource.labelMedia && !resource.readOnly) {
    problems.add(
      'notice',
      node.block.name,
      `${labelOf(node)} makes no volumes by itself: they are made with the command "label"`,
      'add "Label Media = yes"',
    );
  }
}

/** Volumes of two media types in one directory are looked for under the wrong one. */
function checkSharedDirectories(devices: readonly Checked<DeviceResource>[], problems: Problems): void {
  const first = new Map<string, Checked<DeviceResource>>();
  for (const device of devices) {
    const { archiveDevice, mediaType } = device.resource;
    if (archiveDevice === undefined) continue;
    const earlier = first.get(archiveDevice);
    if (!earlier) {
      first.set(archiveDevice, device);
    } else if (earlier.resource.mediaType !== mediaType) {
      problems.add(
        'warning',
        placeInNode(device.node, 'mediaType'),
        `${labelOf(device.node)} and ${labelOf(earlier.node)} (${placeOf(earlier.node.block.name)}) use one directory with different Media Types`,
        'give both the same Media Type, or each a directory of its own',
      );
    }
  }
}
