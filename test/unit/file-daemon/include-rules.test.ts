import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../file-daemon/fileset/glob.ts';
import { compileFileSet } from '../../../file-daemon/fileset/include-rules.ts';
import type { EntryOptions } from '../../../file-daemon/fileset/entry-options.ts';
import { Codec, type Options } from '../../../proto/noctule/filedaemon/v1/fileset.ts';
import { DigestAlgorithm } from '../../../proto/noctule/record/v1/file_record.ts';
import { fileSet, include, options } from './support/file-sets.ts';

const { MD5, SHA1 } = DigestAlgorithm;

function select(
  blocks: Options[],
  excludes: string[],
  path: string,
  isDirectory = false,
): EntryOptions | undefined {
  const { includes } = compileFileSet(fileSet([include(['/home'], blocks)], excludes));
  return includes[0]!.rules.select(path, isDirectory);
}

describe('the rules of an Include', () => {
  it('takes patterns in one Options block with exclude to mean: all else, with the settings of that block', () => {
    const blocks = [
      options({
        signature: SHA1,
        compression: { codec: Codec.GZIP, level: 6 },
        wildFile: ['*~', '*.bak', '*.log', '*.o'],
        exclude: true,
      }),
    ];
    expect(select(blocks, [], '/home/x.bak')).toBeUndefined();
    expect(select(blocks, [], '/home/x.bak', true)).toMatchObject({ digest: SHA1 });
    expect(select(blocks, [], '/home/x.c')).toMatchObject({
      digest: SHA1,
      compression: { codec: 'gzip', level: 6 },
    });
  });

  it('gives an entry the options of the block that decided, not a mixture', () => {
    const blocks = [
      options({ signature: MD5, oneFs: false, wildFile: ['*.a'] }),
      options({ signature: SHA1, recurse: false }),
    ];
    expect(select(blocks, [], '/home/x.a')).toMatchObject({ digest: MD5, oneFs: false, recurse: true });
    expect(select(blocks, [], '/home/x.b')).toMatchObject({ digest: SHA1, oneFs: true, recurse: false });
  });

  it('brings File entries to one spelling, and names those that are no absolute path', () => {
    const { includes, notices } = compileFileSet(
      fileSet([include(['/home/', '//a//b/./c', 'relative', '/x/../y', '/'])]),
    );
    expect(includes[0]!.files).toEqual(['/home', '/a/b/c', '/']);
    expect(notices.map(({ type, path }) => [type, path])).toEqual([
      ['notSaved', 'relative'],
      ['notSaved', '/x/../y'],
    ]);
  });

  it('drops leading names of saved paths with strippath, of all its files, where there are enough', () => {
    const blocks = [options({ stripPath: 2, wild: ['*.x'] }), options()];
    const { rules } = compileFileSet(fileSet([include(['/home'], blocks)])).includes[0]!;
    const saved = ['/home/user/a/b', '/home/user/a', '/home/user', '/home', '/'].map((path) =>
      rules.savedPath(path),
    );
    expect(saved).toEqual(['/a/b', '/a', '/home/user', '/home', '/']);
  });

  it('agrees with the five rules written down one by one', () => {
    const pattern = fc.constantFrom('/a', '/b', '*a', '*', '/a/*', '/?');
    const patterns = fc.array(pattern, { maxLength: 2 });
    const block = fc.record({ wild: patterns, wildDir: patterns, wildFile: patterns, exclude: fc.boolean() });
    const path = fc.constantFrom('/a', '/b', '/a/a', '/a/b', '/c');
    fc.assert(
      fc.property(
        fc.array(block, { maxLength: 4 }),
        fc.array(pattern, { maxLength: 2 }),
        path,
        fc.boolean(),
        (blocks, excludes, path, isDirectory) => {
          const numbered = blocks.map((written, index) =>
            options({ ...written, stripPath: 0, checkFileChanges: index % 2 === 1, mtimeOnly: index >= 2 }),
          );
          const selected = select(numbered, excludes, path, isDirectory);
          const slow = slowSelect(blocks, excludes, path, isDirectory);
          const found = selected && Number(selected.checkFileChanges) + 2 * Number(selected.mtimeOnly);
          expect(found).toBe(slow === undefined ? undefined : slow);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

interface SlowBlock {
  wild: string[];
  wildDir: string[];
  wildFile: string[];
  exclude: boolean;
}

/** The index of the block whose options hold (0 when there is none), or undefined: reference 5.3, rule by rule. */
function slowSelect(
  blocks: SlowBlock[],
  excludes: string[],
  path: string,
  isDirectory: boolean,
): number | undefined {
  const matches = (pattern: string) => compileGlob(pattern, { ignoreCase: false })(path);
  for (const [index, { wild, wildDir, wildFile, exclude }] of blocks.entries()) {
    if ((isDirectory ? wildDir : wildFile).some(matches) || wild.some(matches))
      return exclude ? undefined : index;
    if (exclude && wild.length + wildDir.length + wildFile.length === 0) return undefined;
  }
  return excludes.some(matches) ? undefined : Math.max(0, blocks.length - 1);
}
