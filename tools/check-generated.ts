/**
 * `npm run generated`: generates anew what is generated and committed (the code from proto/, the pages of docs/conf/),
 * and compares byte by byte. Exits with 1 and names each file that is stale, with the command that cures it.
 */
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { messageOf } from '../errors/operator-error.ts';

const run = promisify(execFile);

/** @returns One sentence for each thing that is not as it would be generated now. */
export async function checkGenerated(root: string): Promise<string[]> {
  return [...(await staleProtoCode(root)), ...(await staleConfPages(root))];
}

async function staleProtoCode(root: string): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'noctule-generated-'));
  try {
    await run(join(root, 'node_modules/.bin/buf'), ['generate', '--output', directory], { cwd: root });
    return differences({ committed: join(root, 'proto'), fresh: join(directory, 'proto') }).map(
      (difference) => `proto/${difference}; run \`npm run generate\` and commit the result`,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Compares the generated files of two directories. */
function differences({ committed, fresh }: { committed: string; fresh: string }): string[] {
  const committedFiles = new Set(globSync('**/*.ts', { cwd: committed }));
  const freshFiles = globSync('**/*.ts', { cwd: fresh });
  if (freshFiles.length === 0) throw new Error('buf generated nothing');
  return [
    ...freshFiles.filter((file) => !committedFiles.has(file)).map((file) => `${file} is missing`),
    ...freshFiles
      .filter((file) => committedFiles.has(file))
      .filter((file) => !readFileSync(join(committed, file)).equals(readFileSync(join(fresh, file))))
      .map((file) => `${file} is stale`),
    ...[...committedFiles]
      .filter((file) => !freshFiles.includes(file))
      .map((file) => `${file} comes from no .proto file`),
  ].sort();
}

/** The pages are checked by the program that writes them. */
async function staleConfPages(root: string): Promise<string[]> {
  const program = join(root, 'tools/generate-conf-docs.ts');
  if (!existsSync(program)) return [];
  try {
    await run(process.execPath, [program, '--check'], { cwd: root });
    return [];
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return [(stdout + stderr).trim() || messageOf(error)];
  }
}

if (import.meta.main) {
  const problems = await checkGenerated(join(import.meta.dirname, '..'));
  if (problems.length > 0) {
    process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
    process.exitCode = 1;
  } else {
    process.stdout.write('All generated files are as they would be generated now\n');
  }
}
