import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  chmodSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { restore, RestoreSite } from './support/restore-site.ts';

function found(directory: string): string[] {
  return execFileSync('find', [directory, '-mindepth', '1', '-printf', '%P%y\n'], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .sort();
}

describe('a restore with RegexWhere', () => {
  it('puts every file under its new name, in directories with their attributes', async () => {
    using site = new RestoreSite();
    site.write('sub/a.txt', 'a');
    site.write('b', 'b');
    chmodSync(join(site.source, 'sub'), 0o711);
    const { files, texts } = await restore(site, [site.save()], {
      where: '',
      regexWhere: `!^${site.source}!${site.where}!,!([^/])$!$1.old!`,
    });
    expect({ files, texts }).toEqual({ files: 4, texts: [] });
    expect(found(site.where)).toEqual(['b.oldf', 'sub/a.txt.oldf', 'subd']);
    expect(readFileSync(join(site.where, 'sub/a.txt.old'), 'utf8')).toBe('a');
    expect(lstatSync(join(site.where, 'sub')).mode & 0o777).toBe(0o711);
  });

  it('maps what hard links point to, and leaves the targets of symbolic links', async () => {
    using site = new RestoreSite();
    site.write('first', 'content');
    linkSync(join(site.source, 'first'), join(site.source, 'second'));
    symlinkSync(join(site.source, 'first'), join(site.source, 'symlink'));
    const { texts } = await restore(site, [site.save()], {
      where: '',
      regexWhere: `!^${site.source}!${site.where}!,!first!FIRST!`,
    });
    expect(texts).toEqual([]);
    expect(lstatSync(join(site.where, 'FIRST')).ino).toBe(lstatSync(join(site.where, 'second')).ino);
    expect(readlinkSync(join(site.where, 'symlink'))).toBe(join(site.source, 'first'));
  });

  it.each([
    ['where', (site: RestoreSite) => ({ where: site.where, to: site.where + site.source })],
    [
      'RegexWhere',
      (site: RestoreSite) => ({ where: '', regexWhere: `!^${site.source}!${site.where}!`, to: site.where }),
    ],
  ])('relocates absolute targets of symbolic links by %s when PrefixLinks says so', async (_, by) => {
    using site = new RestoreSite();
    symlinkSync(join(site.source, 'first'), join(site.source, 'absolute'));
    symlinkSync('first', join(site.source, 'relative'));
    const { to, ...options } = by(site);
    await restore(site, [site.save()], { ...options, prefixLinks: true });
    expect(readlinkSync(join(to, 'absolute'))).toBe(join(to, 'first'));
    expect(readlinkSync(join(to, 'relative'))).toBe('first');
  });

  it.each([
    ['!^.*/a$!relative!', 'relative'],
    ['!/a$!/../../a!', '../a'],
    ['!/a$!/./a!', './a'],
  ])(
    'names each file that %s sends to no place of its own, and restores the others',
    async (regexWhere, named) => {
      using site = new RestoreSite();
      site.write('a', 'a');
      site.write('b', 'b');
      const { errors, texts } = await restore(site, [site.save()], { regexWhere });
      expect(errors).toBe(1);
      expect(texts).toEqual([
        expect.stringMatching(
          /^Could not restore ".*\/source\/a" as ".*": its path could lead outside the target$/,
        ),
      ]);
      expect(texts[0]).toContain(`${named}": its path`);
      expect(readFileSync(site.restored('b'), 'utf8')).toBe('b');
    },
  );

  it('takes doubled slashes as one', async () => {
    using site = new RestoreSite();
    site.write('a', 'a');
    await restore(site, [site.save()], { where: '', regexWhere: `!^${site.source}/!${site.where}//x///!` });
    expect(found(site.where)).toEqual(['x/af', 'xd']);
  });

  it('leaves the attributes of directories alone that the root of the client comes to, or that become the root', async () => {
    using site = new RestoreSite();
    chmodSync(site.source, 0o711);
    const backup = site.save();
    const [directory] = backup.records as [FileRecord];
    mkdirSync(site.where, { mode: 0o750 });
    const asRoot = { ...directory, path: Buffer.from('/') };
    const { files } = await restore(site, [backup], {
      where: '',
      records: () => [asRoot],
      regexWhere: `!^!${site.where}!`,
    });
    expect(files).toBe(1);
    expect(lstatSync(site.where).mode & 0o777).toBe(0o750);
    const before = lstatSync('/');
    await restore(site, [backup], { where: '', regexWhere: `!^${site.source}!!` });
    expect(lstatSync('/')).toMatchObject({ mode: before.mode, mtimeMs: before.mtimeMs });
  });

  it('is refused in one sentence before anything is made, when it cannot be read', async () => {
    using site = new RestoreSite();
    site.write('a', 'a');
    await expect(restore(site, [site.save()], { regexWhere: '!a!' })).rejects.toMatchObject({
      code: 'CONF_REGEX_WHERE',
      message: 'RegexWhere "!a!" cannot be used: a substitution wants "!" three times',
    });
    expect(() => readdirSync(site.where)).toThrow('ENOENT');
  });
});

describe('directories on the way whose attributes were not saved', () => {
  it('are open to all when the restore is done, and those that were there stay as they were', async () => {
    using site = new RestoreSite();
    site.write('x/y/file', 'content');
    mkdirSync(join(site.where, site.source), { recursive: true, mode: 0o750 });
    chmodSync(join(site.where, site.source), 0o750);
    await restore(site, [site.save()], {
      records: (all) => all.filter(({ path }) => path.toString().endsWith('file')),
    });
    expect(lstatSync(site.restored('')).mode & 0o777).toBe(0o750);
    for (const name of ['x', 'x/y']) expect(lstatSync(site.restored(name)).mode & 0o777).toBe(0o755);
  });
});
