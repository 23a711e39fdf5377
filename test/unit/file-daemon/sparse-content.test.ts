import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Extent } from '../../../native/holes.ts';
import { SparseContent } from '../../../file-daemon/restore/sparse-content.ts';
import { encodeSparseMap } from '../../../file-daemon/tar/sparse-map.ts';

/** Extents in whole tar records, but for one that ends with the file. */
const layout = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 })), { maxLength: 12 }),
    fc.integer({ min: 0, max: 1500 }),
    fc.boolean(),
  )
  .map(([pairs, tail, endsInData]) => {
    const extents: Extent[] = [];
    let at = 0;
    for (const [hole, data] of pairs) {
      extents.push({ offset: at + hole * 512, length: data * 512 });
      at += (hole + data) * 512;
    }
    const last = extents.at(-1);
    if (endsInData && last !== undefined) {
      const length = last.length - (tail % 512);
      extents[extents.length - 1] = { ...last, length };
      return { extents, sizeBytes: last.offset + length };
    }
    return { extents, sizeBytes: at + tail };
  });

class FileInMemory {
  readonly bytes: Buffer;
  written = 0;
  #at = 0;
  constructor(sizeBytes: number) {
    this.bytes = Buffer.alloc(sizeBytes);
  }
  write(piece: Buffer): void {
    piece.copy(this.bytes, this.#at);
    this.#at += piece.length;
    this.written += piece.length;
  }
  hole(bytes: number): void {
    this.#at += bytes;
  }
  get position(): number {
    return this.#at;
  }
}

function stored(content: Buffer, extents: readonly Extent[]): Buffer {
  const data = extents.map(({ offset, length }) => content.subarray(offset, offset + length));
  return Buffer.concat([encodeSparseMap(extents, content.length), ...data]);
}

describe('a file with holes', () => {
  it('is the same after its way through a tar entry, however that is cut', () => {
    fc.assert(
      fc.property(layout, fc.integer({ min: 1, max: 2000 }), ({ extents, sizeBytes }, step) => {
        const content = Buffer.alloc(sizeBytes);
        for (const { offset, length } of extents) content.fill('data', offset, offset + length);
        const entry = stored(content, extents);
        const file = new FileInMemory(sizeBytes);
        const sparse = new SparseContent(file, sizeBytes);
        for (let at = 0; at < entry.length; at += step) sparse.write(entry.subarray(at, at + step));
        sparse.end();
        expect(file.bytes.equals(content)).toBe(true);
        expect(file.position).toBe(sizeBytes);
        expect(file.written).toBe(extents.reduce((sum, { length }) => sum + length, 0));
      }),
    );
  });

  const extents = [{ offset: 512, length: 512 }];
  const entry = stored(Buffer.alloc(2048, 'x'), extents);

  it.each([
    ['a map cut off', entry.subarray(0, 300), 'ends before its map'],
    ['missing content', entry.subarray(0, -1), 'ends before its map'],
    ['too much content', Buffer.concat([entry, entry]), 'more content than its map'],
    ['a map of nonsense', Buffer.from('1\nx\n'.padEnd(512, '\0')), 'is damaged'],
    [
      'extents that run backwards',
      Buffer.from('2\n512\n512\n0\n512\n'.padEnd(512, '\0')),
      'contradicts itself',
    ],
    ['an extent behind its end', Buffer.from('1\n4096\n512\n'.padEnd(512, '\0')), 'beyond its end'],
    ['a number without an end', Buffer.alloc(2 * 1024 * 1024, '7'), 'is damaged'],
    ['a map without an end', Buffer.from('999999\n'.padEnd(512, '\0')), 'no end'],
  ])('with %s is refused', (_, bytes, message) => {
    const sparse = new SparseContent(new FileInMemory(2048), 2048);
    expect(() => {
      sparse.write(bytes);
      sparse.end();
    }).toThrow(message);
  });
});
