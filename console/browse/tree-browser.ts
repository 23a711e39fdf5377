import type {
  BrowseAnswer,
  BrowseEntry,
  BrowseRequest,
  BrowseStart,
  BrowseTotals,
  BrowseVersion,
} from '../../proto/noctule/director/v1/director.ts';
import type { Key } from '../terminal-keys.ts';
import { DirectoryPages } from './directory-pages.ts';
import type { ScreenLine } from './screen.ts';
import { NoAnswer, TreeLink } from './tree-link.ts';
import { listRows, renderTree } from './tree-view.ts';

export interface TreeBrowserOptions {
  readonly start: BrowseStart;
  readonly send: (request: BrowseRequest) => void;
  readonly screen: {
    readonly columns: number;
    readonly rows: number;
    draw(lines: readonly ScreenLine[]): void;
    clear(): void;
  };
  /** The admin is done, before the Director is told. */
  readonly onLeave: () => void;
  /** A bug. */
  readonly onFault: (error: unknown) => void;
}

/** What the bottom line waits for. */
type Mode = 'list' | 'search text' | 'abandon?';

/**
 * The tree of a restore on the whole screen. Only what is seen is asked for. Keys are carried out one after another; what
 * takes long (a search, counting what is marked, versions) comes when it comes.
 */
export class TreeBrowser {
  readonly #options: TreeBrowserOptions;
  readonly #link: TreeLink;
  #mode: Mode = 'list';
  #directory: Buffer;
  #pages: DirectoryPages;
  #entries: readonly BrowseEntry[] = [];
  #top = 0;
  #cursor = 0;
  #versions: { readonly path: Buffer; readonly found: readonly BrowseVersion[] } | undefined;
  #askingVersions = false;
  #totals: BrowseTotals | undefined = { files: 0, bytes: 0 };
  /** Marks have changed since the totals were asked for. */
  #recount: 'no' | 'counting' | 'again' = 'no';
  #searchText = '';
  /** Counts searches: the answer to an earlier one is of no interest. */
  #searches = 0;
  #searching = false;
  #message = '';
  #turn: Promise<void>;

  constructor(options: TreeBrowserOptions) {
    this.#options = options;
    this.#link = new TreeLink(options.send);
    this.#directory = options.start.directory;
    this.#pages = this.#pagesOf(this.#directory);
    this.#turn = this.#attempt(() => this.#show());
  }

  receive(answer: BrowseAnswer): void {
    this.#link.receive(answer);
  }

  press(key: Key): void {
    // At once: it would else wait for its turn behind what it breaks off.
    if (this.#searching) this.#endSearch();
    this.#turn = this.#turn.then(() => this.#attempt(() => this.#press(key)));
  }

  resize(): void {
    this.#options.screen.clear();
    this.#turn = this.#turn.then(() => this.#attempt(() => this.#show()));
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof NoAnswer)) return this.#options.onFault(error);
      this.#say(error.message);
    }
  }

  async #press(key: Key): Promise<void> {
    const typed = key.ctrl || key.meta ? undefined : key.sequence;
    if (this.#mode === 'search text') return this.#typeSearch(key, typed);
    if (this.#mode === 'abandon?') {
      if (typed === 'y' || typed === 'Y') return this.#leave(false);
      this.#mode = 'list';
      return this.#say('');
    }
    this.#message = '';
    const page = listRows(this.#options.screen.rows);
    if (key.ctrl) {
      if (key.name === 'c') return this.#abandon();
      if (key.name === 'l') return this.#redraw();
      return;
    }
    switch (key.name) {
      case 'up':
        return this.#moveTo(this.#cursor - 1);
      case 'down':
        return this.#moveTo(this.#cursor + 1);
      case 'pageup':
        return this.#moveTo(this.#cursor - page);
      case 'pagedown':
        return this.#moveTo(this.#cursor + page);
      case 'home':
        return this.#moveTo(0);
      case 'end':
        return this.#moveTo(await this.#pages.last());
      case 'right':
      case 'return':
      case 'enter':
        return this.#open();
      case 'left':
      case 'backspace':
        return this.#goUp();
      case 'space':
        return this.#toggle();
      case 'f10':
        return this.#done();
      default:
        return this.#pressCharacter(typed);
    }
  }

  async #pressCharacter(typed: string | undefined): Promise<void> {
    switch (typed) {
      case '/':
        this.#mode = 'search text';
        this.#searchText = '';
        return this.#say('/');
      case 'n':
        return this.#startSearch();
      case 'd':
        return this.#done();
      case 'q':
        return this.#abandon();
      default:
    }
  }

  // ---- moving

  async #moveTo(index: number): Promise<void> {
    this.#cursor = Math.max(0, index);
    await this.#show();
  }

  async #enter(directory: Buffer, cursor = 0): Promise<void> {
    this.#directory = directory;
    this.#pages = this.#pagesOf(directory);
    this.#entries = [];
    this.#top = 0;
    await this.#moveTo(cursor);
  }

  async #open(): Promise<void> {
    const entry = this.#current();
    if (entry?.isDirectory) await this.#enter(this.#pathOf(entry));
    else if (entry) this.#say('Only a directory can be opened.');
  }

  async #goUp(): Promise<void> {
    const { parent, name } = splitPath(this.#directory);
    if (name.length > 0) await this.#goTo(parent, name, true);
  }

  async #goTo(directory: Buffer, name: Buffer, isDirectory: boolean): Promise<void> {
    if (!directory.equals(this.#directory)) await this.#enter(directory);
    await this.#moveTo((await this.#pages.find(name, isDirectory)) ?? 0);
  }

  // ---- marks

  async #toggle(): Promise<void> {
    const entry = this.#current();
    if (!entry) return;
    await this.#link.mark(this.#pathOf(entry), !entry.marked);
    this.#pages.forget();
    this.#totals = undefined;
    this.#count();
    await this.#moveTo(this.#cursor + 1);
  }

  /** Counts what is marked; once more if that has changed meanwhile. */
  #count(): void {
    if (this.#recount !== 'no') {
      this.#recount = 'again';
      return;
    }
    this.#recount = 'counting';
    void this.#attempt(async () => {
      const totals = await this.#link.marked().finally(() => {
        const again = this.#recount === 'again';
        this.#recount = 'no';
        if (again) this.#count();
      });
      if (this.#recount === 'no') this.#totals = totals;
      this.#draw();
    });
  }

  // ---- searching

  async #typeSearch(key: Key, typed: string | undefined): Promise<void> {
    if (key.name === 'return' || key.name === 'enter') {
      this.#mode = 'list';
      return this.#startSearch();
    }
    if (key.name === 'escape' || (key.ctrl && key.name === 'c')) {
      this.#mode = 'list';
      this.#searchText = '';
      return this.#say('');
    }
    if (key.name === 'backspace') this.#searchText = [...this.#searchText].slice(0, -1).join('');
    else if (typed !== undefined && !/[\x00-\x1f\x7f]/.test(typed)) this.#searchText += typed;
    this.#say(`/${this.#searchText}`);
  }

  async #startSearch(): Promise<void> {
    if (this.#searchText === '') return this.#say('Type / and a text first.');
    const number = ++this.#searches;
    this.#searching = true;
    this.#say(`Searching for ${this.#searchText} ... any key ends it.`);
    const text = this.#searchText;
    const after = this.#current()?.name ?? Buffer.alloc(0);
    void this.#attempt(async () => {
      const path = await this.#link.search(this.#directory, after, text);
      if (number !== this.#searches) return;
      this.#searching = false;
      this.#turn = this.#turn.then(() => this.#attempt(() => this.#goToFound(path, text)));
    });
  }

  async #goToFound(path: Buffer | undefined, text: string): Promise<void> {
    if (!path) return this.#say(`No name here or below has ${text}.`);
    this.#message = '';
    const { parent, name, isDirectory } = splitPath(path);
    await this.#goTo(parent, name, isDirectory);
  }

  #endSearch(): void {
    this.#searches += 1;
    this.#searching = false;
    this.#message = '';
    // The Director ends the one before.
    void this.#attempt(async () => void (await this.#link.search(this.#directory, Buffer.alloc(0), '')));
  }

  // ---- leaving

  async #done(): Promise<void> {
    if (this.#totals?.files === 0) return this.#say('Nothing is marked; q leaves.');
    this.#leave(true);
  }

  async #abandon(): Promise<void> {
    if (this.#totals?.files === 0) return this.#leave(false);
    this.#mode = 'abandon?';
    this.#say('Abandon what is marked? (y/n)');
  }

  #leave(restore: boolean): void {
    this.#options.onLeave();
    this.#link.leave(restore);
  }

  // ---- what is seen

  async #redraw(): Promise<void> {
    this.#options.screen.clear();
    await this.#show();
  }

  /** Brings the cursor into the directory and into the window, and draws. */
  async #show(): Promise<void> {
    // At once, since the first page may take its time.
    if (this.#entries.length === 0) this.#draw();
    const rows = listRows(this.#options.screen.rows);
    this.#scroll(rows);
    let entries = await this.#pages.slice(this.#top, rows);
    const wasAt = this.#top;
    this.#scroll(rows); // the end may have been seen just now
    if (this.#top !== wasAt) entries = await this.#pages.slice(this.#top, rows);
    this.#entries = entries;
    this.#draw();
    this.#lookForVersions();
  }

  #scroll(rows: number): void {
    const { length } = this.#pages;
    if (length !== undefined) this.#cursor = Math.min(this.#cursor, Math.max(0, length - 1));
    const topMax = length === undefined ? Infinity : Math.max(0, length - rows);
    this.#top = Math.max(this.#cursor - rows + 1, Math.min(this.#top, this.#cursor, topMax));
  }

  /** Of the entry under the cursor; while the cursor runs, only of those where the answer finds it. */
  #lookForVersions(): void {
    const entry = this.#current();
    if (!entry || this.#askingVersions) return;
    const path = this.#pathOf(entry);
    if (this.#versions?.path.equals(path)) return;
    this.#askingVersions = true;
    void this.#attempt(async () => {
      const found = await this.#link.versions(path).finally(() => (this.#askingVersions = false));
      this.#versions = { path, found };
      this.#draw();
      this.#lookForVersions();
    });
  }

  #say(message: string): void {
    this.#message = message;
    this.#draw();
  }

  #draw(): void {
    const { screen, start } = this.#options;
    const entry = this.#current();
    const isKnown = entry && this.#versions?.path.equals(this.#pathOf(entry));
    screen.draw(
      renderTree(
        {
          clientName: start.clientName,
          jobIds: start.jobIds,
          directory: this.#directory,
          entries: this.#entries,
          top: this.#top,
          cursor: this.#cursor,
          length: this.#pages.length,
          versions: isKnown ? this.#versions?.found : undefined,
          totals: this.#totals,
          message: this.#message,
        },
        screen,
      ),
    );
  }

  #current(): BrowseEntry | undefined {
    return this.#entries[this.#cursor - this.#top];
  }

  #pathOf({ name, isDirectory }: BrowseEntry): Buffer {
    return Buffer.concat(isDirectory ? [this.#directory, name, SLASH] : [this.#directory, name]);
  }

  #pagesOf(directory: Buffer): DirectoryPages {
    return new DirectoryPages((after, limit) => this.#link.list(directory, after, limit));
  }
}

const SLASH = Buffer.from('/');

/** "/a/b/" -> "/a/" and "b"; of the root the name is empty. */
function splitPath(path: Buffer): { parent: Buffer; name: Buffer; isDirectory: boolean } {
  const isDirectory = path.at(-1) === SLASH[0];
  const end = isDirectory ? path.length - 1 : path.length;
  const start = path.subarray(0, end).lastIndexOf('/') + 1;
  return { parent: path.subarray(0, start), name: path.subarray(start, end), isDirectory };
}
