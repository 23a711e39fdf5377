import { createHash } from 'node:crypto';
import { appendFileSync, lstatSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { libc } from '../../native/libc.ts';

const ONE_OF = 100;
const SECOND = 1_000_000_000n; // in nanoseconds

/** Paths of the regular files below a directory that can be named in any console: no odd byte on the way. Sorted. */
export function plainFiles(directory: string): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (!/^[\w.-]+$/.test(entry.name)) continue;
    if (entry.isDirectory()) files.push(...plainFiles(path));
    else if (entry.isFile()) files.push(path);
  }
  return files.sort();
}

/** Adds a line to one file in a hundred (at least to one) while it exists; each round to other ones. */
export class ChangedFiles implements Disposable {
  readonly #before: { path: string; sizeBytes: number; mtimeNs: bigint }[] = [];

  constructor(directory: string, files: readonly string[], round: number) {
    const numberOf = (path: string) =>
      createHash('sha1').update(path.slice(directory.length)).digest().readUInt32BE();
    const chosen = files.filter((path) => numberOf(path) % ONE_OF === round % ONE_OF);
    for (const path of chosen.length > 0 ? chosen : files.slice(0, 1)) {
      const { size, mtimeNs } = lstatSync(path, { bigint: true });
      this.#before.push({ path, sizeBytes: Number(size), mtimeNs });
      appendFileSync(path, `changed in round ${round}\n`);
    }
  }

  get count(): number {
    return this.#before.length;
  }

  /** Two names of one file may both be in it: the one that was changed last is undone first. */
  [Symbol.dispose](): void {
    for (const { path, sizeBytes, mtimeNs } of this.#before.toReversed()) {
      truncateSync(path, sizeBytes);
      const nanoseconds = Number(((mtimeNs % SECOND) + SECOND) % SECOND);
      const seconds = Number((mtimeNs - BigInt(nanoseconds)) / SECOND);
      libc()?.setPathTimes(Buffer.from(path), {
        atimeSeconds: seconds,
        atimeNanoseconds: nanoseconds,
        mtimeSeconds: seconds,
        mtimeNanoseconds: nanoseconds,
      });
    }
  }
}
