import { describe, expect, test } from 'vitest';
import { closingOf, type VolumeLimits } from '../../../../director/volumes/closing-test.ts';

const NOW = new Date('2026-11-21T03:40:00Z');

function volume(mediaId: number, changes: Partial<VolumeLimits> = {}): VolumeLimits {
  return {
    volumeName: `Vol-${mediaId}`,
    firstWritten: NOW,
    volJobs: 1,
    volFiles: 0,
    volBytes: 1000,
    maxVolBytes: 0,
    maxVolJobs: 0,
    maxVolFiles: 0,
    volUseDuration: 0,
    ...changes,
  };
}

describe('the closing test', () => {
  const once = { useVolumeOnce: false, now: NOW };
  const written = new Date(NOW.getTime() - 23 * 3_600_000);

  test('never closes a volume that no job has written', () => {
    expect(closingOf(volume(1, { volJobs: 0, maxVolBytes: 1, volBytes: 200 }), once)).toBeUndefined();
  });

  test('tells Full by bytes first, then Used by the other limits', () => {
    const all = { maxVolBytes: 1000, maxVolJobs: 1, maxVolFiles: 1, volFiles: 1 };
    expect(closingOf(volume(1, all), once)?.status).toBe('Full');
    expect(closingOf(volume(1, { ...all, maxVolBytes: 1001 }), once)?.message).toContain('Max Volume jobs=1');
    expect(closingOf(volume(1, { maxVolFiles: 1, volFiles: 1 }), once)?.message).toContain(
      'Max Volume files=1',
    );
  });

  test('counts Volume Use Duration from the first write', () => {
    const used = volume(1, { firstWritten: written, volUseDuration: 23 * 3600 });
    expect(closingOf(used, once)?.message).toBe(
      'Max configured use duration=23 hours exceeded. Marking Volume "Vol-1" as Used.',
    );
    expect(closingOf({ ...used, volUseDuration: 23 * 3600 + 1 }, once)).toBeUndefined();
  });

  test('closes after one job when the pool uses volumes once', () => {
    expect(closingOf(volume(1), { useVolumeOnce: true, now: NOW })?.status).toBe('Used');
    expect(closingOf(volume(1), once)).toBeUndefined();
  });
});
