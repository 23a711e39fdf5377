import { expect, test } from 'vitest';
import { baseName, splitPath } from '../../../catalog/entry-path.ts';

const split = (path: string) => {
  const { parent, name } = splitPath(Buffer.from(path));
  return [String(parent), String(name)];
};

test.each([
  ['/home/bob/notes', '/home/bob/', 'notes'],
  ['/home/bob/', '/home/', 'bob/'],
  ['/home/', '/', 'home/'],
  ['/notes', '/', 'notes'],
  ['/', '', '/'],
  ['C:/', '', 'C:/'],
  ['C:/boot.ini', 'C:/', 'boot.ini'],
  ['', '', ''],
  ['x', '', 'x'],
])('%s is split into its directory and its name', (path, parent, name) => {
  expect(split(path)).toEqual([parent, name]);
});

test('a base name has no slash', () => {
  expect(String(baseName(Buffer.from('bob/')))).toBe('bob');
  expect(String(baseName(Buffer.from('notes')))).toBe('notes');
});
