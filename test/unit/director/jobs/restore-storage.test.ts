import { describe, expect, test } from 'vitest';
import { restoreSource } from '../../../../director/jobs/restore-storage.ts';
import { named, scratchDirectory, siteConf } from '../site.ts';

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

describe('the storage of a restore', () => {
  test('is the one that the volumes were written through', () => {
    const source = restoreSource([volume('A', 1), volume('B', 1)], options);
    expect(source).toMatchObject({
      storage: { name: 'File1' },
      deviceNames: ['FileStorage'],
      mediaType: 'File',
    });
  });

  test('takes several storages of one daemon together', () => {
    expect(restoreSource([volume('A', 1), volume('B', 2)], options).deviceNames).toEqual([
      'FileStorage',
      'Second',
    ]);
  });

  test('is another one with the media type when the conf has the old one no more', () => {
    expect(restoreSource([volume('A', 99)], options).storage.name).toBe('File1');
  });

  test('is the one that the admin names', () => {
    const chosen = named(storages, 'Far');
    expect(restoreSource([volume('A', 1)], { ...options, chosen }).storage.name).toBe('Far');
  });

  test('cannot be two daemons, nor two media types, nor none', () => {
    expect(() => restoreSource([volume('A', 1), volume('B', 3)], options)).toThrow(
      'several storage daemons: File1, Far',
    );
    expect(() => restoreSource([volume('A', 1), volume('B', 1, 'Tape')], options)).toThrow(
      'media types File, Tape',
    );
    expect(() => restoreSource([volume('A', 1, 'Tape')], options)).toThrow('no Storage of the conf has that');
  });
});
