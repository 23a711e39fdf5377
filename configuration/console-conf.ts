import { checkAtLeastOne, checkPasswords, resourcesOf } from './checks/check-conf.ts';
import type { ResourceOf } from './directive.ts';
import type { LoadOptions } from './load-options.ts';
import { Places, type LoadedConf } from './places.ts';
import { Problems } from './problem.ts';
import { readConf } from './read-conf.ts';
import { CONSOLE_SCHEMA } from './schemas/console.ts';
import { diskReader } from './source-reader.ts';
import type { CONSOLE_DIRECTOR, NAMED_CONSOLE } from './tables/console-program.ts';

/** What the references of the console's resources lead to. */
interface Resources {
  Director: ConsoleDirectorResource;
}

/** A Director that the console can connect to. */
export type ConsoleDirectorResource = ResourceOf<typeof CONSOLE_DIRECTOR, Resources>;
/** A name under which the console can log in. */
export type NamedConsoleResource = ResourceOf<typeof NAMED_CONSOLE, Resources>;

/** The conf of the console program. */
export interface ConsoleConf {
  readonly directors: readonly ConsoleDirectorResource[];
  readonly consoles: readonly NamedConsoleResource[];
}

/** Loads the console's conf from `file`. Never throws for what stands in it; `problems` has it all. */
export function loadConsoleConf(file: string, options: LoadOptions = {}): LoadedConf<ConsoleConf> {
  const problems = new Problems();
  const nodes = readConf(file, CONSOLE_SCHEMA, problems, options);
  checkAtLeastOne(nodes, 'Director', file, problems, 'there is nothing to connect to');
  checkPasswords(nodes, options.reader ?? diskReader, problems);
  const result = problems.result<ConsoleConf>(() => ({
    directors: resourcesOf(nodes, 'Director'),
    consoles: resourcesOf(nodes, 'Console'),
  }));
  return { ...result, places: new Places(nodes) };
}
