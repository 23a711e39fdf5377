import { describe, expect, test } from 'vitest';
import type { StorageGroup } from '../../../../configuration/runs/run-choice.ts';
import { storageOrder, type StorageCandidate } from '../../../../director/jobs/storage-order.ts';
import { freeBytesOf } from '../../../../director/jobs/take-storage.ts';
import type { DeviceStatus } from '../../../../proto/noctule/storage/v1/storage_daemon.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const conf = siteConf(scratchDirectory(), {
  extra: ['A', 'B', 'C']
    .map(
      (name) => `Storage { Name = ${name}; Address = x; Password = x; Device = ${name}; Media Type = File }`,
    )
    .join('\n'),
});
const storage = (name: string) => named(conf.storages, name);

function candidate(name: string, changes: Partial<StorageCandidate> = {}): StorageCandidate {
  const idle = { jobs: 0, hasRoom: true, freeBytes: 100, lastBackup: undefined };
  return { storage: storage(name), ...idle, ...changes };
}

function namesBy(policy: StorageGroup['policy'], candidates: StorageCandidate[], thresholdBytes = 0) {
  return storageOrder(candidates, { policy, thresholdBytes }).map((one) => one.storage.name);
}

describe('the Storages of a group are tried', () => {
  test('in the order of the conf', () => {
    const busy = candidate('A', { jobs: 3 });
    expect(namesBy('ListedOrder', [busy, candidate('B'), candidate('C')])).toEqual(['A', 'B', 'C']);
  });

  test('from the one with the fewest jobs, equals in the order of the conf', () => {
    const of = [candidate('A', { jobs: 2 }), candidate('B', { jobs: 1 }), candidate('C', { jobs: 1 })];
    expect(namesBy('LeastUsed', of)).toEqual(['B', 'C', 'A']);
  });

  test('from the one with the most free space', () => {
    const of = [candidate('A', { freeBytes: 5 }), candidate('B', { freeBytes: 70 }), candidate('C')];
    expect(namesBy('FreeSpace', of)).toEqual(['C', 'B', 'A']);
  });

  test('by jobs among those with nearly the most free space, then by space', () => {
    const of = [
      candidate('A', { freeBytes: 100, jobs: 2 }),
      candidate('B', { freeBytes: 89 }),
      candidate('C', { freeBytes: 90, jobs: 1 }),
    ];
    expect(namesBy('FreeSpaceLeastUsed', of, 10)).toEqual(['C', 'A', 'B']);
    expect(namesBy('FreeSpaceLeastUsed', of)).toEqual(['A', 'C', 'B']);
  });

  test('from the one to which the Job was backed up longest ago, or never', () => {
    const at = (day: number) => ({ lastBackup: new Date(2026, 10, day) });
    const of = [candidate('A', at(9)), candidate('B', at(3)), candidate('C')];
    expect(namesBy('LastBackedUpTo', of)).toEqual(['C', 'B', 'A']);
  });

  test.each(['ListedOrder', 'LeastUsed', 'FreeSpace', 'FreeSpaceLeastUsed', 'LastBackedUpTo'] as const)(
    'with %s only then where there is no room when there is none anywhere else',
    (policy) => {
      const full = candidate('A', { hasRoom: false, freeBytes: 900 });
      expect(namesBy(policy, [full, candidate('B')])).toEqual(['B', 'A']);
    },
  );
});

describe('the free space of a Storage', () => {
  const device = (name: string, changes: Partial<DeviceStatus> = {}): DeviceStatus => ({
    ...{ name, archiveDevice: `/${name}`, mediaType: 'File', freeBytes: 10, totalBytes: 99 },
    ...{ mounted: [], sessions: 0, sessionsMax: 0, minimumFreeBytes: 0 },
    ...{ unmounted: false, disabled: false, readOnly: false, problem: '' },
    ...changes,
  });

  test('is that of its device, or of the drive with the most', () => {
    const devices = [device('A', { freeBytes: 10 }), device('Drive-1', { freeBytes: 50 })];
    expect(freeBytesOf(storage('A'), { devices })).toBe(10);
    expect(freeBytesOf(storage('B'), { devices })).toBe(50);
  });

  test.each([
    { unmounted: true },
    { disabled: true },
    { readOnly: true },
    { problem: 'its disk is not there' },
    { mediaType: 'Other' },
  ])('is none with a device of which this holds: %o', (changes) => {
    expect(freeBytesOf(storage('A'), { devices: [device('A', changes)] })).toBe(
      'no device of it with Media Type "File" can be written to now; "status storage=A" says why',
    );
  });
});
