import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { pathFromBytes } from '../byte-path.ts';
import { errnoText } from '../errno-text.ts';
import { PlaceRefused } from './target-tree.ts';

const LENGTH_BYTES = 4;

/**
 * The directories of a restore, whose attributes can be set only when nothing more is put into them: on disk, so that
 * memory does not grow with the tree but for one number each.
 */
export class DirectoryAttributes implements Disposable {
  readonly #fd: number;
  #endBytes = 0;
  /** Places in the file, by how many names the path has. */
  readonly #byDepth = new Map<number, number[]>();

  /**
   * `workingDirectory` holds the file; nobody else sees it.
   * @throws PlaceRefused
   */
  constructor(workingDirectory: string, jobId: number) {
    const path = join(workingDirectory, `restore-${jobId}-directories.tmp`);
    try {
      this.#fd = openSync(path, 'w+', 0o600);
      rmSync(path);
    } catch (cause) {
      throw new PlaceRefused(
        `Cannot write in the working directory "${workingDirectory}": ERR=${errnoText(cause)}`,
        {
          cause,
        },
      );
    }
  }

  add(record: FileRecord): void {
    const encoded = FileRecord.encode(record).finish();
    const framed = Buffer.alloc(LENGTH_BYTES + encoded.length);
    framed.writeUInt32LE(encoded.length);
    framed.set(encoded, LENGTH_BYTES);
    writeSync(this.#fd, framed, 0, framed.length, this.#endBytes);

    const depth = pathFromBytes(record.path).split('/').length;
    const places = this.#byDepth.get(depth);
    if (places === undefined) this.#byDepth.set(depth, [this.#endBytes]);
    else places.push(this.#endBytes);
    this.#endBytes += framed.length;
  }

  /** All of them, the deepest first: a parent may end up closed to us. */
  *deepestFirst(): Generator<FileRecord> {
    const depths = [...this.#byDepth.keys()].sort((a, b) => b - a);
    for (const depth of depths) {
      for (const place of this.#byDepth.get(depth) ?? []) yield this.#read(place);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #read(place: number): FileRecord {
    const length = Buffer.alloc(LENGTH_BYTES);
    readSync(this.#fd, length, 0, LENGTH_BYTES, place);
    const encoded = Buffer.alloc(length.readUInt32LE());
    readSync(this.#fd, encoded, 0, encoded.length, place + LENGTH_BYTES);
    return FileRecord.decode(encoded);
  }
}
