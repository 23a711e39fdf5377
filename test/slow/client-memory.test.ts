import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MeasuredSite } from '../../bench/measured-site.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const CLIENT_MIB_MAX = 200;

/** Makes `directories` times `files` files and gives their paths. */
function* manyFiles(parent: string, directories: number, files: number): Generator<string> {
  for (let top = 0; top < directories; top++) {
    const directory = join(parent, `directory-${top}`);
    mkdirSync(directory, { recursive: true });
    for (let file = 0; file < files; file++) {
      const path = join(directory, `some-file-name-${file}`);
      writeFileSync(path, `${top}/${file}`);
      yield path;
    }
  }
}

async function peakOfFull(directory: string, path: string): Promise<number> {
  await using measured = await MeasuredSite.start({ directory, paths: [path] });
  await measured.job('run job=Backup level=Full yes');
  return measured.peaks()['noctule-fd'];
}

test('a list of 100,000 files on the client: the file daemon stays small', async () => {
  using root = temporaryDirectory();
  const list = join(root.path, 'list');
  writeFileSync(
    list,
    Array.from(manyFiles(join(root.path, 'data'), 1000, 100), (path) => `${path}\n`).join(''),
  );
  expect(await peakOfFull(join(root.path, 'site'), `\\<${list}`)).toBeLessThan(CLIENT_MIB_MAX);
});

test('300,000 files with two names each, far from one another: the file daemon stays small', async () => {
  using root = temporaryDirectory();
  const data = join(root.path, 'data');
  for (const path of manyFiles(join(data, 'first'), 300, 1000)) {
    const other = path.replace('/first/', '/second/');
    if (path.endsWith('-0')) mkdirSync(join(other, '..'), { recursive: true });
    linkSync(path, other);
  }
  expect(await peakOfFull(join(root.path, 'site'), data)).toBeLessThan(CLIENT_MIB_MAX);
});
