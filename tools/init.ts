import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OperatorError, isErrno } from '../errors/operator-error.ts';

const FILES = ['noctule-dir.conf', 'noctule-sd.conf', 'noctule-fd.conf', 'nconsole.conf'];
const SAMPLES = new URL(import.meta.url.endsWith('.ts') ? '../conf/' : '../../conf/', import.meta.url);

/**
 * `noctule init [DIR]`: writes the sample conf of one machine with fresh passwords. A placeholder of the samples
 * (`@@NAME@@`) becomes the same random password wherever it stands, so the files agree with one another.
 * Never replaces a file.
 */
export async function init(args: readonly string[]): Promise<number> {
  if (args.length > 1 || args[0]?.startsWith('-')) {
    process.stderr.write(
      'usage: noctule init [DIR]\n\nWrites the conf of a first site to DIR (default /etc/noctule).\n',
    );
    return 2;
  }
  const directory = resolve(args[0] ?? '/etc/noctule');
  await mkdir(directory, { recursive: true });
  const passwords = new Map<string, string>();
  const passwordFor = (placeholder: string): string => {
    const password = passwords.get(placeholder) ?? randomBytes(24).toString('base64url');
    passwords.set(placeholder, password);
    return password;
  };
  for (const name of FILES) {
    const sample = await readFile(fileURLToPath(new URL(name, SAMPLES)), 'utf8');
    await writeNewFile(join(directory, name), sample.replace(/@@[A-Z_]+@@/g, passwordFor));
    process.stdout.write(`${join(directory, name)}\n`);
  }
  process.stdout.write(
    `Read them, change what your site needs, then test: noctule-dir -t -c ${join(directory, FILES[0]!)}\n`,
  );
  return 0;
}

/** Passwords inside: readable by the owner only from the first byte on. */
async function writeNewFile(file: string, text: string): Promise<void> {
  try {
    await using handle = await open(file, 'wx', 0o600);
    await handle.writeFile(text);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) throw new ConfFileExists(file);
    throw error;
  }
}

export class ConfFileExists extends OperatorError {
  readonly code = 'TOOL_CONF_EXISTS';
  override readonly hint = 'Name another directory, or move the old files away.';
  constructor(file: string) {
    super(`${file} exists and is not replaced`);
  }
}
