import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** A directory that is there until the end of the test file. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'noctule-director-'));
  made.push(directory);
  return directory;
}
