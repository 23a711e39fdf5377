import { SourceOpener } from '../include.ts';
import { Lexer } from '../lexer.ts';
import type { LoadOptions } from '../load-options.ts';
import { parseConf } from '../parser.ts';
import { Problems } from '../problem.ts';
import { diskReader } from '../source-reader.ts';

/** Whose conf a file is. */
export type ConfKind = 'director' | 'storage' | 'client' | 'console';

/** Resource types that only one program has, canonical. */
const TYPES_OF: readonly (readonly [kind: ConfKind, types: readonly string[]])[] = [
  ['client', ['filedaemon']],
  ['storage', ['device', 'cloud']],
  ['director', ['job', 'jobdefs', 'fileset', 'pool', 'catalog', 'counter']],
];

/**
 * Whose conf a file is, by what stands in it: names of files are a matter of habit. Includes are followed.
 *
 * @returns undefined for a file that is no conf, or a part of one.
 */
export function confKind(file: string, options: LoadOptions = {}): ConfKind | undefined {
  const problems = new Problems(); // reported by those who load it
  const opener = new SourceOpener(
    options.reader ?? diskReader,
    options.workingDirectory ?? process.cwd(),
    problems,
  );
  const source = opener.openFile(file);
  if (!source) return undefined;
  const grammar = { resourceTypes: new Set<string>(), valueOnNextLine: new Set<string>() };
  const blocks = parseConf(new Lexer(source, opener, problems), grammar, problems);
  const directors = blocks.filter((block) => block.key === 'director');
  // Each of the four has a Director resource; a part of a conf, to be included, seldom.
  if (directors.length === 0) return undefined;
  const has = (...types: string[]) => blocks.some((block) => types.includes(block.key));
  const found = TYPES_OF.find(([, types]) => has(...types));
  if (found) return found[0];
  const directives = new Set(directors.flatMap((block) => block.entries.map((entry) => entry.key)));
  if (directives.has('queryfile')) return 'director';
  if (directives.has('address') && !has('client', 'storage', 'messages')) return 'console';
  // The file daemon's own resource may be called Client.
  return has('client') ? 'client' : has('storage') ? 'storage' : undefined;
}
