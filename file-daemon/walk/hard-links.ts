import { FirstNames, type FirstName } from './first-names.ts';
import { LinkedInodes, type InodeStat } from './linked-inodes.ts';

/** The first names of the files with several names, until as many were seen as each has. */
export class HardLinks {
  readonly #inodes = new LinkedInodes();
  readonly #names = new FirstNames();

  /** The name that this inode was saved under before; undefined when this is the first. Ask once for each name. */
  known(stat: InodeStat): FirstName | undefined {
    const remembered = this.#inodes.take(stat);
    if (remembered === undefined) return undefined;
    const name = this.#names.get(remembered.value);
    if (remembered.isLast) this.#names.drop(remembered.value);
    return name;
  }

  remember(stat: InodeStat, name: FirstName): void {
    if (stat.nlink > 1) this.#inodes.remember(stat, this.#names.keep(name));
  }
}
