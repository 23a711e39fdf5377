import type {
  ConsoleConf,
  ConsoleDirectorResource,
  NamedConsoleResource,
} from '../configuration/console-conf.ts';
import { nearest } from '../configuration/suggestion.ts';
import { NotInConf } from './console-errors.ts';

/** As whom, and to whom. */
export interface Login {
  readonly director: ConsoleDirectorResource;
  /** Undefined: as the default console, with the Director's own password. */
  readonly console: NamedConsoleResource | undefined;
}

/**
 * What the command line and the conf say about whom to call.
 * @param ask lets the admin choose where the conf has several; undefined when nobody can be asked.
 * @throws NotInConf
 */
export async function chooseLogin(
  { directors, consoles }: ConsoleConf,
  wanted: { director: string | undefined; console: string | undefined },
  ask: ((names: readonly string[]) => Promise<number | undefined>) | undefined,
): Promise<Login> {
  const director =
    wanted.director === undefined
      ? await chosen(directors, ask)
      : named('Director', directors, wanted.director);
  const console =
    wanted.console === undefined
      ? consoles.find((one) => one.director === undefined || one.director.name === director.name)
      : named('Console', consoles, wanted.console);
  return { director, console };
}

async function chosen(
  directors: readonly ConsoleDirectorResource[],
  ask: ((names: readonly string[]) => Promise<number | undefined>) | undefined,
): Promise<ConsoleDirectorResource> {
  const [only] = directors;
  if (!only)
    throw new NotInConf('The conf has no Director resource', 'Add one with Name, Address and Password.');
  if (directors.length === 1) return only;
  const names = directors.map(({ name }) => name);
  const found = ask && directors[(await ask(names)) ?? -1];
  if (found) return found;
  throw new NotInConf(`The conf has several Directors: ${names.join(', ')}`, 'Choose one with -D NAME.');
}

function named<R extends { readonly name: string }>(kind: string, resources: readonly R[], name: string): R {
  const found = resources.find((resource) => resource.name === name);
  if (found) return found;
  const names = resources.map((resource) => resource.name);
  const near = nearest(name, names);
  throw new NotInConf(
    `The conf has no ${kind} "${name}"`,
    near !== undefined ? `Did you mean "${near}"?` : `It has: ${names.join(', ') || 'none'}.`,
  );
}
