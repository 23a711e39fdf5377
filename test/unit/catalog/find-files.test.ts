import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findFiles } from '../../../catalog/find-files.ts';
import { globMatcher } from '../../../text/glob.ts';
import { minute, Site, type TestFile } from './site.ts';

function found(site: Site, jobId: number, pattern: string, limit = 1000): string[] {
  const paths: string[] = [];
  let after: number | undefined;
  do {
    const page = findFiles(site.db, { jobId, pattern, after, limit });
    paths.push(...page.files.map(({ path }) => path.toString('latin1')));
    after = page.next;
  } while (after !== undefined);
  return paths;
}

const FILES: readonly TestFile[] = [
  { path: '/' },
  { path: '/home/' },
  { path: '/home/bob/' },
  { path: '/home/bob/letter.odt', size: 5 },
  { path: '/home/bob/letter.odt.bak' },
  { path: '/home/bob/old.odt/' },
  { path: '/home/bob/old.odt/draft.odt' },
  { path: '/home/bob/gone.odt', deleted: true },
  { path: '/home/eve/letter.odt', size: 7 },
  { path: '/srv/\xff.odt' },
];

describe('finding files of a job', () => {
  test.each([
    ['letter.odt', ['/home/bob/letter.odt', '/home/eve/letter.odt']],
    [
      '*.odt',
      [
        '/home/bob/letter.odt',
        '/home/bob/old.odt/',
        '/home/bob/old.odt/draft.odt',
        '/home/eve/letter.odt',
        '/srv/\xff.odt',
      ],
    ],
    ['letter*', ['/home/bob/letter.odt', '/home/bob/letter.odt.bak', '/home/eve/letter.odt']],
    ['l?tter.[no]dt', ['/home/bob/letter.odt', '/home/eve/letter.odt']],
    ['\\xff.odt', ['/srv/\xff.odt']],
    ['/home/bob/letter.odt', ['/home/bob/letter.odt']],
    ['/home/bob', ['/home/bob/']],
    ['/home/bob/', ['/home/bob/']],
    ['/', ['/']],
    ['/home/*/letter.odt', ['/home/bob/letter.odt', '/home/eve/letter.odt']],
    ['/home/b*.odt', ['/home/bob/letter.odt', '/home/bob/old.odt/', '/home/bob/old.odt/draft.odt']],
    ['*/old.odt/*', ['/home/bob/old.odt/draft.odt']],
    ['/nowhere/letter.odt', []],
    ['nothing', []],
  ])('%s', (pattern, expected) => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: FILES });
    site.backup({ start: 2, files: [{ path: '/other/letter.odt' }] });
    expect(found(site, jobId, pattern)).toEqual(expected);
    expect(found(site, jobId, pattern, 1)).toEqual(expected);
  });

  test('gives size, time and index of each', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: FILES });
    expect(findFiles(site.db, { jobId, pattern: '/home/bob/letter.odt', limit: 9 }).files).toEqual([
      {
        path: Buffer.from('/home/bob/letter.odt'),
        fileIndex: 4,
        size: 5,
        mtime: new Date(1_700_000_000_000),
      },
    ]);
    expect(minute(1)).toBeInstanceOf(Date);
  });

  test('finds in many runs exactly what the pattern matches, whatever the size of a page', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', '.', '*', '\xe9', '-'),
      minLength: 1,
      maxLength: 6,
    });
    const names = fc.uniqueArray(name, { minLength: 1, maxLength: 60 });
    const pattern = fc.string({
      unit: fc.constantFrom('a', 'b', '.', '*', '?', '[ab]'),
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(names, pattern, fc.integer({ min: 1, max: 20 }), (all, text, limit) => {
        using site = new Site();
        const paths = all.map((one, i) => `/d${i % 7}/${one}`);
        const jobId = site.backup({ start: 1, files: paths.map((path) => ({ path })) });
        const matches = globMatcher(text);
        const expected = paths.filter((_, i) => matches(Buffer.from(all[i]!, 'latin1')));
        expect(found(site, jobId, text, limit)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});
