import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  linkSync,
  chmodSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { isRoot } from './support/readable-tree.ts';
import { makeSparse } from './support/sparse-file.ts';
import { named, restore, RestoreSite } from './support/restore-site.ts';

describe('a restore', () => {
  it('takes single entries out of blocks, and passes over the others', async () => {
    using site = new RestoreSite();
    for (let file = 0; file < 50; file++) site.write(`dir/f${file}`, `${file} `.repeat(5000));
    const { files, contentBytes, texts } = await restore(site, [site.save()], {
      records: (all) => all.filter((record) => named('/f7')(record) || named('/f33')(record)),
    });
    expect({ files, texts }).toEqual({ files: 2, texts: [] });
    expect(contentBytes).toBe(5000 * 2 + 5000 * 3);
    expect(readdirSync(site.restored('dir')).sort()).toEqual(['f33', 'f7']);
    expect(readFileSync(site.restored('dir/f33'), 'utf8')).toBe('33 '.repeat(5000));
  });

  it('names a file whose content is not what was saved, leaves nothing of it, and goes on', async () => {
    using site = new RestoreSite();
    site.write('a', 'a'.repeat(100_000));
    site.write('b', 'b'.repeat(100_000));
    mkdirSync(join(site.where, site.source), { recursive: true });
    writeFileSync(site.restored('a'), 'what was there before');
    const { errors, files, texts } = await restore(site, [site.save()], {
      blocks: (all) => {
        all[1]!.content[5000] = 0;
        return all;
      },
    });
    expect({ errors, files }).toEqual({ errors: 1, files: 2 });
    expect(texts).toEqual([
      expect.stringMatching(/source\/a": its digest is [0-9a-f]{40}, but [0-9a-f]{40} was saved/),
    ]);
    expect(readFileSync(site.restored('a'), 'utf8')).toBe('what was there before');
    expect(readdirSync(site.restored('')).sort()).toEqual(['a', 'b']);
  });

  it('names each file of a block that did not come, and goes on behind it', async () => {
    using site = new RestoreSite();
    for (const name of ['a', 'b', 'c', 'd']) site.write(name, name.repeat(50_000));
    const { errors, texts } = await restore(site, [site.save()], {
      blocks: (all) => all.filter((_, index) => index !== 1),
    });
    expect(errors).toBe(2);
    expect(texts.every((text) => text.includes('missing or damaged'))).toBe(true);
    expect(readdirSync(site.restored('')).sort()).toEqual(['a', 'd']); // b and c lie in it in part
  });

  it('names a file when its place in the stream holds something else', async () => {
    using site = new RestoreSite();
    site.write('a', 'content');
    site.write('b', 'content of another size');
    const { texts } = await restore(site, [site.save()], {
      records: ([a, b, ...rest]) => [{ ...b!, streamOffset: a!.streamOffset }, ...rest],
    });
    expect(texts).toEqual([expect.stringContaining('something else at its place')]);
  });

  it('comes to an end when no block comes at all', async () => {
    using site = new RestoreSite();
    site.write('a', 'content');
    symlinkSync('a', join(site.source, 'link'));
    const { errors, files } = await restore(site, [site.save()], { blocks: () => [] });
    expect({ errors, files }).toEqual({ errors: 1, files: 2 }); // the link and the directory need none
  });

  it('sets directory attributes last, over all sessions', async () => {
    using site = new RestoreSite();
    site.write('dir/old', 'old');
    chmodSync(join(site.source, 'dir'), 0o555);
    utimesSync(join(site.source, 'dir'), 1000, 1000);
    const full = site.save();
    chmodSync(join(site.source, 'dir'), 0o755);
    site.write('dir/new', 'new');
    const later = site.save();
    later.records.splice(0, later.records.length, ...later.records.filter(named('/new')));
    await restore(site, [full, later]);
    const stat = lstatSync(site.restored('dir'));
    expect(stat.mtimeMs).toBe(1_000_000);
    expect(stat.mode & 0o777).toBe(0o555);
    expect(readdirSync(site.restored('dir'))).toHaveLength(2);
    expect(readdirSync(site.work)).toEqual([]);
    chmodSync(site.restored('dir'), 0o755); // so that it can be removed
  });

  it('makes a hard link of further names, and an error of those whose first name failed', async () => {
    using site = new RestoreSite();
    site.write('a', 'x'.repeat(100_000));
    linkSync(join(site.source, 'a'), join(site.source, 'b'));
    const backup = site.save();
    await restore(site, [backup]);
    expect(lstatSync(site.restored('b')).ino).toBe(lstatSync(site.restored('a')).ino);
    const { texts } = await restore(site, [backup], { blocks: () => [] });
    expect(texts).toHaveLength(2);
    expect(texts[1]).toContain('hard link to');
  });

  it('makes no hard link to what stands in the place of the first name and is not replaced', async () => {
    using site = new RestoreSite();
    site.write('a', 'saved');
    linkSync(join(site.source, 'a'), join(site.source, 'b'));
    const backup = site.save();
    await restore(site, [backup]);
    rmSync(site.restored('b'));
    const again = await restore(site, [backup], { replace: 'never' });
    expect(again).toMatchObject({ files: 1, texts: [] });
    expect(lstatSync(site.restored('b')).ino).toBe(lstatSync(site.restored('a')).ino);

    rmSync(site.restored('a'));
    rmSync(site.restored('b'));
    writeFileSync(site.restored('a'), 'of somebody');
    const { errors, texts } = await restore(site, [backup], { replace: 'ifNewer' });
    expect(errors).toBe(1);
    expect(texts).toEqual([expect.stringMatching(/source\/b": it is a hard link to .*where something else/)]);
    expect(existsSync(site.restored('b'))).toBe(false);
  });

  it('lists what is restored where it is asked to, as ls -l does, and nothing that is not', async () => {
    using site = new RestoreSite();
    site.write('bad', 'x'.repeat(100_000));
    site.write('new\nline', 'content');
    site.write('there', 'saved');
    chmodSync(join(site.source, 'new\nline'), 0o640);
    utimesSync(join(site.source, 'new\nline'), 1000, 1000);
    const backup = site.save();
    mkdirSync(join(site.where, site.source), { recursive: true });
    writeFileSync(site.restored('there'), 'there');
    const records = (all: FileRecord[]) =>
      all.map((one) => (named('/bad')(one) ? { ...one, digest: Buffer.alloc(20) } : one));
    const options = { replace: 'ifNewer', records, namesRestored: true } as const;
    const { restored, errors } = await restore(site, [backup], options);
    expect(errors).toBe(1);
    const { uid } = lstatSync(site.source);
    const line = new RegExp(`^-rw-r----- +1 ${uid} +\\d+ +7 1970-01-01 \\d\\d:16:40  `);
    expect(restored[0]).toMatch(line);
    expect(restored.map((text) => text.slice(text.indexOf(site.where)))).toEqual([
      `${site.where}${site.source}/new\\nline`,
      `${site.where}${site.source}/`,
    ]);
    expect((await restore(site, [backup])).restored).toEqual([]);
  });

  it('shows in the middle of a large file, and of a long hole, how far it is', async () => {
    using site = new RestoreSite();
    site.write('large', 'x'.repeat(500_000));
    makeSparse(join(site.source, 'sparse'), 300 * 2 ** 20, [0]);
    const shown: string[] = [];
    await restore(site, [site.save()], { onEntry: (path) => shown.push(path) });
    expect(shown.filter((path) => path.endsWith('/large')).length).toBeGreaterThan(5);
    expect(shown.filter((path) => path.endsWith('/sparse')).length).toBeGreaterThan(4);
  });

  it('links entries that the Director gives the same place: further names whose first is not wanted', async () => {
    using site = new RestoreSite();
    site.write('first', 'x'.repeat(100_000));
    site.write('other', 'y');
    const backup = site.save();
    const first = backup.records[0]!;
    const as = (name: string): FileRecord => ({ ...first, path: Buffer.from(join(site.source, name)) });
    const { files, texts } = await restore(site, [backup], {
      records: (all) => [as('n1'), as('n2'), ...all.slice(1)],
      batchRecords: 1,
    });
    expect({ files, texts }).toEqual({ files: 4, texts: [] });
    expect(lstatSync(site.restored('n1')).ino).toBe(lstatSync(site.restored('n2')).ino);
    expect(readFileSync(site.restored('n2'), 'utf8')).toHaveLength(100_000);
    expect(existsSync(site.restored('first'))).toBe(false);
  });

  it.each([
    ['always', 'saved', 'saved', 0],
    ['ifNewer', 'saved', 'there', 1],
    ['ifOlder', 'there', 'saved', 1],
    ['never', 'there', 'there', 2],
  ] as const)('with replace = %s keeps or replaces by the times', async (replace, older, newer, skipped) => {
    using site = new RestoreSite();
    for (const name of ['older', 'newer']) {
      site.write(name, 'saved');
      utimesSync(join(site.source, name), 2000, 2000);
    }
    const backup = site.save();
    mkdirSync(join(site.where, site.source), { recursive: true });
    for (const [name, seconds] of [
      ['older', 1000],
      ['newer', 3000],
    ] as const) {
      writeFileSync(site.restored(name), 'there');
      utimesSync(site.restored(name), seconds, seconds);
    }
    const counts = await restore(site, [backup], { replace });
    expect(readFileSync(site.restored('older'), 'utf8')).toBe(older);
    expect(readFileSync(site.restored('newer'), 'utf8')).toBe(newer);
    expect(counts.skipped).toBe(skipped + (replace === 'never' ? 1 : 0)); // and the directory that was there
  });

  it('with replace = never leaves directories alone that were there, and sets those it made', async () => {
    using site = new RestoreSite();
    site.write('there/a', 'a');
    site.write('made/b', 'b');
    for (const name of ['there', 'made']) chmodSync(join(site.source, name), 0o711);
    const backup = site.save();
    mkdirSync(site.restored('there'), { recursive: true, mode: 0o750 });
    await restore(site, [backup], { replace: 'never' });
    expect(lstatSync(site.restored('there')).mode & 0o777).toBe(0o750);
    expect(lstatSync(site.restored('made')).mode & 0o777).toBe(0o711);
    expect(readFileSync(site.restored('there/a'), 'utf8')).toBe('a');
  });

  it.each([
    { replace: 'never', content: 'first', counts: { files: 3, skipped: 1, errors: 0 } },
    { replace: 'always', content: 'second', counts: { files: 4, skipped: 0, errors: 0 } },
  ] as const)('obeys replace = $replace also in a directory it has made itself', async (given) => {
    using site = new RestoreSite();
    site.write('d/a', 'first');
    site.write('d/b', 'second');
    // As a file system does that takes two names for the same.
    const records = (all: FileRecord[]) => {
      const [a, b] = [all.find(named('/a'))!, all.find(named('/b'))!];
      return all.map((record) => (record === b ? { ...b, path: a.path } : record));
    };
    const restored = await restore(site, [site.save()], { records, replace: given.replace });
    expect(restored).toMatchObject(given.counts);
    expect(readFileSync(site.restored('d/a'), 'utf8')).toBe(given.content);
    expect(readdirSync(site.restored('d'))).toEqual(['a']);
  });

  it('does not replace a directory by a file', async () => {
    using site = new RestoreSite();
    site.write('a', 'content');
    const backup = site.save();
    mkdirSync(site.restored('a/sub'), { recursive: true });
    const { texts } = await restore(site, [backup]);
    expect(texts).toEqual([expect.stringContaining('a directory stands in its place')]);
  });

  it.each(['/../../escaped', '/dir/../../escaped', '/./x', 'relative', '/with\0nul', '//double'])(
    'refuses the path %j',
    async (path) => {
      using site = new RestoreSite();
      site.write('a', 'content');
      const backup = site.save();
      const { texts } = await restore(site, [backup], {
        records: ([a]) => [{ ...a!, path: Buffer.from(path === '//double' ? '/a//b' : path) }],
      });
      expect(texts).toEqual([expect.stringContaining('outside the target')]);
      expect(readdirSync(site.where)).toEqual([]);
    },
  );

  it('never goes through a link below the target, whoever made it', async () => {
    using site = new RestoreSite();
    const outside = join(site.work, '..', 'outside');
    mkdirSync(outside);
    site.write('dir/a', 'content');
    const backup = site.save();
    mkdirSync(join(site.where, site.source), { recursive: true });
    symlinkSync(outside, site.restored('dir'));
    const { texts } = await restore(site, [backup]);
    expect(texts[0]).toContain('is a symbolic link, which a restore does not follow');
    expect(readdirSync(outside)).toEqual([]);
  });

  it('in place goes through a link of its own user that was there, and not through one it made', async () => {
    using site = new RestoreSite();
    const elsewhere = join(site.work, '..', 'elsewhere');
    mkdirSync(elsewhere);
    site.write('a', 'content');
    const backup = site.save();
    const [file] = backup.records;
    const at = (path: string, more: Partial<FileRecord> = {}): FileRecord => ({
      ...file!,
      path: Buffer.from(path),
      ...more,
    });
    const link = (name: string) =>
      at(join(site.where, name), {
        type: FileType.SYMLINK,
        mode: 0o120777,
        sizeBytes: 0,
        linkTarget: Buffer.from(elsewhere),
      });
    mkdirSync(site.where);
    symlinkSync(elsewhere, join(site.where, 'was-there'));
    const { texts } = await restore(site, [backup], {
      where: '',
      records: () => [
        at(join(site.where, 'was-there/x')),
        link('made'),
        at(join(site.where, 'made/y'), { streamOffset: 0 }),
      ],
    });
    expect(readdirSync(elsewhere)).toEqual(['x']);
    expect(texts).toEqual([expect.stringContaining('made" is a symbolic link')]);
  });

  it.runIf(isRoot)('in place does not go through a link of another user', async () => {
    using site = new RestoreSite();
    const elsewhere = join(site.work, '..', 'elsewhere');
    mkdirSync(elsewhere);
    mkdirSync(site.where);
    site.write('a', 'content');
    symlinkSync(elsewhere, join(site.where, 'planted'));
    execFileSync('chown', ['-h', '12345', join(site.where, 'planted')]);
    const { texts } = await restore(site, [site.save()], {
      where: '',
      records: ([a]) => [{ ...a!, path: Buffer.from(join(site.where, 'planted/a')) }],
    });
    expect(texts).toEqual([expect.stringContaining('another user')]);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('replaces a link that stands in the place of a file, not what it points to', async () => {
    using site = new RestoreSite();
    site.write('a', 'saved');
    const backup = site.save();
    mkdirSync(join(site.where, site.source), { recursive: true });
    writeFileSync(join(site.work, 'victim'), 'untouched');
    symlinkSync(join(site.work, 'victim'), site.restored('a'));
    await restore(site, [backup]);
    expect(lstatSync(site.restored('a')).isFile()).toBe(true);
    expect(readFileSync(join(site.work, 'victim'), 'utf8')).toBe('untouched');
  });

  it('passes by the leftovers of a restore that was killed', async () => {
    using site = new RestoreSite();
    site.write('a', 'content');
    const backup = site.save();
    mkdirSync(join(site.where, site.source), { recursive: true });
    writeFileSync(site.restored('.noctule-5-1.part'), 'left over');
    const { errors } = await restore(site, [backup]);
    expect(errors).toBe(0);
    expect(readFileSync(site.restored('a'), 'utf8')).toBe('content');
  });

  it.runIf(isRoot)('ends with one sentence when the disk is full', async () => {
    using site = new RestoreSite();
    site.write('a', 'x'.repeat(3_000_000));
    mkdirSync(site.where);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', site.where], { stdio: 'pipe' });
    } catch {
      return; // not every container may
    }
    try {
      await expect(restore(site, [site.save()])).rejects.toMatchObject({
        code: 'FD_TARGET_FULL',
        message: expect.stringMatching(/source\/a": ERR=No space left on device/) as string,
      });
      expect(readdirSync(site.restored(''))).toEqual([]);
    } finally {
      execFileSync('umount', [site.where]);
    }
  });

  it('goes into a tree of more levels than it keeps directories open', async () => {
    using site = new RestoreSite();
    const deep = Array.from({ length: 300 }, (_, level) => `d${level}`).join('/');
    site.write(`${deep}/bottom`, 'far below');
    linkSync(join(site.source, deep, 'bottom'), join(site.source, 'z-link'));
    const { errors } = await restore(site, [site.save()]);
    expect(errors).toBe(0);
    expect(readFileSync(site.restored(`${deep}/bottom`), 'utf8')).toBe('far below');
    expect(lstatSync(site.restored('z-link')).nlink).toBe(2);
  });
});
