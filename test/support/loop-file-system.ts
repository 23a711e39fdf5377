import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary-directory.ts';

/** Enough for all of them. */
const IMAGE_BYTES = 1024 ** 3;

/** Whether a file system of this kind can be made and mounted here: it needs root, loop devices and its mkfs. */
export function canMount(type: string): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    using _fileSystem = mountedFileSystem(type);
    return true;
  } catch {
    return false;
  }
}

/** A new file system in a file, mounted at `path`, and gone when its holder is. */
export function mountedFileSystem(type: string): Disposable & { readonly path: string } {
  const directory = temporaryDirectory();
  const image = join(directory.path, 'image');
  const path = join(directory.path, 'mounted');
  try {
    writeFileSync(image, '');
    truncateSync(image, IMAGE_BYTES);
    mkdirSync(path);
    execFileSync(`mkfs.${type}`, ['-q', ...(type === 'ext4' ? ['-F'] : ['-f']), image], { stdio: 'pipe' });
    execFileSync('mount', ['-o', 'loop', image, path], { stdio: 'pipe' });
  } catch (error) {
    directory[Symbol.dispose]();
    throw error;
  }
  return {
    path,
    [Symbol.dispose]() {
      execFileSync('umount', [path]);
      directory[Symbol.dispose]();
    },
  };
}
