import type { RestoreSelection } from '../catalog/inputs.ts';

/** What a front end has put together to be restored, under a name like `b21234`. */
export interface RestoreList {
  readonly clientName: string;
  readonly fileSetName: string;
  readonly selection: RestoreSelection;
}

/** More are forgotten, the oldest first: front ends forget to clean up. */
const LISTS_MAX = 100;

/** The lists of all consoles, since programs make one in one session and restore it in another. Kept until the Director ends. */
export class RestoreLists {
  readonly #lists = new Map<string, RestoreList>();

  get(name: string): RestoreList | undefined {
    return this.#lists.get(name);
  }

  set(name: string, list: RestoreList): void {
    this.#lists.delete(name);
    this.#lists.set(name, list);
    for (const oldest of this.#lists.keys()) {
      if (this.#lists.size <= LISTS_MAX) break;
      this.#lists.delete(oldest);
    }
  }

  delete(name: string): boolean {
    return this.#lists.delete(name);
  }
}
