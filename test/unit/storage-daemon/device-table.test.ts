import { describe, expect, test } from 'vitest';
import type { DeviceResource } from '../../../configuration/storage-conf.ts';
import { DeviceTable } from '../../../storage-daemon/device-table.ts';
import { nodeFiles } from '../../../storage-daemon/storage-file.ts';
import { scratchDirectory } from './append-harness.ts';

function resource(name: string, more: Partial<DeviceResource> = {}): DeviceResource {
  const base = {
    name,
    mediaType: 'File',
    archiveDevice: '/backup/volumes',
    labelMedia: true,
    minimumFreeSpace: 0,
    maximumVolumeSize: 0,
    maximumConcurrentJobs: 0,
    readOnly: false,
    enabled: true,
    volumePollInterval: 60,
    requiresMount: false,
    autoSelect: true,
  };
  return { ...base, ...more } as DeviceResource;
}

function tableOf(devices: DeviceResource[], autochanger: DeviceResource[] = []): DeviceTable {
  const table = new DeviceTable(nodeFiles, 'peer-sd');
  table.configure({ devices, autochangers: [{ name: 'Changer', devices: autochanger } as never] });
  return table;
}

const names = (
  table: DeviceTable,
  deviceNames: string[],
  purpose: 'read' | 'write' = 'write',
  mediaType = 'File',
) => table.find({ deviceNames, mediaType, purpose }).map(({ name }) => name);

describe('the devices that will do', () => {
  const [a, b, c] = [
    resource('A'),
    resource('B', { mediaType: 'Other' }),
    resource('C', { autoSelect: false }),
  ];
  const table = tableOf(
    [
      a,
      b,
      c,
      resource('Off', { enabled: false }),
      resource('RO', { readOnly: true }),
      resource('Tape', { deviceType: 'Tape' }),
    ],
    [a, c],
  );

  test('are those of the names, in their order, with the Media Type', () => {
    expect(names(table, ['C', 'A', 'B'])).toEqual(['C', 'A']);
    expect(names(table, ['B', 'A'], 'write', '')).toEqual(['B', 'A']);
  });

  test('are the drives of an Autochanger, without those that have to be named themselves', () => {
    expect(names(table, ['Changer'])).toEqual(['A']);
    expect(table.drives('Changer', 0).map(({ name }) => name)).toEqual(['A']);
    expect(() => table.drives('Changer', 1)).toThrow('"Changer" has no drive 1');
  });

  test('are for reading also the read-only ones', () => {
    expect(names(table, ['RO'], 'read')).toEqual(['RO']);
  });

  test.each([
    [['Nowhere'], 'Storage daemon "peer-sd" has no Device or Autochanger "Nowhere"'],
    [['B'], 'its Media Type is "Other", the Director asks for "File"'],
    [['RO'], 'its resource says "Read Only = yes"'],
    [['Off'], 'its resource says "Enabled = no"'],
    [['Tape'], 'it is of type Tape, and volumes are files in a directory'],
  ])('are none for %j, with the reason', (deviceNames, reason) => {
    expect(() => names(table, deviceNames)).toThrow(reason);
  });
});

test.each([
  ['FileChgr7', 'Correct Device in the Director\'s Storage resource: did you mean "FileChgr1"?'],
  ['Tape', 'Correct Device in the Director\'s Storage resource: there are "Changer", "FileChgr1".'],
])('a Device %s that is not there is answered with what is', (name, hint) => {
  expect(() => tableOf([resource('FileChgr1')]).named(name)).toThrow(expect.objectContaining({ hint }));
});

test('a device takes no more sessions than its Maximum Concurrent Jobs', () => {
  const archiveDevice = scratchDirectory();
  const [device] = tableOf([resource('A', { maximumConcurrentJobs: 1, archiveDevice })]).devices;
  const held = device!.takeDrive();
  expect(device!.hasDrive).toBe(false);
  expect(() => device!.takeDrive()).toThrow('already has 1 jobs, its Maximum Concurrent Jobs');
  held[Symbol.dispose]();
  device!.takeDrive()[Symbol.dispose]();
});

test('devices on one directory share the claims on its volumes, also over a reload', () => {
  const archiveDevice = scratchDirectory();
  const table = tableOf([resource('A', { archiveDevice }), resource('B', { archiveDevice })]);
  const claim = table.devices[0]!.claim('V', 'append');
  expect(() => table.devices[1]!.claim('V', 'append')).toThrow('Volume "V" on device "B"');
  table.configure({ devices: [resource('C', { archiveDevice })], autochangers: [] });
  expect(() => table.devices[0]!.claim('V', 'overwrite')).toThrow('is in use by another job');
  claim[Symbol.dispose]();
  table.devices[0]!.claim('V', 'overwrite')[Symbol.dispose]();
});
