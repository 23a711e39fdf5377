import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readerOf } from '../../../volume/positioned-reader.ts';
import { findTail } from '../../../volume/tail.ts';
import { extractWithTar, listWithTar } from './gnu-tar.ts';
import {
  SESSION_TIME,
  blocksOf,
  endMember,
  labelMember,
  layOut,
  piecesOf,
  placeAfter,
  recordsMember,
  sessionMembers,
  startMember,
  type SampleFile,
} from './sample-volume.ts';

const file = (name: string, bytes: number): SampleFile => ({
  name,
  content: Buffer.alloc(bytes, `${name} `),
});
const blockBytes = 8192;
const first = [file('one/a', 3000), file('one/big', 30_000), file('one/c', 10)];
const second = [file('two/a', 100), file('two/b', 0)];
const hasZstd = spawnSync('zstd', ['--version']).status === 0;
const label = labelMember('A-Full-0001');

describe('zcat VOLUME | tar', () => {
  test('lists and extracts a volume of several sessions', async () => {
    const volume = layOut([
      label,
      ...(await sessionMembers(first, { volSessionId: 1, blockBytes })),
      ...(await sessionMembers(second, { volSessionId: 2, blockBytes })),
    ]);
    expect(listWithTar(volume)).toEqual({
      names: ['one/a', 'one/big', 'one/c', 'two/a', 'two/b'],
      errors: '',
      status: 0,
    });
    for (const { name, content } of [...first, ...second]) {
      expect(extractWithTar(volume, name).equals(content)).toBe(true);
    }
  });

  test('finds what follows on a volume that starts in the middle of a file', async () => {
    const pieces = await piecesOf(first, blockBytes);
    const inside = pieces.findIndex(({ startsAtEntry }) => !startsAtEntry);
    const volume = layOut([
      label,
      startMember(1, placeAfter(pieces.slice(0, inside), 1)),
      ...blocksOf(pieces, 1).slice(inside),
      endMember(placeAfter(pieces, 1)),
      ...(await sessionMembers(second, { volSessionId: 2, blockBytes })),
    ]);
    const { names, errors } = listWithTar(volume);
    expect(names).toEqual(['one/c', 'two/a', 'two/b']);
    expect(errors).toContain('Skipping to next header');
    expect(extractWithTar(volume, 'two/a').equals(second[0]!.content)).toBe(true);
  });

  test('reads a job that spans volumes when they are read one after the other', async () => {
    const pieces = await piecesOf(first, blockBytes);
    const blocks = blocksOf(pieces, 1);
    const one = layOut([label, startMember(1), ...blocks.slice(0, 3)]);
    const two = layOut([
      labelMember('A-Full-0002'),
      startMember(1, placeAfter(pieces.slice(0, 3), 1)),
      ...blocks.slice(3),
      endMember(placeAfter(pieces, 1)),
    ]);
    const both = Buffer.concat([one, two]);
    expect(listWithTar(both)).toMatchObject({ names: ['one/a', 'one/big', 'one/c'], status: 0 });
    expect(extractWithTar(both, 'one/big').equals(first[1]!.content)).toBe(true);
  });

  test('reads the jobs that follow one that was cut back, wherever it died', async () => {
    const dead = layOut([label, ...(await sessionMembers(first, { volSessionId: 1, blockBytes }))]);
    const next = await sessionMembers(second, { volSessionId: 2, blockBytes });
    const step = Math.floor(dead.length / 25);
    for (let bytes = label.length; bytes < dead.length; bytes += step) {
      const torn = dead.subarray(0, bytes);
      const { cutBytes, lastSession } = await findTail(readerOf(torn), undefined);
      const end = lastSession ? [endMember(lastSession.place, 'E')] : [];
      const volume = Buffer.concat([torn.subarray(0, cutBytes), layOut([...end, ...next], cutBytes)]);
      const { names, status, errors } = listWithTar(volume);
      expect({ bytes, status, errors }).toEqual({ bytes, status: 0, errors: '' });
      expect(names.slice(-2)).toEqual(['two/a', 'two/b']);
      for (const name of names.slice(0, -2)) {
        const original = first.find((one) => one.name === name)!;
        expect(extractWithTar(volume, name).equals(original.content)).toBe(true);
      }
    }
  });
});

describe.runIf(hasZstd)('zstd -dc VOLUME | tar', () => {
  test('reads zstd and gzip blocks, whichever come first', async () => {
    const pieces = await piecesOf(first, blockBytes);
    const place = placeAfter(pieces, 1);
    const zstd = [...blocksOf(pieces, 1, SESSION_TIME, 'zstd'), recordsMember(place), endMember(place)];
    const gzip = await sessionMembers(second, { volSessionId: 2, blockBytes });
    for (const sessions of [
      [startMember(1), ...zstd, ...gzip],
      [...gzip, startMember(1), ...zstd],
    ]) {
      const volume = layOut([label, ...sessions]);
      expect(listWithTar(volume, 'zstd -dc')).toMatchObject({ errors: '', status: 0 });
      for (const { name, content } of [...first, ...second])
        expect(extractWithTar(volume, name, 'zstd').equals(content)).toBe(true);
    }
  });
});
