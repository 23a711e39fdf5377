import { describe, expect, it } from 'vitest';
import { compileFileSet } from '../../../file-daemon/fileset/include-rules.ts';
import type { EntryOptions } from '../../../file-daemon/fileset/entry-options.ts';
import type { Options } from '../../../proto/noctule/filedaemon/v1/fileset.ts';
import { DigestAlgorithm } from '../../../proto/noctule/record/v1/file_record.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include, options } from './support/file-sets.ts';
import { asOrdinaryUser, makeReadableByAll } from './support/ordinary-user.ts';
import { makeFiles, walk } from './support/walked.ts';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';

/** Every sentence of the reference (FileSet, how Options blocks are evaluated) about which entries are saved, and how. */

const { MD5, SHA1, UNSPECIFIED } = DigestAlgorithm;

interface Question {
  blocks?: Options[];
  excludes?: string[];
}

/** `path/` is a directory. */
function select(path: string, { blocks = [], excludes = [] }: Question): EntryOptions | undefined {
  const { includes } = compileFileSet(fileSet([include(['/home'], blocks)], excludes));
  return includes[0]!.rules.select(path.replace(/\/$/, ''), path.endsWith('/'));
}

function isSelected(path: string, question: Question): boolean {
  return select(path, question) !== undefined;
}

/** What the walk visits of a tree with these files. */
function visited(
  files: string[],
  question: Question & { more?: { excludeDirContaining: Buffer[] } },
): string[] {
  using root = temporaryDirectory();
  makeFiles(root.path, ...files);
  const excludes = (question.excludes ?? []).map((exclude) => exclude.replace('ROOT', root.path));
  const set = fileSet([include([root.path], question.blocks ?? [], question.more)], excludes);
  return walk(root.path, set).paths;
}

describe('a vector of the reference', () => {
  const noMp3 = [options({ wild: ['*.mp3'], exclude: true }), options({ signature: MD5 })];
  const onlyOdt = [options({ wildFile: ['*.odt'] }), options({ exclude: true, wildFile: ['*'] })];

  const vectors: [title: string, Question, path: string, 'rejected' | DigestAlgorithm][] = [
    [
      'no Options, Exclude /home/tmp: /home/tmp is rejected',
      { excludes: ['/home/tmp'] },
      '/home/tmp/',
      'rejected',
    ],
    [
      '{wild="*.mp3"; exclude} {MD5}: /home/a/b.mp3 is rejected',
      { blocks: noMp3 },
      '/home/a/b.mp3',
      'rejected',
    ],
    [
      '{wild="*.mp3"; exclude} {MD5}: /home/a/b.MP3 is accepted, with MD5',
      { blocks: noMp3 },
      '/home/a/b.MP3',
      MD5,
    ],
    [
      '{wild="*.mp3"; exclude; ignorecase} {MD5}: /home/a/b.MP3 is rejected',
      {
        blocks: [options({ wild: ['*.mp3'], exclude: true, ignoreCase: true }), options({ signature: MD5 })],
      },
      '/home/a/b.MP3',
      'rejected',
    ],
    [
      '{MD5} {wild="*.mp3"; exclude}: /home/a/b.txt is accepted without signature, by the last block',
      { blocks: [options({ signature: MD5 }), options({ wild: ['*.mp3'], exclude: true })] },
      '/home/a/b.txt',
      UNSPECIFIED,
    ],
    [
      '{wildfile="*.odt"} {exclude; wildfile="*"}: the directory /home/a is accepted',
      { blocks: onlyOdt },
      '/home/a/',
      UNSPECIFIED,
    ],
    [
      '{wildfile="*.odt"} {exclude; wildfile="*"}: /home/a/x.odt is accepted',
      { blocks: onlyOdt },
      '/home/a/x.odt',
      UNSPECIFIED,
    ],
    [
      '{wildfile="*.odt"} {exclude; wildfile="*"}: /home/a/x.txt is rejected',
      { blocks: onlyOdt },
      '/home/a/x.txt',
      'rejected',
    ],
    [
      '{wildfile="*.odt"} {exclude}: the directory /home/a is rejected by a block without patterns',
      { blocks: [options({ wildFile: ['*.odt'] }), options({ exclude: true })] },
      '/home/a/',
      'rejected',
    ],
    [
      '{wilddir="/home/*/cache"; exclude} {}: /home/a/b/cache is rejected, as * crosses slashes',
      { blocks: [options({ wildDir: ['/home/*/cache'], exclude: true }), options()] },
      '/home/a/b/cache/',
      'rejected',
    ],
    [
      '{regexdir="^/home/[^/]+/cache$"; exclude} {}: /home/a/b/cache is accepted',
      { blocks: [options({ regexDir: ['^/home/[^/]+/cache$'], exclude: true }), options()] },
      '/home/a/b/cache/',
      UNSPECIFIED,
    ],
    [
      '{wild="/home/keep*"} {}, Exclude /home/keep1: /home/keep1 is accepted, decided by Options',
      { blocks: [options({ wild: ['/home/keep*'] }), options()], excludes: ['/home/keep1'] },
      '/home/keep1',
      UNSPECIFIED,
    ],
    [
      '{exclude; wilddir="/home/x/"} {}: /home/x is accepted, a pattern with a slash at its end never matches',
      { blocks: [options({ exclude: true, wildDir: ['/home/x/'] }), options()] },
      '/home/x/',
      UNSPECIFIED,
    ],
    ['Exclude /home: what is below it is accepted', { excludes: ['/home'] }, '/home/a', UNSPECIFIED],
  ];
  it.each(vectors)('%s', (_, question, path, expected) => {
    expect(select(path, question)?.digest ?? 'rejected').toBe(expected);
  });

  it('no Options, Exclude tmp of the File entry: tmp/x is not seen, as its directory is not entered', () => {
    expect(visited(['tmp/x', 'y'], { excludes: ['ROOT/tmp'] })).toEqual(['/y', '/']);
  });

  it('Exclude the File entry itself: it is accepted, as File entries are not filtered', () => {
    expect(visited(['a'], { excludes: ['ROOT'] })).toEqual(['/a', '/']);
  });
});

describe('how Options blocks are evaluated', () => {
  it('"only these": an accepting block and one that excludes all other files goes into all directories', () => {
    const blocks = [options({ wildFile: ['*.odt'] }), options({ exclude: true, regexFile: ['.*'] })];
    expect(visited(['a/b/x.odt', 'a/b/x.txt', 'y'], { blocks })).toEqual(['/a/b/x.odt', '/a/b/', '/a/', '/']);
  });

  it('a directory that is rejected is not entered', () => {
    const blocks = [options({ wildFile: ['*.odt'] }), options({ exclude: true, wild: ['*'] })];
    expect(visited(['a/x.odt', 'y.odt'], { blocks })).toEqual(['/y.odt', '/']);
  });

  it('with a last block that excludes wild = "*", every parent directory must be accepted first', () => {
    const last = options({ exclude: true, wild: ['*'] });
    const tree = ['a/b/x', 'c/y'];
    expect(visited(tree, { blocks: [options({ wild: ['*/a/b/*'], wildDir: ['*/a/b'] }), last] })).toEqual([
      '/',
    ]);
    const withParents = options({ wild: ['*/a/b/*'], wildDir: ['*/a', '*/a/b'] });
    expect(visited(tree, { blocks: [withParents, last] })).toEqual(['/a/b/x', '/a/b/', '/a/', '/']);
  });

  it('an entry that a pattern of a block without exclude accepts is not tested against Exclude', () => {
    const question = { blocks: [options({ wild: ['*.keep'] })], excludes: ['/home/*'] };
    expect(isSelected('/home/a.keep', question)).toBe(true);
    expect(isSelected('/home/a', question)).toBe(false);
  });

  it('a block without patterns and without exclude stops nothing, and later ones overwrite what it sets', () => {
    const blocks = [options({ signature: MD5 }), options({ signature: SHA1 }), options({ wild: ['*.x'] })];
    expect(select('/home/a.x', { blocks })).toMatchObject({ digest: UNSPECIFIED });
    expect(select('/home/a', { blocks: blocks.slice(0, 2) })).toMatchObject({ digest: SHA1 });
  });

  it('the patterns of a block decide alike, in whatever order they are written', () => {
    for (const kind of ['wild', 'wildFile', 'regex', 'regexFile'] as const) {
      expect(
        isSelected('/home/x', {
          blocks: [options({ [kind]: kind.startsWith('wild') ? ['*/x'] : ['/x$'], exclude: true })],
        }),
      ).toBe(false);
    }
    for (const kind of ['wild', 'wildDir', 'regex', 'regexDir'] as const) {
      expect(
        isSelected('/home/x/', {
          blocks: [options({ [kind]: kind.startsWith('wild') ? ['*/x'] : ['/x$'], exclude: true })],
        }),
      ).toBe(false);
    }
    expect(
      isSelected('/home/x', { blocks: [options({ wildDir: ['*'], regexDir: ['.'], exclude: true })] }),
    ).toBe(true);
    expect(
      isSelected('/home/x/', { blocks: [options({ wildFile: ['*'], regexFile: ['.'], exclude: true })] }),
    ).toBe(true);
  });
});

describe('a pattern', () => {
  const excluding = (block: Parameters<typeof options>[0]) => ({
    blocks: [options({ ...block, exclude: true }), options()],
  });

  it('matches the full path: "*.o" works everywhere below, "core" matches nothing, "*/core" is right', () => {
    expect(isSelected('/home/a/b.o', excluding({ wildFile: ['*.o'] }))).toBe(false);
    expect(isSelected('/home/core', excluding({ wildFile: ['core'] }))).toBe(true);
    expect(isSelected('/home/core', excluding({ wildFile: ['*/core'] }))).toBe(false);
  });

  it('is tested against directories without a slash at the end', () => {
    expect(isSelected('/tmp/', excluding({ wildDir: ['/tmp/'] }))).toBe(true);
    expect(isSelected('/tmp/', excluding({ wildDir: ['/tmp'] }))).toBe(false);
    expect(isSelected('/tmp/', excluding({ regexDir: ['/$'] }))).toBe(true);
  });

  it('as a regular expression is searched anywhere in the path, and knows ignore case', () => {
    expect(isSelected('/home/cache/x', excluding({ regex: ['cache'] }))).toBe(false);
    expect(isSelected('/home/CACHE/x', excluding({ regex: ['cache'] }))).toBe(true);
    expect(isSelected('/home/CACHE/x', excluding({ regex: ['cache'], ignoreCase: true }))).toBe(false);
  });

  it('of Exclude is a shell pattern for the full path, with case: "*.bak" works, ".journal" does not match /.journal', () => {
    expect(isSelected('/home/a.bak', { excludes: ['*.bak'] })).toBe(false);
    expect(isSelected('/home/a.BAK', { excludes: ['*.bak'] })).toBe(true);
    expect(isSelected('/.journal', { excludes: ['.journal'] })).toBe(true);
    expect(isSelected('/home/b', { excludes: ['/home/[ab]'] })).toBe(false);
  });

  it('of Exclude holds for all Includes', () => {
    const { includes } = compileFileSet(fileSet([include(['/a']), include(['/b'])], ['*.bak']));
    expect(includes.map(({ rules }) => rules.select('/x.bak', false))).toEqual([undefined, undefined]);
  });

  it('is tested after Exclude Dir Containing, which it cannot overrule', () => {
    const more = { excludeDirContaining: [Buffer.from('.nobackup')] };
    expect(visited(['a/.nobackup', 'a/x', 'y'], { blocks: [options({ wild: ['*'] })], more })).toEqual([
      '/y',
      '/',
    ]);
  });
});

describe('what a whole Include has in common', () => {
  it.each(['accurate letters', 'fstype', 'strippath'])(
    '%s are those of the last block that sets them',
    (which) => {
      const set = [
        options({ wild: ['*'], accurate: 'i', fsTypes: ['ext4'], stripPath: 3 }),
        options({ accurate: 'pins', fsTypes: ['xfs'], stripPath: 1 }),
        options(),
      ];
      const { rules } = compileFileSet(fileSet([include(['/home'], set)])).includes[0]!;
      const found: Record<string, unknown> = {
        'accurate letters': rules.select('/home/x', false)?.accurate,
        fstype: rules.fsTypes,
        strippath: rules.savedPath('/home/a/b/c'),
      };
      const expected: Record<string, unknown> = {
        'accurate letters': 'pins',
        fstype: ['xfs'],
        strippath: '/a/b/c',
      };
      expect(found[which]).toEqual(expected[which]);
    },
  );

  it('the File entries get the union of the flags of all blocks', () => {
    const blocks = [options({ signature: MD5, oneFs: false }), options({ noAtime: true })];
    const { rules } = compileFileSet(fileSet([include(['/home'], blocks)])).includes[0]!;
    expect(rules.fileEntryOptions).toMatchObject({ digest: MD5, oneFs: false, noAtime: true });
  });
});

describe('what may not be read', () => {
  it('is saved as an entry, named, and not known to the walk; nothing is said of it when it is excluded', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'closed/x', 'y');
    makeReadableByAll(root.path);
    chmodSync(join(root.path, 'closed'), 0);
    const open = asOrdinaryUser(() => walk(root.path, fileSet([include([root.path])])));
    const excluded = asOrdinaryUser(() => walk(root.path, fileSet([include([root.path])], ['*/closed'])));
    chmodSync(join(root.path, 'closed'), 0o700);
    expect(open).toMatchObject({ paths: ['/closed/', '/y', '/'], unseen: ['/closed'] });
    expect(open.notices).toMatchObject([
      { type: 'notSaved', text: `Could not open directory "${root.path}/closed": ERR=Permission denied` },
    ]);
    expect(excluded).toMatchObject({ paths: ['/y', '/'], unseen: [], notices: [] });
  });

  it('in a directory that may only be listed, each entry is named and not known to the walk', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'listed/x', 'listed/y.bak', 'z');
    makeReadableByAll(root.path);
    chmodSync(join(root.path, 'listed'), 0o444);
    const blocks = [options({ wild: ['*.bak'], exclude: true }), options()];
    const { paths, notices, unseen } = asOrdinaryUser(() =>
      walk(root.path, fileSet([include([root.path], blocks)])),
    );
    chmodSync(join(root.path, 'listed'), 0o700);
    expect(paths).toEqual(['/listed/', '/z', '/']);
    expect(notices.map(({ text }) => text)).toEqual([
      `Could not stat "${root.path}/listed/x": ERR=Permission denied`,
    ]);
    expect(unseen).toEqual(['/listed/x', '/listed/y.bak']);
  });
});
