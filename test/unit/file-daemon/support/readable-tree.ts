import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeOddTree } from '../../../support/odd-tree.ts';

export const isRoot = process.getuid?.() === 0;

/** One of everything that whoever runs the tests can read. */
export function makeReadableTree(directory: string): void {
  makeOddTree(directory);
  if (!isRoot) rmSync(join(directory, 'mode-0000'));
}
