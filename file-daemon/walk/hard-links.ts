import type { BigIntStats } from 'node:fs';
import type { BytePath } from '../byte-path.ts';

/** The name under which a file was saved. */
export interface FirstName {
  readonly path: BytePath;
  readonly fileIndex: number;
}

/**
 * What was found out about files with several names under one of them. Holds only inodes with more than one link, and
 * forgets an inode when as many names were seen as it has.
 */
export class HardLinks<T extends object> {
  readonly #known = new Map<string, { readonly what: T; namesLeft: bigint }>();

  /** What another name of this inode had to say; undefined when this is the first. Ask once for each name. */
  known(stat: BigIntStats): T | undefined {
    if (stat.nlink <= 1n) return undefined;
    const key = keyOf(stat);
    const known = this.#known.get(key);
    if (known !== undefined && --known.namesLeft === 0n) this.#known.delete(key);
    return known?.what;
  }

  remember(stat: BigIntStats, what: T): void {
    if (stat.nlink > 1n) this.#known.set(keyOf(stat), { what, namesLeft: stat.nlink - 1n });
  }
}

function keyOf(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`;
}
