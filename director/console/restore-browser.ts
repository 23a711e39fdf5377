import { formatDateTime } from '../../text/civil-time.ts';
import { withCommas } from '../../text/numbers.ts';
import { printablePath } from '../../text/printable.ts';
import { CommandCancelled, CommandError, RESTORE_ABANDONED, sentencesOf } from './command-error.ts';
import { splitWords, unfinishedWord } from './command-line.ts';
import type { CommandContext } from './command.ts';
import { globMatcher } from '../../text/glob.ts';
import { modeText } from '../../text/mode-text.ts';
import type { RestoreTree, TreeEntry } from './restore-tree.ts';

/** Names offered by Tab at most. */
const COMPLETIONS_MAX = 100;

/** Lines printed together. */
const CHUNK_LINES = 500;

interface BrowserCommand {
  readonly names: readonly string[];
  readonly help: string;
  run(browser: RestoreBrowser, args: readonly string[]): Promise<'leave' | void>;
}

/** In the order of help; a beginning of a name is enough. */
const COMMANDS: readonly BrowserCommand[] = [
  {
    names: ['add'],
    help: 'add dir/file to be restored, wildcards allowed',
    run: (b, args) => b.mark(args, true),
  },
  { names: ['cd'], help: 'change current directory', run: (b, args) => b.changeDirectory(args) },
  { names: ['count'], help: 'count files, and those marked', run: (b) => b.countMarked() },
  { names: ['delete'], help: 'the same as unmark', run: (b, args) => b.mark(args, false) },
  {
    names: ['dir'],
    help: 'long list of current directory, wildcards allowed',
    run: (b, args) => b.list(args, 'long'),
  },
  { names: ['done', 'exit'], help: 'leave file selection mode', run: async () => 'leave' },
  {
    names: ['du'],
    help: 'bytes of each entry with all below it, wildcards allowed',
    run: (b, args) => b.diskUse(args),
  },
  { names: ['estimate'], help: 'count marked files and their bytes', run: (b) => b.estimate() },
  {
    names: ['find'],
    help: 'find files below current directory, wildcards allowed',
    run: (b, args) => b.find(args),
  },
  { names: ['help', '?'], help: 'print help', run: (b) => b.help() },
  {
    names: ['ls'],
    help: 'list current directory, wildcards allowed',
    run: (b, args) => b.list(args, 'short'),
  },
  {
    names: ['lsdir'],
    help: 'list directories only, wildcards allowed',
    run: (b, args) => b.listDirectories(args),
  },
  { names: ['lsmark'], help: 'list marked files below current directory', run: (b) => b.listMarked() },
  {
    names: ['mark'],
    help: 'mark dir/file to be restored, wildcards allowed',
    run: (b, args) => b.mark(args, true),
  },
  {
    names: ['markdir'],
    help: 'mark directory only, not what is in it',
    run: (b, args) => b.markDirectory(args, true),
  },
  { names: ['pwd'], help: 'print current directory', run: (b) => b.printDirectory() },
  { names: ['unmark'], help: 'unmark dir/file, wildcards allowed', run: (b, args) => b.mark(args, false) },
  { names: ['unmarkdir'], help: 'unmark directory only', run: (b, args) => b.markDirectory(args, false) },
  {
    names: ['quit'],
    help: 'leave without restoring',
    run: async () => {
      throw new CommandCancelled(RESTORE_ABANDONED);
    },
  },
];

/** File selection mode: walks the tree and marks, until done. @throws CommandCancelled when it is abandoned. */
export async function browseTree(context: CommandContext, tree: RestoreTree): Promise<void> {
  await context.say(
    '\nChoose what to restore: mark and unmark files and directories, "help" lists all commands.\n' +
      'Nothing is marked yet unless "all" stood on the command line. Enter "done" to leave this mode.\n',
  );
  const browser = new RestoreBrowser(context, tree);
  await browser.printDirectory();
  for (;;) {
    const line = await context.ask('$ ', (text) => browser.complete(text));
    if (line === '') continue;
    try {
      if ((await browser.execute(line)) === 'leave') return;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      await context.say(sentencesOf(error));
    }
  }
}

class RestoreBrowser {
  readonly #context: CommandContext;
  readonly #tree: RestoreTree;
  #cwd: Buffer = Buffer.from('/');

  constructor(context: CommandContext, tree: RestoreTree) {
    this.#context = context;
    this.#tree = tree;
  }

  async execute(line: string): Promise<'leave' | void> {
    const words = splitWords(quoteIsOpen(line) ? `${line}"` : line);
    const verb = words[0]!.text.toLowerCase().replace(/^\.(?=.)/, '');
    const command =
      COMMANDS.find(({ names }) => names.includes(verb)) ??
      COMMANDS.find(({ names }) => names.some((name) => name.startsWith(verb)));
    if (!command) return this.#context.say(`Invalid command "${words[0]!.text}".  Enter "done" to exit.`);
    const args = words.slice(1);
    // A name with blanks may be typed without quotes where it is the only one.
    const whole =
      args.length > 1 && args.every(({ quoted }) => !quoted) ? line.slice(args[0]!.start) : undefined;
    return command.run(
      this,
      whole !== undefined && (await this.#exists(whole)) ? [whole] : args.map(({ text }) => text),
    );
  }

  /** Commands, then names in the directory that the last word is about. */
  async complete(line: string): Promise<string[]> {
    const { text, quote } = unfinishedWord(line);
    if (line.trimStart() === text)
      return COMMANDS.flatMap(({ names }) => names).filter((name) => name.startsWith(text));
    const slash = text.lastIndexOf('/') + 1;
    const directory = await this.#tree.directory(this.#cwd, text.slice(0, slash));
    const found: string[] = [];
    if (!directory) return found;
    for await (const entry of this.#tree.entries(directory)) {
      const name = shownName(entry);
      // The quote stays open: more of the path may follow.
      if (name.startsWith(text.slice(slash))) found.push(quote + text.slice(0, slash) + name);
      if (found.length === COMPLETIONS_MAX) break;
    }
    return found;
  }

  async printDirectory(): Promise<void> {
    await this.#context.say(`cwd is: ${printablePath(this.#cwd)}`);
  }

  async changeDirectory([text = '/']: readonly string[]): Promise<void> {
    const directory = await this.#tree.directory(this.#cwd, text);
    if (directory) this.#cwd = directory;
    else await this.#context.say('Invalid path given.');
    await this.printDirectory();
  }

  async list(patterns: readonly string[], form: 'short' | 'long'): Promise<void> {
    const { marks } = this.#tree;
    await this.#printLines(this.#entriesFor(patterns), (entry) => {
      const mark = marks.isMarked(entry.path)
        ? '*'
        : entry.isDirectory && marks.mayHaveMarkedBelow(entry.path)
          ? '+'
          : '';
      if (form === 'short') return mark + shownName(entry);
      const { mode, linkCount, uid, gid, size, mtime } = entry;
      return (
        `${modeText(mode)} ${String(linkCount).padStart(3)} ${String(uid).padEnd(8)} ${String(gid).padEnd(8)} ` +
        `${String(size).padStart(11)}  ${formatDateTime(mtime)} ${mark.padStart(1)}${printablePath(entry.path)}`
      );
    });
  }

  async listDirectories(patterns: readonly string[]): Promise<void> {
    const directories = filtered(this.#entriesFor(patterns), ({ isDirectory }) => isDirectory);
    await this.#printLines(directories, shownName);
  }

  async diskUse(patterns: readonly string[]): Promise<void> {
    for await (const entry of this.#entriesFor(patterns)) {
      const { bytes } = entry.isDirectory
        ? await this.#tree.measure([{ path: entry.path, recursive: true, marked: true }])
        : { bytes: entry.size };
      await this.#context.say(`${withCommas(bytes).padStart(18)}  ${shownName(entry)}`);
    }
  }

  async mark(patterns: readonly string[], marked: boolean): Promise<void> {
    const { marks } = this.#tree;
    if (patterns.length === 1 && patterns[0] === '*') {
      // One mark for all that is here, instead of one for each of perhaps very many.
      marks.setBelow(this.#cwd, marked);
      return this.#context.say(counted(await this.#tree.countBelow(this.#cwd), 'file', marked));
    }
    const entries: TreeEntry[] = [];
    for (const pattern of patterns) {
      for await (const entry of this.#tree.matching(this.#cwd, pattern)) entries.push(entry);
    }
    for (const { path } of entries) marks.set(path, marked);
    await this.#context.say(counted(await this.#tree.count(entries), 'file', marked));
  }

  async markDirectory(patterns: readonly string[], marked: boolean): Promise<void> {
    let count = 0;
    for (const pattern of patterns) {
      for await (const { path, isDirectory } of this.#tree.matching(this.#cwd, pattern)) {
        if (!isDirectory) continue;
        this.#tree.marks.setOwn(path, marked);
        count += 1;
      }
    }
    await this.#context.say(counted(count, 'directory', marked));
  }

  async countMarked(): Promise<void> {
    const { files } = await this.#tree.measure(this.#tree.marks.rules());
    const total = await this.#tree.total();
    await this.#context.say(
      `${withCommas(total)} total files/dirs. ${withCommas(files)} marked to be restored.`,
    );
  }

  async estimate(): Promise<void> {
    const { files, bytes } = await this.#tree.measure(this.#tree.marks.rules());
    const total = await this.#tree.total();
    await this.#context.say(
      `${withCommas(total)} total files; ${withCommas(files)} marked to be restored; ${withCommas(bytes)} bytes.`,
    );
  }

  /** A pattern with a slash is held against the whole path, any other against names. */
  async find(patterns: readonly string[]): Promise<void> {
    if (patterns.length === 0)
      throw new CommandError('find: a pattern is missing', 'Write for example find *.odt');
    const matchers = patterns.map((pattern) => {
      const matches = globMatcher(pattern);
      return (entry: TreeEntry) => matches(pattern.includes('/') ? entry.path : entry.name);
    });
    const marks = this.#tree.marks;
    const found = filtered(this.#tree.below(this.#cwd), (entry) =>
      matchers.some((matches) => matches(entry)),
    );
    await this.#printLines(found, ({ path }) => (marks.isMarked(path) ? '*' : '') + printablePath(path));
  }

  async listMarked(): Promise<void> {
    const root = depthOf(this.#cwd);
    await this.#printLines(this.#marked(this.#cwd), (entry) => {
      const mark = this.#tree.marks.isMarked(entry.path) ? '*' : '+';
      return '  '.repeat(depthOf(entry.path) - root - 1) + mark + shownName(entry);
    });
  }

  async help(): Promise<void> {
    const rows = COMMANDS.map(({ names, help }) => `  ${names.join(', ').padEnd(11)} ${help}\n`);
    await this.#context.print(`  Command     Description\n  =======     ===========\n${rows.join('')}\n`);
  }

  async *#marked(directory: Buffer): AsyncGenerator<TreeEntry> {
    const { marks } = this.#tree;
    for await (const entry of this.#tree.entries(directory)) {
      const below = entry.isDirectory && marks.mayHaveMarkedBelow(entry.path);
      if (below || marks.isMarked(entry.path)) yield entry;
      if (below) yield* this.#marked(entry.path);
    }
  }

  async *#entriesFor(patterns: readonly string[]): AsyncGenerator<TreeEntry> {
    if (patterns.length === 0) yield* this.#tree.entries(this.#cwd);
    for (const pattern of patterns) yield* this.#tree.matching(this.#cwd, pattern);
  }

  async #exists(text: string): Promise<boolean> {
    for await (const _ of this.#tree.matching(this.#cwd, text)) return true;
    return false;
  }

  async #printLines(entries: AsyncIterable<TreeEntry>, lineOf: (entry: TreeEntry) => string): Promise<void> {
    let lines: string[] = [];
    for await (const entry of entries) {
      lines.push(lineOf(entry) + '\n');
      if (lines.length < CHUNK_LINES) continue;
      await this.#context.print(lines.join(''));
      lines = [];
    }
    await this.#context.print(lines.join(''));
  }
}

async function* filtered<T>(values: AsyncIterable<T>, wanted: (value: T) => boolean): AsyncGenerator<T> {
  for await (const value of values) if (wanted(value)) yield value;
}

function shownName({ name, isDirectory }: TreeEntry): string {
  return printablePath(name) + (isDirectory ? '/' : '');
}

/** As completion leaves a quote behind a directory; the end of the line closes it. */
function quoteIsOpen(line: string): boolean {
  return unfinishedWord(line).quote !== '' && !line.endsWith('"');
}

/** How many directories lie above. */
function depthOf(path: Buffer): number {
  let depth = 0;
  for (const byte of path.subarray(0, -1)) if (byte === 0x2f) depth += 1;
  return depth;
}

function counted(count: number, noun: 'file' | 'directory', marked: boolean): string {
  const plural = noun === 'file' ? 'files' : 'directories';
  const verb = marked ? 'marked' : 'unmarked';
  if (count === 0) return `No ${plural} ${verb}.`;
  return `${withCommas(count)} ${count === 1 ? noun : plural} ${verb}.`;
}
