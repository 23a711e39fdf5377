import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ChangedFiles, plainFiles } from '../../../bench/data-sets/changed-files.ts';
import { makeDataSet } from '../../../bench/data-sets/data-sets.ts';
import { compareTrees } from '../../../tools/compare-trees.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('one file in a hundred is changed, and is afterwards as before, its time included', () => {
  using directory = temporaryDirectory();
  const [data, before] = [join(directory.path, 'data'), join(directory.path, 'before')];
  makeDataSet('small', data, 0.005);
  makeDataSet('small', before, 0.005);
  const files = plainFiles(data);
  expect(files).toHaveLength(1_000);
  {
    using changed = new ChangedFiles(data, files, 1);
    expect(changed.count).toBeGreaterThan(1);
    expect(changed.count).toBeLessThan(30);
    const { differences } = compareTrees(data, before, { differencesMax: Infinity });
    expect(differences.filter(({ what }) => what === 'size')).toHaveLength(changed.count);
  }
  expect(compareTrees(data, before).differences).toEqual([]);
});

test('a time before 1970 comes back to the nanosecond', () => {
  using directory = temporaryDirectory();
  makeDataSet('mixed', directory.path, 0.001);
  const file = join(directory.path, 'misc', 'mtime-1969');
  const { mtimeNs } = lstatSync(file, { bigint: true });
  expect(mtimeNs).toBeLessThan(0n);
  {
    using _changed = new ChangedFiles(directory.path, [file], 1);
    expect(lstatSync(file, { bigint: true }).mtimeNs).toBeGreaterThan(0n);
  }
  expect(lstatSync(file, { bigint: true }).mtimeNs).toBe(mtimeNs);
  expect(readFileSync(file, 'utf8')).toBe('1969');
});

test('only files with plain names on the whole way can be chosen', () => {
  using directory = temporaryDirectory();
  mkdirSync(join(directory.path, 'a b'));
  for (const name of ['a b/inside', 'plain.txt', "quo'ted"]) writeFileSync(join(directory.path, name), '');
  expect(plainFiles(directory.path)).toEqual([join(directory.path, 'plain.txt')]);
});

test('the same data set is made twice, odd entries included', () => {
  using directory = temporaryDirectory();
  const [one, other] = [join(directory.path, 'one'), join(directory.path, 'other')];
  makeDataSet('mixed', one, 0.001);
  makeDataSet('mixed', other, 0.001);
  const { entries, differences } = compareTrees(one, other);
  expect(entries).toBeGreaterThan(500);
  expect(differences).toEqual([]);
});
