import { closeSync, globSync, openSync, readFileSync, readlinkSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fsPath, pathFromBytes, pathToBytes, type BytePath } from '../byte-path.ts';
import { errnoText } from '../errno-text.ts';
import { PlaceRefused, type Place } from './target-tree.ts';

/** What a restore calls a file as long as it is not whole. */
export function temporaryName(jobId: number, counter: number): BytePath {
  return `.noctule-${jobId}-${counter}.part`;
}

const TEMPORARY_PATH = /^\/(?:.*\/)?\.noctule-\d+-\d+\.part$/s;

/**
 * Notes in the working directory which file a restore is writing. A daemon that is killed leaves the note and the file; the
 * next one that starts takes them away.
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

  /** This one from now on. */
  note({ parent, directory, name }: Place): void {
    if (parent === this.#noted?.parent && name === this.#noted.name) return;
    this.#noted = { parent, name };
    const path = Buffer.concat([realPath(directory), pathToBytes(`/${name}\0`)]);
    writeSync(this.#fd, path, 0, path.length, 0);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    rmSync(this.#notePath, { force: true });
  }
}

/** To be called while no restore runs. Gives the paths of the files that were there. */
export function removeUnfinishedFiles(workingDirectory: string): BytePath[] {
  const removed: BytePath[] = [];
  for (const note of globSync('restore-*-unfinished.tmp', { cwd: workingDirectory })) {
    const notePath = join(workingDirectory, note);
    const [path = ''] = pathFromBytes(readFileSync(notePath)).split('\0');
    if (TEMPORARY_PATH.test(path) && removeIfThere(path)) removed.push(path);
    rmSync(notePath, { force: true });
  }
  return removed;
}

/** Of a directory that is held open; empty when it is too long to be said in one piece. */
function realPath(directory: BytePath): Buffer {
  try {
    return readlinkSync(directory.replace(/\/$/, ''), 'buffer');
  } catch {
    return Buffer.alloc(0);
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
