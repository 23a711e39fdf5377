import { describe, expect, test } from 'vitest';
import { closingOf } from '../../../../director/volumes/closing-test.ts';
import {
  chooseVolume,
  type CandidateVolume,
  type VolumeQuestion,
} from '../../../../director/volumes/volume-choice.ts';

const NOW = new Date('2026-11-21T03:40:00Z');

function volume(mediaId: number, changes: Partial<CandidateVolume> = {}): CandidateVolume {
  return {
    mediaId,
    volumeName: `Vol-${mediaId}`,
    volStatus: 'Append',
    labelDate: NOW,
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

function question(changes: Partial<VolumeQuestion<CandidateVolume>> = {}): VolumeQuestion<CandidateVolume> {
  return {
    append: [],
    recyclable: [],
    inUse: new Set(),
    refused: new Set(),
    now: NOW,
    pool: { useVolumeOnce: false, labelFormat: 'Vol-', maximumVolumes: 0, volumeCount: 3 },
    ...changes,
  };
}

const byHand = { useVolumeOnce: false, maximumVolumes: 0, volumeCount: 3 };

describe('chooseVolume', () => {
  test('takes the first volume that can be appended to', () => {
    const append = [volume(2), volume(1)];
    expect(chooseVolume(question({ append }))).toEqual({ kind: 'append', volume: append[0] });
  });

  test('never offers a volume that another job writes', () => {
    const append = [volume(2), volume(1)];
    expect(chooseVolume(question({ append, inUse: new Set([2]) }))).toMatchObject({
      kind: 'append',
      volume: append[1],
    });
  });

  test('does not offer a volume again that did not do', () => {
    expect(chooseVolume(question({ append: [volume(2)], refused: new Set([2]) })).kind).toBe('create');
  });

  test('labels a volume whose row was made but which was never labelled', () => {
    const append = [volume(2, { labelDate: undefined, volJobs: 0, volBytes: 0 })];
    expect(chooseVolume(question({ append })).kind).toBe('label');
  });

  test('closes a volume that has reached a limit before anything else', () => {
    const append = [volume(2, { maxVolJobs: 1 }), volume(1)];
    expect(chooseVolume(question({ append }))).toMatchObject({
      kind: 'close',
      closing: { status: 'Used', message: 'Max Volume jobs=1 exceeded. Marking Volume "Vol-2" as Used.' },
    });
  });

  test('recycles before it makes a new volume', () => {
    const recyclable = [volume(3, { volStatus: 'Purged' })];
    expect(chooseVolume(question({ recyclable }))).toEqual({ kind: 'recycle', volume: recyclable[0] });
  });

  test('makes a new volume only within Maximum Volumes', () => {
    const pool = { useVolumeOnce: false, labelFormat: 'Vol-', volumeCount: 3 };
    expect(chooseVolume(question({ pool: { ...pool, maximumVolumes: 4 } })).kind).toBe('create');
    expect(chooseVolume(question({ pool: { ...pool, maximumVolumes: 3 } })).kind).toBe('none');
  });

  test('makes none where volumes are labelled by hand', () => {
    expect(chooseVolume(question({ pool: byHand })).kind).toBe('none');
    expect(chooseVolume(question({ pool: { ...byHand, labelFormat: '*' } })).kind).toBe('none');
  });

  test('says so when a volume that would do is only busy', () => {
    const append = [volume(2)];
    expect(chooseVolume(question({ append, inUse: new Set([2]), pool: byHand }))).toEqual({
      kind: 'busy',
      volume: append[0],
    });
  });
});

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
