import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { pathFromBytes } from '../byte-path.ts';
import { errnoText } from '../errno-text.ts';
import type { ExtendedAttributes } from '../tar/extended-pax.ts';
import { NO_EXTENDED } from './attributes.ts';
import { PlaceRefused } from './target-tree.ts';

const LENGTH_BYTES = 4;

export interface DirectoryEntry {
  readonly record: FileRecord;
  readonly extended: ExtendedAttributes;
}

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

  add(record: FileRecord, extended: ExtendedAttributes): void {
    const place = this.#endBytes;
    this.#append(FileRecord.encode(record).finish());
    if (record.extended) this.#append(serialize(extended));

    const depth = pathFromBytes(record.path).split('/').length;
    const places = this.#byDepth.get(depth);
    if (places === undefined) this.#byDepth.set(depth, [place]);
    else places.push(place);
  }

  /** All of them, the deepest first: a parent may end up closed to us. */
  *deepestFirst(): Generator<DirectoryEntry> {
    const depths = [...this.#byDepth.keys()].sort((a, b) => b - a);
    for (const depth of depths) {
      for (const place of this.#byDepth.get(depth) ?? []) yield this.#entryAt(place);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #entryAt(place: number): DirectoryEntry {
    const { content, end } = this.#read(place);
    const record = FileRecord.decode(content);
    if (!record.extended) return { record, extended: NO_EXTENDED };
    const { xattrs, flags } = deserialize(this.#read(end).content) as ExtendedAttributes;
    // Buffers come back as plain arrays of bytes.
    const asBuffers = xattrs.map(({ name, value }) => ({
      name: Buffer.from(name),
      value: Buffer.from(value),
    }));
    return { record, extended: { xattrs: asBuffers, flags } };
  }

  #append(content: Uint8Array): void {
    const framed = Buffer.alloc(LENGTH_BYTES + content.length);
    framed.writeUInt32LE(content.length);
    framed.set(content, LENGTH_BYTES);
    writeSync(this.#fd, framed, 0, framed.length, this.#endBytes);
    this.#endBytes += framed.length;
  }

  #read(place: number): { readonly content: Buffer; readonly end: number } {
    const length = Buffer.alloc(LENGTH_BYTES);
    readSync(this.#fd, length, 0, LENGTH_BYTES, place);
    const content = Buffer.alloc(length.readUInt32LE());
    readSync(this.#fd, content, 0, content.length, place + LENGTH_BYTES);
    return { content, end: place + LENGTH_BYTES + content.length };
  }
}
