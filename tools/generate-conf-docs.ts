/**
 * Writes the pages of docs/conf/ from the tables of directives. With `--check` it writes nothing: it names the pages
 * that are stale, and ends with status 1 when there are any.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentDirectives } from '../configuration/document-directives.ts';

const DIRECTORY = 'docs/conf';

/** @returns One sentence for each page that is not as it would be generated now. */
export function staleConfPages(root: string): string[] {
  const directory = join(root, DIRECTORY);
  const pages = documentDirectives();
  const cure = 'run `node tools/generate-conf-docs.ts` and commit the result';
  const present = new Set(readdirSync(directory));
  return [
    ...[...pages]
      .filter(([file, text]) => !present.has(file) || readFileSync(join(directory, file), 'utf8') !== text)
      .map(([file]) => `${DIRECTORY}/${file} is stale; ${cure}`),
    ...[...present]
      .filter((file) => !pages.has(file))
      .map((file) => `${DIRECTORY}/${file} belongs to no program; ${cure}`),
  ];
}

function writeConfPages(root: string): void {
  const directory = join(root, DIRECTORY);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of documentDirectives()) writeFileSync(join(directory, file), text);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  if (process.argv.includes('--check')) {
    const stale = staleConfPages(root);
    process.stderr.write(stale.map((sentence) => `${sentence}\n`).join(''));
    if (stale.length > 0) process.exitCode = 1;
  } else {
    writeConfPages(root);
  }
}
