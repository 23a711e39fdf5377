import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORIES = 20;
const FILES = 100;

/**
 * A tree of 32 MiB, which do not shrink, that takes a backup several records members, with names of the same file far apart: of the files in the
 * first directory there is a name in the last, so that a backup that is broken off in between has saved one of them.
 */
export function makeManyFiles(directory: string): void {
  for (let d = 0; d < DIRECTORIES; d++) {
    const inner = join(directory, `dir-${String(d).padStart(2, '0')}`, 'inner');
    mkdirSync(inner, { recursive: true });
    for (let f = 0; f < FILES; f++) {
      writeFileSync(join(inner, `file-${f} \u00e4`), randomBytes(16 * 1024));
    }
  }
  const last = join(directory, 'zz-last');
  mkdirSync(last);
  for (let f = 0; f < FILES; f += 10) {
    linkSync(join(directory, 'dir-00', 'inner', `file-${f} \u00e4`), join(last, `link-${f}`));
  }
}
