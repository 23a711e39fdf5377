import type { BigIntStats } from 'node:fs';
import type { BytePath } from '../byte-path.ts';

export interface FirstName {
  readonly path: BytePath;
  readonly fileIndex: number;
}

/**
 * Which files with several names were saved under a first one. Holds only inodes with more than one link, and forgets an
 * inode when as many names were seen as it has.
 */
export class HardLinks {
  readonly #firstNames = new Map<string, FirstName & { namesLeft: bigint }>();

  /** The name under which this inode was saved; undefined when this is the first. Ask once for each name. */
  firstName(stat: BigIntStats): FirstName | undefined {
    if (stat.nlink <= 1n) return undefined;
    const key = keyOf(stat);
    const known = this.#firstNames.get(key);
    if (known !== undefined && --known.namesLeft === 0n) this.#firstNames.delete(key);
    return known;
  }

  /** The inode has been saved under this name. */
  remember(stat: BigIntStats, firstName: FirstName): void {
    if (stat.nlink > 1n) this.#firstNames.set(keyOf(stat), { ...firstName, namesLeft: stat.nlink - 1n });
  }
}

function keyOf(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`;
}
