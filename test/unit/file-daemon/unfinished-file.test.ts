import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TargetTree } from '../../../file-daemon/restore/target-tree.ts';
import { removeUnfinishedFiles, UnfinishedFile } from '../../../file-daemon/restore/unfinished-file.ts';
import { FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { restore, RestoreSite } from './support/restore-site.ts';

describe('the note of an unfinished file', () => {
  it('lets the next daemon remove what a killed restore was writing, and nothing else', () => {
    using site = new RestoreSite();
    mkdirSync(join(site.where, 'ä'), { recursive: true });
    using tree = new TargetTree(site.where);
    const { directory, parent } = tree.place(Buffer.from('/ä/file').toString('latin1'));
    const note = new UnfinishedFile(site.work, 7);
    note.note({ directory, parent, name: `.noctule-7-100.part` });
    note.note({ directory, parent, name: '.noctule-7-2.part' });
    for (const name of ['.noctule-7-100.part', '.noctule-7-2.part', 'file']) {
      writeFileSync(join(site.where, 'ä', name), 'half');
    }
    // The daemon is killed here: nothing is disposed of.
    expect(removeUnfinishedFiles(site.work)).toEqual([
      Buffer.from(join(site.where, 'ä/.noctule-7-2.part')).toString('latin1'),
    ]);
    expect(readdirSync(join(site.where, 'ä')).sort()).toEqual(['.noctule-7-100.part', 'file']);
    expect(readdirSync(site.work)).toEqual([]);
    expect(removeUnfinishedFiles(site.work)).toEqual([]);
  });

  it('lets it remove a file under its own name, unless that is whole', () => {
    using site = new RestoreSite();
    mkdirSync(site.where);
    using tree = new TargetTree(site.where);
    const record = {
      ...FileRecord.decode(Buffer.alloc(0)),
      mtimeSeconds: 1_000_000,
      mtimeNanoseconds: 500_000_000,
    };
    const left = (file: string, mtime: number) => {
      new UnfinishedFile(site.work, 7).note(tree.place(`/${file}`), record);
      writeFileSync(join(site.where, file), 'content');
      utimesSync(join(site.where, file), mtime, mtime);
      return removeUnfinishedFiles(site.work);
    };
    expect(left('half', 2_000_000)).toEqual([join(site.where, 'half')]);
    expect(left('whole', 1_000_000.5)).toEqual([]);
    expect(readdirSync(site.where)).toEqual(['whole']);
  });

  it('names no file any more when the directories are opened to others', async () => {
    using site = new RestoreSite();
    site.write('d/a', 'a');
    const noted: string[] = [];
    const note = join(site.work, 'restore-5-unfinished.tmp');
    const onEntry = (path: string) =>
      void noted.push(`${basename(path)}: ${readFileSync(note, 'latin1').split('\0')[0]}`);
    await restore(site, [site.save()], { onEntry });
    expect(noted.slice(-2)).toEqual(['d: ', 'source: ']);
  });

  it.each([
    [
      'names a file that was put in its place meanwhile',
      (where: string) => `.noctule-7-9.part\0`.padEnd(512, '\0') + where,
    ],
    ['names a file of somebody else', (where: string) => 'kept\0'.padEnd(512, '\0') + where],
    ['is empty, or no path', () => 'x'],
  ])('is passed over when it %s', (_, content) => {
    using site = new RestoreSite();
    mkdirSync(site.where);
    writeFileSync(join(site.where, 'kept'), 'kept');
    writeFileSync(join(site.work, 'restore-7-unfinished.tmp'), content(site.where));
    expect(removeUnfinishedFiles(site.work)).toEqual([]);
    expect(existsSync(join(site.where, 'kept'))).toBe(true);
    expect(readdirSync(site.work)).toEqual([]);
  });

  it('is gone when the restore has come to its end', async () => {
    using site = new RestoreSite();
    site.write('a', 'a');
    let during: string[] = [];
    await restore(site, [site.save()], { onEntry: () => void (during = readdirSync(site.work)) });
    expect(during).toEqual(['restore-5-unfinished.tmp']);
    expect(readdirSync(site.work)).toEqual([]);
  });
});
