import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { xattrs } from '../../native/xattr.ts';

const NOCTULE = join(import.meta.dirname, '../../bin/noctule');
const run = promisify(execFile);
/** Where the source of the golden volumes lay. */
export const SOURCE = '/tmp/noctule-golden/source';

/** The volumes of a set, in the order in which they were written. */
export function volumesOf(set: string): string[] {
  const directory = join(set, 'volumes');
  return readdirSync(directory)
    .sort((a, b) => Number(/\d+$/.exec(a)) - Number(/\d+$/.exec(b)))
    .map((name) => join(directory, name));
}

/** What a tool says of volumes: its exit status, then its text without the directory in which they lie. */
async function told(tool: string, volumes: readonly string[], ...args: string[]): Promise<string> {
  const command = [NOCTULE, 'volume', tool, ...volumes, ...args];
  const { text, status } = await output(command);
  return `${status}\n${text.replaceAll(join(volumes[0]!, '..'), 'VOLUMES')}`;
}

async function output([program, ...args]: readonly string[]): Promise<{ text: string; status: number }> {
  const options = { env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' }, maxBuffer: 1e8 };
  try {
    const { stdout, stderr } = await run(program!, args, options);
    return { text: stdout + stderr, status: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { text: stdout + stderr, status: code };
  }
}

/** All that can be asked of volumes without a daemon, by the name of the file that keeps it. */
export async function expectationsOf(
  volumes: readonly string[],
  directory: string,
): Promise<Record<string, string>> {
  const extracted = await told('extract', volumes, directory);
  return {
    'files.txt': await told('ls', volumes),
    'jobs.txt': await told('ls', volumes, '-j'),
    'blocks.txt': await told('ls', volumes, '-k'),
    'labels.txt': await told('ls', volumes, '-L'),
    'check.txt': await told('check', volumes, '--deep'),
    'tar.txt': await tarListing(volumes),
    'extract.txt': extracted.replaceAll(directory, 'TARGET'),
    'tree.json': `${JSON.stringify(treeOf(directory), null, 1)}\n`,
  };
}

/** What GNU tar lists of each volume by itself. One that begins inside a file is listed from the next header on. */
async function tarListing(volumes: readonly string[]): Promise<string> {
  const lists: string[] = [];
  for (const volume of volumes) {
    const unpack = hasZstdBlocks(volume) ? 'zstd' : 'gzip';
    const script = '"$2" -dc < "$1" 2>/dev/null | tar --ignore-zeros -tf - 2>/dev/null; true';
    const { text } = await output(['sh', '-c', script, 'sh', volume, unpack]);
    lists.push(text);
  }
  return lists.join('--\n');
}

function hasZstdBlocks(volume: string): boolean {
  return readFileSync(volume).includes(Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 60, 0, 0, 0]));
}

/** Each entry with what a volume keeps of it, owners aside: only root can give those back. */
function treeOf(root: string): Record<string, object> {
  const tree: Record<string, object> = {};
  const first = new Map<bigint, string>();
  const visit = (directory: Buffer) => {
    for (const name of readdirSync(directory, { encoding: 'buffer' }).sort((a, b) => Buffer.compare(a, b))) {
      const path = Buffer.concat([directory, Buffer.from('/'), name]);
      const stat = lstatSync(path, { bigint: true });
      const shown = path.subarray(root.length).toString('latin1');
      const linkedTo = stat.nlink > 1n && !stat.isDirectory() ? first.get(stat.ino) : undefined;
      first.set(stat.ino, shown);
      // Parents of what was saved are made by the extraction: nobody knows their times.
      const isSaved = shown.startsWith(SOURCE);
      tree[shown] = {
        mode: (stat.mode & 0o177_777n).toString(8),
        ...(isSaved && { mtime: String(stat.mtimeNs) }),
        ...(linkedTo !== undefined && { linkedTo }),
        ...(stat.isSymbolicLink() && { target: readlinkSync(path) }),
        ...(stat.isFile() && {
          size: Number(stat.size),
          sha1: createHash('sha1').update(readFileSync(path)).digest('hex'),
        }),
        ...(isSaved && !stat.isSymbolicLink() && { xattrs: userAttributes(path) }),
      };
      if (stat.isDirectory()) visit(path);
    }
  };
  visit(Buffer.from(root));
  return tree;
}

function userAttributes(path: Buffer): Record<string, string> {
  const api = xattrs();
  const names = (api?.list(path) ?? []).filter((name) => name.toString().startsWith('user.'));
  return Object.fromEntries(
    names.map((name) => [name.toString(), api?.get(path, name)?.toString('latin1') ?? '']),
  );
}
