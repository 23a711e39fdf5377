import { OperatorError } from '../../errors/operator-error.ts';
import { commandWords } from '../../commands/command-words.ts';
import { substituteWords } from '../../commands/substitution.ts';
import { normalizePath, pathFromBytes, type BytePath } from '../byte-path.ts';
import type { ReplaceRule } from '../restore/replace-rule.ts';

/**
 * The one plugin there is, as a Plugin line of a FileSet: a program prints what is saved as the content of a file, and on
 * restore another one reads it. In Bacula's two spellings:
 *
 *     bpipe:file=/MYSQL/dump.sql:reader=mysqldump -u x db:writer=mysql
 *     bpipe:/MYSQL/dump.sql:mysqldump -u x db:mysql
 *
 * `\:` is a colon within a field; in the second form the writer may have colons as they are. Programs run without a shell.
 */
export interface BpipePlugin {
  /** The line as written. */
  readonly line: string;
  /** Under which the content appears; nothing need be there. */
  readonly path: BytePath;
  /** Program and arguments. */
  readonly reader: readonly string[];
  /** Empty: the content is restored as a file. `%w` and `%r` stand in it as they are. */
  readonly writer: readonly string[];
}

/** A Plugin line that cannot be carried out. Ends the job: nothing else would say that it saved less. */
export class PluginRefused extends OperatorError {
  readonly code = 'FD_PLUGIN_REFUSED';
  override readonly hint =
    'Correct the Plugin line of the FileSet: "bpipe:file=PATH:reader=COMMAND:writer=COMMAND".';
}

const PREFIX = 'bpipe:';
const KEYS = ['file', 'reader', 'writer'] as const;
type Fields = Partial<Record<(typeof KEYS)[number], string>>;

export function isBpipe(line: string): boolean {
  return line.startsWith(PREFIX);
}

/** @throws PluginRefused */
export function parseBpipe(line: string): BpipePlugin {
  const refuse = (problem: string) => new PluginRefused(`Plugin "${line}": ${problem}`);
  const text = line.slice(PREFIX.length);
  const { file = '', reader, writer = '' } = text.startsWith('/') ? inOrder(text) : byKey(text, refuse);
  const path = normalizePath(pathFromBytes(Buffer.from(file)));
  if (path === undefined || path === '/' || file.endsWith('/')) {
    throw refuse(`the file "${file}" is not an absolute path of a file`);
  }
  if (file.includes('\0')) throw refuse('the file has a NUL byte in its name');
  const words = (what: string, command: string) => {
    try {
      return commandWords(command);
    } catch (error) {
      throw refuse(`in the ${what}, ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const plugin = { line, path, reader: words('reader', reader ?? ''), writer: words('writer', writer) };
  if (plugin.reader.length === 0) throw refuse('it has no reader, which would print what is to be saved');
  return plugin;
}

/** The words of the writer for a restore: `%w` is where it goes, `%r` how it replaces (a, w, n or o). */
export function writerWords(
  { writer }: BpipePlugin,
  { where, replace }: { readonly where: BytePath; readonly replace: ReplaceRule },
): string[] {
  return substituteWords(writer, { w: Buffer.from(where, 'latin1').toString(), r: REPLACE_LETTERS[replace] });
}

const REPLACE_LETTERS: Readonly<Record<ReplaceRule, string>> = {
  always: 'a',
  ifNewer: 'w',
  never: 'n',
  ifOlder: 'o',
};

function inOrder(text: string): Fields {
  const [file, reader, ...writer] = fieldsOf(text);
  return { file, reader, writer: writer.join(':') };
}

function byKey(text: string, refuse: (problem: string) => PluginRefused): Fields {
  const fields: Fields = {};
  for (const field of fieldsOf(text)) {
    const equals = field.indexOf('=');
    const key = KEYS.find((one) => one === field.slice(0, Math.max(equals, 0)).trim().toLowerCase());
    if (key === undefined) {
      throw refuse(`"${field}" is none of file=, reader= and writer= (a colon within one is written "\\:")`);
    }
    if (fields[key] !== undefined) throw refuse(`"${key}=" stands there twice`);
    fields[key] = field.slice(equals + 1);
  }
  return fields;
}

/** Cut at the colons without a backslash before them; other backslashes belong to the command. */
function fieldsOf(text: string): string[] {
  return text.split(/(?<!\\):/).map((field) => field.replaceAll('\\:', ':'));
}
