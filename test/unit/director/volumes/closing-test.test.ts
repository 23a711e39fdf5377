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

/** Each limit reached, none passed, in the order in which they are looked at. */
const REACHED = {
  bytes: { maxVolBytes: 1000 },
  jobs: { maxVolJobs: 1 },
  files: { maxVolFiles: 1, volFiles: 1 },
  duration: { volUseDuration: 23 * 3600, firstWritten: new Date(NOW.getTime() - 23 * 3_600_000) },
} satisfies Record<string, Partial<VolumeLimits>>;
const ALL = { ...REACHED.bytes, ...REACHED.jobs, ...REACHED.files, ...REACHED.duration };
const more = { useVolumeOnce: false, now: NOW };
const once = { useVolumeOnce: true, now: NOW };

describe('a volume is closed', () => {
  test.each([
    [
      'as Full at Maximum Volume Bytes',
      REACHED.bytes,
      { volBytes: 999 },
      'Max Volume bytes=1000 exceeded. Marking Volume "Vol-1" as Full.',
    ],
    [
      'as Used at Maximum Volume Jobs',
      { ...REACHED.jobs, maxVolJobs: 3, volJobs: 3 },
      { volJobs: 2 },
      'Max Volume jobs=3 exceeded. Marking Volume "Vol-1" as Used.',
    ],
    [
      'as Used at Maximum Volume Files',
      { maxVolFiles: 2, volFiles: 2 },
      { volFiles: 1 },
      'Max Volume files=2 exceeded. Marking Volume "Vol-1" as Used.',
    ],
    [
      'as Used when Volume Use Duration has passed since the first write',
      REACHED.duration,
      { volUseDuration: 23 * 3600 + 1 },
      'Max configured use duration=23 hours exceeded. Marking Volume "Vol-1" as Used.',
    ],
  ])('%s, and not before', (_, reached, before, message) => {
    const closing = closingOf(volume(1, reached), more);
    expect(closing).toEqual({ status: message.includes('as Full') ? 'Full' : 'Used', message });
    expect(closingOf(volume(1, { ...reached, ...before }), more)).toBeUndefined();
  });

  test('as Used by its first job where the Pool says Use Volume Once', () => {
    expect(closingOf(volume(1), once)).toEqual({
      status: 'Used',
      message: 'Use Volume Once is set. Marking Volume "Vol-1" as Used.',
    });
    expect(closingOf(volume(1), more)).toBeUndefined();
  });

  test('by the first limit that is reached: bytes, once, jobs, files, duration', () => {
    const why = (limits: Partial<VolumeLimits>, options = more) =>
      closingOf(volume(1, limits), options)?.message.match(/^(Use Volume Once|Max \D*)/)?.[0];
    expect(why(ALL, once)).toBe('Max Volume bytes=');
    expect(why({ ...ALL, maxVolBytes: 0 }, once)).toBe('Use Volume Once');
    expect(why({ ...ALL, maxVolBytes: 0 })).toBe('Max Volume jobs=');
    expect(why({ ...REACHED.files, ...REACHED.duration })).toBe('Max Volume files=');
    expect(why(REACHED.duration)).toBe('Max configured use duration=');
  });

  test('never by a limit of 0, which means none', () => {
    const full = { volBytes: 10 ** 15, volJobs: 10_000, volFiles: 10_000, firstWritten: new Date(0) };
    expect(closingOf(volume(1, full), more)).toBeUndefined();
  });

  test('never before a job has written on it', () => {
    expect(closingOf(volume(1, { ...ALL, volJobs: 0 }), once)).toBeUndefined();
  });
});
