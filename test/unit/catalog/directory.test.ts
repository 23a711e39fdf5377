import { describe, expect, test } from 'vitest';
import { browseDirectory } from '../../../catalog/directory.ts';
import { Site, type TestFile } from './site.ts';

function list(site: Site, jobIds: number[], path: string, limit = 100): string[] {
  const names: string[] = [];
  let after: Buffer | undefined;
  for (;;) {
    const page = browseDirectory(site.db, {
      jobIds,
      path: Buffer.from(path),
      limit,
      ...(after && { after }),
    });
    names.push(
      ...page.map(({ name, isDirectory, jobId }) => `${String(name)}${isDirectory ? '/' : ''} ${jobId}`),
    );
    if (page.length < limit) return names;
    after = page.at(-1)?.name;
  }
}

const files = (...paths: string[]): TestFile[] => paths.map((path) => ({ path }));

describe('a directory as a chain of jobs leaves it', () => {
  test('shows the newest version of each name, by name', () => {
    using site = new Site();
    const full = site.backup({
      start: 1,
      files: files('/d/', '/d/b', '/d/sub/', '/d/sub/x', '/d/c', '/d/a'),
    });
    const later = site.backup({ start: 2, level: 'I', files: files('/d/b', '/d/new', '/d/sub/y') });
    expect(list(site, [full, later], '/d/')).toEqual([
      `a ${full}`,
      `b ${later}`,
      `c ${full}`,
      `new ${later}`,
      `sub/ ${full}`,
    ]);
    expect(list(site, [full], '/d/')).toEqual([`a ${full}`, `b ${full}`, `c ${full}`, `sub/ ${full}`]);
  });

  test('does not depend on the order in which the jobs are named', () => {
    using site = new Site();
    const full = site.backup({ start: 2, files: files('/d/', '/d/b') });
    const older = site.backup({ start: 1, files: files('/d/', '/d/b', '/d/a') });
    expect(list(site, [full, older, full], '/d/')).toEqual([`a ${older}`, `b ${full}`]);
  });

  test('leaves out what a later job saw gone, and shows it again when it came back', () => {
    using site = new Site();
    const full = site.backup({ start: 1, files: files('/d/', '/d/a', '/d/b', '/d/sub/') });
    const gone = site.backup({
      start: 2,
      level: 'I',
      files: [...['/d/a', '/d/b', '/d/sub/'].map((path) => ({ path, deleted: true }))],
    });
    const back = site.backup({ start: 3, level: 'I', files: files('/d/b') });
    expect(list(site, [full, gone], '/d/')).toEqual([]);
    expect(list(site, [full, gone, back], '/d/')).toEqual([`b ${back}`]);
  });

  test('shows one thing under one name, when a file became a directory or the other way round', () => {
    using site = new Site();
    const full = site.backup({ start: 1, files: files('/d/', '/d/x', '/d/y/', '/d/y/in') });
    const later = site.backup({ start: 2, level: 'I', files: files('/d/x/', '/d/x/in', '/d/y') });
    expect(list(site, [full, later], '/d/')).toEqual([`x/ ${later}`, `y ${later}`]);
  });

  test('shows directories above the FileSet, and those that an Incremental did not save', () => {
    using site = new Site();
    const full = site.backup({ start: 1, files: files('/srv/data/in/', '/srv/data/in/x') });
    const incremental = site.backup({ start: 2, level: 'I', files: files('/srv/data/in/deep/er/x') });
    expect(list(site, [full], '/')).toEqual(['srv/ 0']);
    expect(list(site, [full], '/srv/')).toEqual(['data/ 0']);
    expect(list(site, [full], '/srv/data/')).toEqual([`in/ ${full}`]);
    expect(list(site, [incremental], '/srv/data/')).toEqual(['in/ 0']);
    expect(list(site, [incremental], '/srv/data/in/')).toEqual(['deep/ 0']);
    expect(list(site, [full, incremental], '/srv/data/')).toEqual([`in/ ${full}`]);
  });

  test('is empty when no job of the chain saw it', () => {
    using site = new Site();
    const full = site.backup({ start: 1, files: files('/d/', '/d/a') });
    site.backup({ start: 2, client: 'argo-fd', files: files('/only/there') });
    expect(list(site, [full], '/')).toEqual(['d/ 1']);
    expect(list(site, [full], '/only/')).toEqual([]);
    expect(list(site, [full], '/nowhere/')).toEqual([]);
    expect(list(site, [99], '/d/')).toEqual([]);
  });

  test('comes in pages without gaps or repeats, however small, also over names that are gone', () => {
    using site = new Site();
    const names = Array.from({ length: 40 }, (_, i) => `/d/${String((i * 17) % 40).padStart(2, '0')}`);
    const full = site.backup({ start: 1, files: files('/d/', ...names) });
    const later = site.backup({
      start: 2,
      level: 'I',
      files: names.slice(5, 25).map((path) => ({ path, deleted: true })),
    });
    const all = list(site, [full, later], '/d/', 1000);
    expect(all).toHaveLength(20);
    for (const limit of [1, 2, 7, 19, 20]) expect(list(site, [full, later], '/d/', limit)).toEqual(all);
  });

  test('of thousands of files, over several jobs, comes whole and in order', () => {
    using site = new Site();
    const names = Array.from({ length: 3000 }, (_, i) => `/d/${String((i * 1009) % 3000).padStart(4, '0')}`);
    const full = site.backup({ start: 1, files: files('/d/', ...names) });
    const changed = names.filter((_, i) => i % 3 === 0);
    const later = site.backup({ start: 2, level: 'I', files: files(...changed) });
    const expected = [...names]
      .sort()
      .map((path) => `${path.slice(3)} ${changed.includes(path) ? later : full}`);
    expect(list(site, [full, later], '/d/', 5000)).toEqual(expected);
    expect(list(site, [full, later], '/d/', 700)).toEqual(expected);
  });

  test('tells size, time, mode and owner of each entry', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: [{ path: '/d/' }, { path: '/d/a', size: 4711 }] });
    expect(browseDirectory(site.db, { jobIds: [jobId], path: Buffer.from('/d/'), limit: 9 })).toEqual([
      {
        name: Buffer.from('a'),
        isDirectory: false,
        size: 4711,
        mtime: new Date(1_700_000_000_123),
        mode: 0o100644,
        linkCount: 1,
        uid: 1000,
        gid: 1000,
        jobId,
        fileIndex: 2,
      },
    ]);
  });

  test('keeps names that are no text', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: files('/d/', '/d/\n', '/d/\xff\x80') });
    const names = browseDirectory(site.db, { jobIds: [jobId], path: Buffer.from('/d/'), limit: 9 });
    expect(names.map(({ name }) => name)).toEqual([Buffer.from('\n'), Buffer.of(0xff, 0x80)]);
  });
});
