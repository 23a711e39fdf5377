import { closeSync, globSync, openSync, readFileSync, readlinkSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { fsPath, pathFromBytes, type BytePath } from '../byte-path.ts';
import { errnoText } from '../errno-text.ts';
import { mtimeNsOf } from './replace-rule.ts';
import { PlaceRefused, lstatOf, type Place } from './target-tree.ts';

/** What a restore calls a file as long as it is not whole. */
export function temporaryName(jobId: number, counter: number): BytePath {
  return `.noctule-${jobId}-${counter}.part`;
}

const TEMPORARY_NAME = /^\.noctule-\d+-\d+\.part$/;

/** Where the note has the directory: behind any name (NAME_MAX is 255) and time. */
const DIRECTORY_OFFSET = 512;

/**
 * Notes in the working directory which file a restore is writing. A daemon that is killed leaves the note and the file; the
 * next one that starts takes them away. The note: the name, zero, the modification time that the file has when it is whole
 * (in nanoseconds; empty for one under a temporary name, which is never whole), zero; at byte 512 the directory, zero.
 */
export class UnfinishedFile implements Disposable {
  readonly #notePath: string;
  readonly #fd: number;
  /** What the note says. */
  #noted: Pick<Place, 'parent' | 'name'> | undefined;

  /** @throws PlaceRefused when the working directory cannot be written in. */
  constructor(workingDirectory: string, jobId: number) {
    this.#notePath = join(workingDirectory, `restore-${jobId}-unfinished.tmp`);
    try {
      this.#fd = openSync(this.#notePath, 'w', 0o600);
    } catch (cause) {
      const problem = `Cannot write in the working directory "${workingDirectory}": ERR=${errnoText(cause)}`;
      throw new PlaceRefused(problem, { cause });
    }
  }

  /** This one from now on: under a temporary name, or under its own and then with the record it is made from. */
  note({ parent, directory, name }: Omit<Place, 'isFresh'>, record?: FileRecord): void {
    const isThere = parent === this.#noted?.parent;
    if (isThere && name === this.#noted?.name) return;
    if (!isThere) {
      this.clear(); // until the name is written
      this.#write(`${realPath(directory)}\0`, DIRECTORY_OFFSET);
    }
    this.#noted = { parent, name };
    this.#write(`${name}\0${record === undefined ? '' : mtimeNsOf(record)}\0`, 0);
  }

  /** None: whoever changes a file from now on does not lose it when the daemon is killed. */
  clear(): void {
    this.#write('\0\0', 0);
    this.#noted = undefined;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    rmSync(this.#notePath, { force: true });
  }

  #write(text: BytePath, at: number): void {
    writeSync(this.#fd, text, at, 'latin1');
  }
}

/** To be called while no restore runs. Gives the paths of the files that were there. */
export function removeUnfinishedFiles(workingDirectory: string): BytePath[] {
  const removed: BytePath[] = [];
  for (const note of globSync('restore-*-unfinished.tmp', { cwd: workingDirectory })) {
    const notePath = join(workingDirectory, note);
    const path = unfinishedPath(readFileSync(notePath));
    if (path !== undefined && removeIfThere(path)) removed.push(path);
    rmSync(notePath, { force: true });
  }
  return removed;
}

/** The file that a note is of, if it is not whole. */
function unfinishedPath(note: Buffer): BytePath | undefined {
  const [name = '', wholeMtimeNs = ''] = pathFromBytes(note.subarray(0, DIRECTORY_OFFSET)).split('\0');
  const [directory = ''] = pathFromBytes(note.subarray(DIRECTORY_OFFSET)).split('\0');
  if (name === '' || !directory.startsWith('/')) return undefined;
  const path = `${directory === '/' ? '' : directory}/${name}`;
  if (wholeMtimeNs === '') return TEMPORARY_NAME.test(name) ? path : undefined;
  const there = lstatOf(path);
  return there === undefined || there.isDirectory() || String(there.mtimeNs) === wholeMtimeNs
    ? undefined
    : path;
}

/** Of a directory that is held open; empty when it is too long to be said in one piece. */
function realPath(directory: BytePath): BytePath {
  try {
    return pathFromBytes(readlinkSync(directory.replace(/\/$/, ''), 'buffer'));
  } catch {
    return '';
  }
}

function removeIfThere(path: BytePath): boolean {
  try {
    rmSync(fsPath(path));
    return true;
  } catch {
    // Put in its place in the last moment, or out of reach now: either way there is nothing more to be done.
    return false;
  }
}
