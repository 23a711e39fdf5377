import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileFileSet } from '../../../file-daemon/fileset/include-rules.ts';
import { compareWalkOrder, isBelow } from '../../../file-daemon/walk/walk-order.ts';
import { Walker } from '../../../file-daemon/walk/walker.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include, options } from './support/file-sets.ts';
import { makeFiles } from './support/walked.ts';

const name = fc.constantFrom('a', 'b', 'a!', 'a0', '!', 'ab');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
/** Without one that would be a file as well as a directory. */
const tree = fc
  .uniqueArray(path, { maxLength: 12 })
  .map((paths) => paths.filter((one) => !paths.some((other) => isBelow(`/${other}`, `/${one}`))));
const paths = fc.array(path, { maxLength: 5 });

function visit(root: string, files: string[], excludes: string[]): string[] {
  const visited: string[] = [];
  const blocks = [
    options({ wild: excludes.map((exclude) => join(root, exclude)), exclude: true }),
    options(),
  ];
  const set = excludes.length === 0 ? [include(files)] : [include(files, blocks)];
  new Walker(compileFileSet(fileSet(set)), {
    entry: ({ path }) => visited.push(path),
    unseen: (path) => expect.fail(path),
    notice: () => undefined,
    entering: () => undefined,
  }).run();
  return visited;
}

/** What is to be visited, by the definition: below the nearest File entry nothing on the way is excluded. */
function isSelected(path: string, files: string[], excludes: string[]): boolean {
  if (files.includes(path)) return true;
  const isUnderFileEntry = files.some((file) => isBelow(path, file));
  if (!isUnderFileEntry || excludes.includes(path)) return false;
  const parent = path.slice(0, path.lastIndexOf('/'));
  return isSelected(parent, files, excludes);
}

describe('the walk of any tree with any File entries and exclusions', () => {
  it('visits exactly what is selected, each path once, strictly in walk order', () => {
    fc.assert(
      fc.property(tree, paths, paths, fc.boolean(), (tree, files, excludes, withRoot) => {
        using root = temporaryDirectory();
        makeFiles(root.path, ...tree);
        const all = [
          ...new Set(
            tree.flatMap((one) => one.split('/').map((_, at, names) => names.slice(0, at + 1).join('/'))),
          ),
        ].map((one) => join(root.path, one));
        const fileEntries = [...files.map((file) => join(root.path, file)), ...(withRoot ? [root.path] : [])];
        const excluded = excludes.map((exclude) => join(root.path, exclude));
        const selected = [root.path, ...all].filter((one) => isSelected(one, fileEntries, excluded));
        expect(visit(root.path, fileEntries, excludes)).toEqual(selected.sort(compareWalkOrder));
      }),
      { numRuns: 500 },
    );
  });
});
