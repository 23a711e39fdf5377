import { closeSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';

/** Data of `length` bytes at each offset; all else of the `size` bytes are holes. */
export function makeSparse(path: string, size: number, offsets: readonly number[], length = 4096): void {
  const fd = openSync(path, 'w');
  offsets.forEach((offset, index) =>
    writeSync(fd, Buffer.alloc(length, 65 + (index % 26)), 0, length, offset),
  );
  ftruncateSync(fd, size);
  closeSync(fd);
}

export function allocatedBytes(path: string): number {
  return statSync(path).blocks * 512;
}
