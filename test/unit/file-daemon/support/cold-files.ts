import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageCache } from '../../../../native/page-cache.ts';

/** Undefined where nothing can be said of the page cache. */
export const native = pageCache();

const PROBE_BYTES = 1024 * 1024;

export function withFile<T>(file: string, use: (fd: number) => T): T {
  const fd = openSync(file, 'r+');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

export const cachedPages = (file: string, offset: number, length: number): number =>
  withFile(file, (fd) => native!.cachedPages(fd, offset, length));

/** Writes the file and takes it out of the cache. */
export function makeCold(file: string, bytes: number): void {
  writeFileSync(file, Buffer.alloc(bytes, 'c'));
  withFile(file, (fd) => {
    fsyncSync(fd);
    native!.drop(fd, 0, bytes);
  });
}

/** Whether files here lie in a page cache that can be emptied: not so on tmpfs. */
export function isOnDisk(directory: string): boolean {
  const probe = join(directory, 'probe');
  makeCold(probe, PROBE_BYTES);
  return cachedPages(probe, 0, PROBE_BYTES) === 0;
}
