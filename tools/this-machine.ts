import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import type { Machine } from '../configuration/site/site.ts';

/** The machine that the tool runs on. It knows itself by its host name and addresses; no name service is asked. */
export const thisMachine: Machine = {
  isHere: (address) => ownNames().has(address.toLowerCase()),
  kindOf(path) {
    try {
      return statSync(path).isDirectory() ? 'directory' : 'file';
    } catch {
      return undefined;
    }
  },
  isWritable(directory) {
    try {
      accessSync(directory, constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
  linesOf(path) {
    try {
      const lines = readFileSync(path, 'latin1').split('\n');
      return lines.map((line) => Buffer.from(line, 'latin1'));
    } catch {
      return undefined;
    }
  },
};

let known: ReadonlySet<string> | undefined;

/** With and without the domain. */
function ownNames(): ReadonlySet<string> {
  if (known) return known;
  const name = hostname().toLowerCase();
  const addresses = Object.values(networkInterfaces()).flatMap(
    (all) => all?.map(({ address }) => address) ?? [],
  );
  known = new Set(['localhost', '127.0.0.1', '::1', name, name.split('.')[0] ?? name, ...addresses]);
  return known;
}
