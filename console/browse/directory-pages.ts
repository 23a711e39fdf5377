import type { BrowseEntry, BrowseListing } from '../../proto/noctule/director/v1/director.ts';

const PAGE_ENTRIES = 500;
const PAGES_KEPT_MAX = 8;

/**
 * A directory of any size by the number of an entry, counted from 0. A few pages are kept, and of each page that was
 * seen where it begins: the Director gives the entries behind a name.
 */
export class DirectoryPages {
  readonly #list: (after: Buffer, limit: number) => Promise<BrowseListing>;
  /** Of each page the name before its first entry. */
  readonly #starts: Buffer[] = [Buffer.alloc(0)];
  /** The one used last at the end. */
  readonly #kept = new Map<number, readonly BrowseEntry[]>();
  #length: number | undefined;

  constructor(list: (after: Buffer, limit: number) => Promise<BrowseListing>) {
    this.#list = list;
  }

  /** How many entries there are; undefined until the last page was seen. */
  get length(): number | undefined {
    return this.#length;
  }

  /** The entries from `first` on, fewer at the end of the directory. */
  async slice(first: number, count: number): Promise<BrowseEntry[]> {
    const found: BrowseEntry[] = [];
    while (found.length < count) {
      const at = first + found.length;
      const page = await this.#page(Math.floor(at / PAGE_ENTRIES));
      if (!page) break;
      const rest = page.slice(at % PAGE_ENTRIES, (at % PAGE_ENTRIES) + count - found.length);
      found.push(...rest);
      if (rest.length === 0) break;
    }
    return found;
  }

  /** The number of the last entry; 0 in an empty directory. */
  async last(): Promise<number> {
    while (this.#length === undefined) await this.#page(this.#starts.length - 1);
    return Math.max(0, this.#length - 1);
  }

  /** The number of an entry; undefined when there is none of that name and kind. */
  async find(name: Buffer, isDirectory: boolean): Promise<number | undefined> {
    for (let number = 0; ; number += 1) {
      const page = await this.#page(number);
      if (!page) return undefined;
      const index = page.findIndex((entry) => entry.name.equals(name) && entry.isDirectory === isDirectory);
      if (index >= 0) return number * PAGE_ENTRIES + index;
    }
  }

  /** Entries have changed, but for their names: marks. */
  forget(): void {
    this.#kept.clear();
  }

  /** Undefined behind the last page. */
  async #page(number: number): Promise<readonly BrowseEntry[] | undefined> {
    const kept = this.#kept.get(number);
    if (kept) {
      this.#kept.delete(number);
      this.#kept.set(number, kept);
      return kept;
    }
    while (this.#starts.length <= number) {
      if (this.#length !== undefined) return undefined;
      await this.#load(this.#starts.length - 1);
    }
    return this.#load(number);
  }

  async #load(number: number): Promise<readonly BrowseEntry[]> {
    const { entries, complete } = await this.#list(this.#starts[number]!, PAGE_ENTRIES);
    const last = entries.at(-1);
    if (complete || !last) this.#length = number * PAGE_ENTRIES + entries.length;
    else this.#starts[number + 1] = last.name;
    this.#kept.set(number, entries);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > PAGES_KEPT_MAX) this.#kept.delete(oldest!);
    return entries;
  }
}
