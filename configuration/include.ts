import { dirname, isAbsolute, resolve } from 'node:path';
import { isErrno, messageOf } from '../errors/operator-error.ts';
import type { Problems } from './problem.ts';
import { decodeConf, Source, type Span } from './source.ts';
import type { SourceReader } from './source-reader.ts';

/** Includes inside includes; a command that includes itself would otherwise never end. */
const NESTING_MAX = 64;

/** Opens the texts of one conf: the file itself and what it includes. */
export class SourceOpener {
  readonly #reader: SourceReader;
  readonly #workingDirectory: string;
  readonly #problems: Problems;

  constructor(reader: SourceReader, workingDirectory: string, problems: Problems) {
    this.#reader = reader;
    this.#workingDirectory = workingDirectory;
    this.#problems = problems;
  }

  /** The top file; `undefined` (and a problem) when it cannot be read. */
  openFile(file: string): Source | undefined {
    try {
      const source = this.#decode(this.#reader.read(file), file, dirname(file), 'file');
      if (source) return source;
      this.#problems.addForFile('error', file, NOT_UTF8, SAVE_AS_UTF8);
    } catch (error) {
      this.#problems.addForFile(
        'error',
        file,
        `cannot read the conf file: ${reasonOf(error)}`,
        cureOf(error),
      );
    }
    return undefined;
  }

  /**
   * What `@name` stands for; `undefined` (and a problem at `span`) when it cannot be read.
   * `open` are the sources in which the include stands, the innermost last.
   */
  openInclude(name: string, span: Span, open: readonly Source[]): Source | undefined {
    if (open.length > NESTING_MAX) {
      this.#problems.add('error', span, `includes are nested more than ${NESTING_MAX} deep`);
      return undefined;
    }
    return name.startsWith('|') ? this.#openCommand(name, span) : this.#openIncludedFile(name, span, open);
  }

  #openCommand(name: string, span: Span): Source | undefined {
    try {
      const output = this.#reader.run(splitWords(name.slice(1)));
      const source = this.#decode(output, name, span.source.directory, 'command');
      if (source) return source;
      this.#problems.add('error', span, NOT_UTF8);
    } catch (error) {
      this.#problems.add('error', span, `the include command failed: ${reasonOf(error)}`);
    }
    return undefined;
  }

  #openIncludedFile(name: string, span: Span, open: readonly Source[]): Source | undefined {
    const path = this.#find(name, span.source.directory);
    try {
      const identity = this.#reader.identityOf(path);
      const circle = open.find(
        (one) => one.kind === 'file' && this.#reader.identityOf(one.name) === identity,
      );
      if (circle) {
        this.#problems.add(
          'error',
          span,
          `${path} includes itself`,
          'take one of the includes of this circle out',
        );
        return undefined;
      }
      const source = this.#decode(this.#reader.read(path), path, dirname(path), 'file');
      if (source) return source;
      this.#problems.add('error', span, `${path}: ${NOT_UTF8}`, SAVE_AS_UTF8);
    } catch (error) {
      const cure = /[*?]/.test(name)
        ? 'patterns are not expanded here; a command can: @|"sh -c \'for f in DIR/*.conf; do echo @$f; done\'"'
        : cureOf(error);
      this.#problems.add('error', span, `cannot read the included file ${path}: ${reasonOf(error)}`, cure);
    }
    return undefined;
  }

  /** Relative to the working directory of the daemon, else to the directory of the including file. */
  #find(name: string, includingDirectory: string): string {
    if (isAbsolute(name)) return name;
    const fromWorkingDirectory = resolve(this.#workingDirectory, name);
    if (this.#reader.exists(fromWorkingDirectory)) return fromWorkingDirectory;
    const fromIncluding = resolve(this.#workingDirectory, includingDirectory, name);
    return this.#reader.exists(fromIncluding) ? fromIncluding : fromWorkingDirectory;
  }

  #decode(bytes: Uint8Array, name: string, directory: string, kind: Source['kind']): Source | undefined {
    const decoded = decodeConf(bytes);
    return decoded && new Source({ ...decoded, name, directory, kind });
  }
}

const NOT_UTF8 = 'this is UTF-16, and conf files are UTF-8';
const SAVE_AS_UTF8 = 'save it as UTF-8';

/** Words of a command line; quotes hold words together, a backslash takes the next character as it is. */
export function splitWords(command: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < command.length; at++) {
    const character = command[at] ?? '';
    if (character === '\\' && quote !== "'") {
      at += 1;
      word = (word ?? '') + (command[at] ?? '');
    } else if (character === quote) {
      quote = '';
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function reasonOf(error: unknown): string {
  if (isErrno(error, 'ENOENT')) return 'there is no such file';
  if (isErrno(error, 'EACCES')) return 'permission denied';
  if (isErrno(error, 'EISDIR')) return 'it is a directory';
  return messageOf(error);
}

function cureOf(error: unknown): string | undefined {
  if (isErrno(error, 'EACCES')) return 'let the user that the daemon runs as read it';
  return undefined;
}
