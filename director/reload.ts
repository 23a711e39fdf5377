import { loadDirectorConf, type DirectorConf } from '../configuration/director-conf.ts';
import { formatProblem } from '../configuration/problem.ts';
import { addressesOf } from './console-listener.ts';

/** A conf file read again. */
export interface ReadAgain {
  /** Undefined: it cannot be used. */
  readonly conf: DirectorConf | undefined;
  /** Printable; may be warnings although it can be used. */
  readonly problems: readonly string[];
}

/** Reads the conf file again. What a running Director cannot change makes it unusable, or is said. */
export function readConfAgain(file: string, inForce: DirectorConf): ReadAgain {
  const { conf, problems } = loadDirectorConf(file);
  // What keeps the conf from being used must not drown in remarks; notices are for `-t`.
  const told = conf ? 'warning' : 'error';
  const texts = problems.filter(({ severity }) => severity === told).map(formatProblem);
  if (!conf) return { conf: undefined, problems: texts };
  const fixed = fixedProperties(inForce, conf);
  if (fixed.length > 0) return { conf: undefined, problems: [...texts, ...fixed] };
  const moved = JSON.stringify(addressesOf(inForce)) !== JSON.stringify(addressesOf(conf));
  const notes = moved ? ['The addresses and ports for consoles change when the Director is restarted.'] : [];
  return { conf, problems: [...texts, ...notes] };
}

function fixedProperties(inForce: DirectorConf, conf: DirectorConf): string[] {
  const pairs = [
    ['the Name of the Director', inForce.director.name, conf.director.name],
    ['Working Directory', inForce.director.workingDirectory, conf.director.workingDirectory],
    ['the Name of the Catalog', inForce.catalogs[0]?.name, conf.catalogs[0]?.name],
  ] as const;
  return pairs
    .filter(([, old, now]) => old !== now)
    .map(
      ([what, old, now]) =>
        `${what} changes from "${old}" to "${now}": that needs a restart of the Director.`,
    );
}
