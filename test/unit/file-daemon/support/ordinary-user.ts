import { chmodSync } from 'node:fs';
import { isRoot } from './readable-tree.ts';

const NOBODY = 65_534;

/** Does the work without the rights of root, which would be stopped by nothing. It must be synchronous. */
export function asOrdinaryUser<T>(work: () => T): T {
  if (!isRoot) return work();
  process.seteuid!(NOBODY);
  try {
    return work();
  } finally {
    process.seteuid!(0);
  }
}

/** Lets everybody into a directory that was made for one user. */
export function makeReadableByAll(directory: string): void {
  chmodSync(directory, 0o755);
}
