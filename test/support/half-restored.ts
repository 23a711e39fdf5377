import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files below `restored` that are not, byte by byte, those of the same name below `source`; leftovers are among them. */
export function filesNotWhole(restored: string, source: string): string[] {
  if (!existsSync(restored)) return [];
  return readdirSync(restored, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(restored.length + 1))
    .filter((name) => !isSame(join(restored, name), join(source, name)));
}

function isSame(file: string, saved: string): boolean {
  return existsSync(saved) && readFileSync(file).equals(readFileSync(saved));
}
