import { expect, test } from 'vitest';
import { volumeNameProblem } from '../../../volume/volume-name.ts';

test.each(['A-Full-0001', 'Vol:1.2_3', 'x', 'x'.repeat(127), '...'])(
  '%s can be the name of a volume',
  (name) => {
    expect(volumeNameProblem(name)).toBeUndefined();
  },
);

test.each([
  ['bad name/1', 'Illegal character " " in a volume name.'],
  ['a/b', 'Illegal character "/" in a volume name.'],
  ['a\0', 'Illegal character "\0" in a volume name.'],
  ['ä', 'Illegal character "ä" in a volume name.'],
  ['', 'A volume name must not be empty.'],
  ['..', '".." cannot be a volume name: it is a directory.'],
  ['x'.repeat(128), 'A volume name of 128 characters: at most 127.'],
])('%j cannot: %s', (name, problem) => {
  expect(volumeNameProblem(name)).toBe(problem);
});
