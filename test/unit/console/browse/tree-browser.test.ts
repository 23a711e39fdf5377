import { describe, expect, it } from 'vitest';
import type { ScreenLine } from '../../../../console/browse/screen.ts';
import { TreeBrowser } from '../../../../console/browse/tree-browser.ts';
import type { Key } from '../../../../console/terminal-keys.ts';
import type { BrowseEntry, BrowseRequest } from '../../../../proto/noctule/director/v1/director.ts';

/** Paths in latin1; directories end in '/'. */
type Answers = (request: BrowseRequest) => void;

const KEYS: Readonly<Record<string, Key>> = {
  up: { name: 'up' },
  down: { name: 'down' },
  home: { name: 'home' },
  end: { name: 'end' },
  pagedown: { name: 'pagedown' },
  enter: { name: 'return', sequence: '\r' },
  left: { name: 'left' },
  space: { name: 'space', sequence: ' ' },
  escape: { name: 'escape', sequence: '\x1b' },
  'ctrl-c': { name: 'c', ctrl: true, sequence: '\x03' },
};

/** A browser on a screen of a few lines, before a Director that knows these entries. */
class Browsing {
  lines: readonly ScreenLine[] = [];
  readonly asked: string[] = [];
  readonly marks = new Set<string>();
  left: boolean | undefined;
  columns = 40;
  rows = 8;
  answers: Answers = (request) => this.#answer(request);
  readonly #tree: Readonly<Record<string, readonly string[]>>;
  readonly #browser: TreeBrowser;

  constructor(tree: Readonly<Record<string, readonly string[]>>) {
    this.#tree = tree;
    const size = () => ({ columns: this.columns, rows: this.rows });
    this.#browser = new TreeBrowser({
      start: { clientName: 'fd', jobIds: [1, 2], directory: Buffer.from('/srv/') },
      send: (request) => queueMicrotask(() => this.answers(request)),
      screen: {
        get columns() {
          return size().columns;
        },
        get rows() {
          return size().rows;
        },
        draw: (lines) => (this.lines = lines),
        clear: () => undefined,
      },
      onLeave: () => undefined,
      onFault: (error) => {
        throw error;
      },
    });
  }

  get text(): string {
    return this.lines
      .map(({ text, style }) => `${style === 'reverse' ? '>' : ' '}${text.trimEnd()}`)
      .join('\n');
  }

  /** Keys by name, or text. Resolves when the screen has this text. */
  async press(keys: readonly string[], until: string): Promise<void> {
    for (const key of keys) {
      if (KEYS[key]) this.#browser.press(KEYS[key]);
      else for (const sequence of key) this.#browser.press({ sequence });
    }
    await this.shows(until);
  }

  async shows(until: string): Promise<void> {
    await expect.poll(() => this.text).toContain(until);
  }

  resize(columns: number, rows: number): void {
    Object.assign(this, { columns, rows });
    this.#browser.resize();
  }

  answer(id: number, problem: string): void {
    this.#browser.receive({ id, answer: { $case: 'problem', value: problem } });
  }

  #answer({ id, question }: BrowseRequest): void {
    const reply = (answer: Parameters<TreeBrowser['receive']>[0]['answer']) =>
      this.#browser.receive({ id, answer });
    switch (question?.$case) {
      case 'directory': {
        const path = question.value.path.toString('latin1');
        const after = question.value.after.toString('latin1');
        this.asked.push(`${path} after "${after}"`);
        const all = this.#tree[path] ?? [];
        const first = after === '' ? 0 : all.findIndex((name) => name.replace('/', '') === after) + 1;
        const entries = all.slice(first, first + question.value.limit).map((name) => this.#entry(path, name));
        return reply({
          $case: 'listing',
          value: { entries, complete: first + entries.length >= all.length },
        });
      }
      case 'versions':
        return reply({
          $case: 'versions',
          value: {
            versions: [
              { jobId: 2, level: 'I', startedSeconds: 1e9, sizeBytes: 5, mtimeSeconds: 1, deleted: false },
              { jobId: 1, level: 'F', startedSeconds: 1e9, sizeBytes: 4, mtimeSeconds: 1, deleted: true },
            ],
          },
        });
      case 'mark': {
        const path = question.value.path.toString('latin1');
        if (question.value.marked) this.marks.add(path);
        else this.marks.delete(path);
        return reply({ $case: 'done', value: {} });
      }
      case 'marked':
        return reply({ $case: 'totals', value: { files: this.marks.size, bytes: 10 * this.marks.size } });
      case 'search':
        this.asked.push(`search "${question.value.text}" after "${question.value.after.toString()}"`);
        return reply({
          $case: 'found',
          value: { path: Buffer.from(question.value.text === 'deep' ? '/srv/b/deeper' : '') },
        });
      case 'leave':
        this.left = question.value.restore;
        return;
      case undefined:
    }
  }

  #entry(path: string, name: string): BrowseEntry {
    const isDirectory = name.endsWith('/');
    return {
      name: Buffer.from(isDirectory ? name.slice(0, -1) : name, 'latin1'),
      isDirectory,
      sizeBytes: 1234,
      mtimeSeconds: 1e9,
      mode: 0o100644,
      uid: 0,
      gid: 0,
      marked: this.marks.has(path + name),
      markedBelow: isDirectory && [...this.marks].some((mark) => mark.startsWith(path + name)),
    };
  }
}

const SMALL = { '/srv/': ['a', 'b/', 'c'], '/srv/b/': ['deeper', 'other'] };

describe('the tree of a restore on the whole screen', () => {
  it('shows a directory with sizes, what is marked and the keys', async () => {
    const browsing = new Browsing(SMALL);
    await browsing.shows('c ');
    expect(browsing.text).toBe(
      [
        '> Restore of fd, JobId(s) 1,2',
        ' /srv/',
        '> a                              1.234 KB',
        '  b/',
        '  c                              1.234 KB',
        ' ',
        '  1 of 3   Nothing is marked.',
        '> Space mark  Enter open  Left back',
      ].join('\n'),
    );
  });

  it('marks with the space bar, goes on to the next, and says how much is marked', async () => {
    const browsing = new Browsing(SMALL);
    await browsing.press(['space', 'space'], 'Marked: 2 files, 20 B');
    expect([...browsing.marks]).toEqual(['/srv/a', '/srv/b/']);
    expect(browsing.text).toContain(' *a ');
    expect(browsing.text).toContain(' *b/');
    await browsing.press(['home', 'space'], 'Marked: 1 files');
    expect([...browsing.marks]).toEqual(['/srv/b/']);
  });

  it('opens directories and comes back to them', async () => {
    const browsing = new Browsing(SMALL);
    await browsing.press(['down', 'enter', 'down', 'space'], 'Marked: 1 files');
    expect([...browsing.marks]).toEqual(['/srv/b/other']);
    await browsing.press(['left'], '>+b/');
    await browsing.press(['left'], ' /\n');
    await browsing.press(['left'], ' /\n');
  });

  it('asks a huge directory only for the pages that are seen, and the end of it when it is wanted', async () => {
    const names = Array.from({ length: 4200 }, (_, number) => `file-${String(number).padStart(4, '0')}`);
    const browsing = new Browsing({ '/srv/': names });
    await browsing.press(['pagedown'], '> file-0004');
    expect(browsing.text).toContain('5 of many');
    expect(browsing.asked).toEqual(['/srv/ after ""']);
    await browsing.press(['end'], '> file-4199');
    expect(browsing.text).toContain('4,200 of 4,200');
    expect(browsing.asked).toHaveLength(9);
    await browsing.press(['home'], '> file-0000');
  });

  it('searches, and goes to what is found, here or below', async () => {
    const browsing = new Browsing(SMALL);
    await browsing.press(['/', 'deep', 'enter'], '> deeper');
    expect(browsing.text).toContain(' /srv/b/\n');
    await browsing.press(['/', 'x', 'enter'], 'No name here or below has x.');
    await browsing.press(['/', 'escape', 'n'], 'Type / and a text first.');
    expect(browsing.asked.filter((text) => text.startsWith('search'))).toEqual([
      'search "deep" after "a"',
      'search "x" after "deeper"',
    ]);
  });

  it('breaks a long search off at any key', async () => {
    const browsing = new Browsing(SMALL);
    await browsing.shows('c ');
    const { answers } = browsing;
    browsing.answers = (request) => {
      if (request.question?.$case !== 'search' || request.question.value.text === '') answers(request);
    };
    await browsing.press(['/', 'deep', 'enter'], 'Searching for deep ... any key ends it.');
    await browsing.press(['down'], '> b/');
    expect(browsing.text).toContain('2 of 3   Nothing is marked.');
    expect(browsing.asked.at(-1)).toBe('search "" after ""');
  });

  it('shows the versions of what is under the cursor where there is room', async () => {
    const browsing = new Browsing(SMALL);
    browsing.resize(100, 12);
    await browsing.shows('     1 F 2001-09-09');
    expect(browsing.text).toContain('│ 1,234 bytes');
    expect(browsing.text).toMatch(/2 I 2001-09-09 \d\d:\d\d:\d\d 5 B\n/);
    expect(browsing.text).toMatch(/1 F 2001-09-09 \d\d:\d\d:\d\d gone\n/);
  });

  it('follows the size of the window', async () => {
    const browsing = new Browsing(SMALL);
    await browsing.press(['end'], '> c');
    browsing.resize(15, 8);
    await browsing.shows('The window is …');
    browsing.resize(60, 6);
    await browsing.shows('2001-09-09');
    expect(browsing.lines).toHaveLength(6);
    expect(browsing.text).toContain('> c');
    expect(browsing.text).not.toContain(' a ');
    browsing.resize(60, 10);
    await browsing.shows(' a ');
  });

  it('shows names that are no text escaped, and marks their bytes', async () => {
    const browsing = new Browsing({ '/srv/': ['caf\xe9', 'esc\x1b[2J'] });
    await browsing.press(['space', 'space'], 'Marked: 2');
    expect(browsing.text).toContain('*caf\\xe9 ');
    expect(browsing.text).toContain('*esc\\x1b[2J ');
    expect([...browsing.marks]).toEqual(['/srv/caf\xe9', '/srv/esc\x1b[2J']);
  });

  it('restores at d, but not when nothing is marked', async () => {
    const browsing = new Browsing(SMALL);
    await browsing.press(['d'], 'Nothing is marked; q leaves.');
    expect(browsing.left).toBeUndefined();
    await browsing.press(['space', 'd'], '');
    await expect.poll(() => browsing.left).toBe(true);
  });

  it('asks before it leaves what is marked', async () => {
    const browsing = new Browsing(SMALL);
    await browsing.press(['space'], 'Marked: 1');
    await browsing.press(['q'], 'Abandon what is marked? (y/n)');
    await browsing.press(['n'], 'Marked: 1');
    expect(browsing.left).toBeUndefined();
    await browsing.press(['ctrl-c', 'y'], '');
    await expect.poll(() => browsing.left).toBe(false);
  });

  it('says what the Director could not answer, and goes on', async () => {
    const browsing = new Browsing(SMALL);
    await browsing.shows('c ');
    const { answers } = browsing;
    browsing.answers = ({ id, question }) => {
      if (question?.$case !== 'mark') return answers({ id, question });
      browsing.answer(id, 'The catalog is locked.');
    };
    await browsing.press(['space'], 'The catalog is locked.');
    await browsing.press(['down'], '> b/');
  });
});
