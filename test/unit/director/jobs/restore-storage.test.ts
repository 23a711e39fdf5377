import { describe, expect, test } from 'vitest';
import { namesOf, restoreParts, restoreSources } from '../../../../director/jobs/restore-storage.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const { storages } = siteConf(scratchDirectory(), {
  extra: `
Storage { Name = Twin; Address = 127.0.0.1; Password = sdpw; Device = Second; Media Type = File }
Storage { Name = Far; Address = far; Password = sdpw; Device = D; Media Type = File }
`,
});
const ids = ['File1', 'Twin', 'Far'];
const options = { storages, nameOf: (storageId: number) => ids[storageId - 1] };

function volume(volumeName: string, storageId: number, mediaType = 'File') {
  return { volumeName, mediaType, storageId };
}

describe('the storages of a restore', () => {
  test('are those that the volumes were written through', () => {
    const [source, ...others] = restoreSources([volume('A', 1), volume('B', 1)], options);
    expect(source).toMatchObject({
      storage: { name: 'File1' },
      deviceNames: ['FileStorage'],
      mediaType: 'File',
    });
    expect(others).toEqual([]);
  });

  test('are one when they are of one daemon and media type', () => {
    const sources = restoreSources([volume('A', 1), volume('B', 2)], options);
    expect(sources.map(({ deviceNames }) => deviceNames)).toEqual([['FileStorage', 'Second']]);
  });

  test('are several when they are of several daemons', () => {
    const sources = restoreSources([volume('A', 1), volume('B', 3), volume('C', 1)], options);
    expect(sources.map(({ storage, volumeNames }) => [storage.name, ...volumeNames])).toEqual([
      ['File1', 'A', 'C'],
      ['Far', 'B'],
    ]);
    expect(namesOf(sources)).toEqual(['File1', 'Far']);
  });

  test('come with another one of the media type when the conf has the old one no more', () => {
    expect(restoreSources([volume('A', 99)], options)[0]!.storage.name).toBe('File1');
  });

  test('are the one that the admin names, whatever wrote the volumes', () => {
    const chosen = named(storages, 'Far');
    const sources = restoreSources([volume('A', 1), volume('B', 3)], { ...options, chosen });
    expect(sources.map(({ storage }) => storage.name)).toEqual(['Far']);
  });

  test('are told apart by their media type when they are one Storage', () => {
    const chosen = named(storages, 'Far');
    const sources = restoreSources([volume('A', 1), volume('B', 1, 'Tape')], { ...options, chosen });
    expect(namesOf(sources)).toEqual(['Far (File)', 'Far (Tape)']);
  });

  test('cannot be none', () => {
    expect(() => restoreSources([], options)).toThrow('lie on no volume');
    expect(() => restoreSources([volume('A', 1, 'Tape')], options)).toThrow(
      'no Storage of the conf has that',
    );
  });
});

describe('the parts of a restore', () => {
  const stretch = (volumeName: string, storageId: number, jobRank: number, streamOffset = 0) => ({
    ...volume(volumeName, storageId),
    ...{ jobRank, streamOffset, volSessionId: jobRank + 1, volSessionTime: 7 },
  });
  const partsOf = (...stretches: ReturnType<typeof stretch>[]) =>
    restoreParts(stretches, options).map(({ source, until }) => [
      source.storage.name,
      ...(until ? [until.jobRank, until.streamOffset, until.volSessionId] : []),
    ]);

  test('follow the order of the plan, and a storage may come again', () => {
    expect(partsOf(stretch('A', 1, 0), stretch('B', 3, 1), stretch('C', 1, 2))).toEqual([
      ['File1', 1, 0, 2],
      ['Far', 2, 0, 3],
      ['File1'],
    ]);
  });

  test('end in the middle of a job whose volumes lie on two storages', () => {
    expect(partsOf(stretch('A', 1, 0), stretch('B', 1, 0, 512), stretch('C', 3, 0, 1024))).toEqual([
      ['File1', 0, 1024, 1],
      ['Far'],
    ]);
  });
});
