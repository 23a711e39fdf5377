import type { Extent } from '../../native/holes.ts';
import { TAR_UNIT_BYTES, paddedBytes, type PaxRecord } from './entry-header.ts';
import { EntryDamaged } from './header-reader.ts';

/**
 * Files with holes in the form of GNU tar's sparse format 1.0 (tar manual, "PAX format, version 1.0"): the data of the
 * entry begins with a map (number of extents, then offset and length of each, as decimal lines, padded to 512 bytes);
 * behind it lies what the extents hold. Every extent but one at the end of the file has a multiple of 512 bytes.
 */

/** More make the map large for little: the rest of such a file is saved as one extent, holes included. */
export const EXTENTS_MAX = 65_536;

const MAJOR = 'GNU.sparse.major';
const NAME = 'GNU.sparse.name';
const REAL_SIZE = 'GNU.sparse.realsize';

export function sparseRecords(name: string, sizeBytes: number): PaxRecord[] {
  return [
    { keyword: MAJOR, value: '1' },
    { keyword: 'GNU.sparse.minor', value: '0' },
    { keyword: NAME, value: name },
    { keyword: REAL_SIZE, value: String(sizeBytes) },
  ];
}

/** Undefined: the entry is no sparse one. */
export function sparseRealSize(pax: ReadonlyMap<string, Buffer>): number | undefined {
  if (pax.get(MAJOR)?.toString('latin1') !== '1') return undefined;
  return Number(pax.get(REAL_SIZE)?.toString('latin1'));
}

/** The map, padded. A file that ends in a hole gets an empty extent at its end, as GNU tar writes it. */
export function encodeSparseMap(extents: readonly Extent[], sizeBytes: number): Buffer {
  const last = extents.at(-1);
  const endsInHole = last === undefined || last.offset + last.length < sizeBytes;
  const all = endsInHole ? [...extents, { offset: sizeBytes, length: 0 }] : extents;
  const text = `${all.length}\n${all.map(({ offset, length }) => `${offset}\n${length}\n`).join('')}`;
  const map = Buffer.alloc(paddedBytes(text.length));
  map.write(text, 'latin1');
  return map;
}

/** Digits of the largest safe integer, and the line end. */
const NUMBER_BYTES_MAX = 17;

/** Reads a map that comes in pieces. */
export class SparseMapReader {
  #text = '';
  #numbers: number[] = [];
  #bytes = 0;

  /**
   * Takes from the piece what belongs to the map and gives the rest; undefined while the map is not complete.
   * @throws EntryDamaged
   */
  take(piece: Buffer): { readonly extents: Extent[]; readonly rest: Buffer } | undefined {
    for (let at = 0; at < piece.length;) {
      // The map ends at a whole tar record: what is taken in such steps is never too much.
      const step = Math.min(piece.length, at + TAR_UNIT_BYTES - (this.#bytes % TAR_UNIT_BYTES)) - at;
      this.#read(piece.toString('latin1', at, at + step));
      this.#bytes += step;
      at += step;
      if (this.#isComplete && this.#bytes % TAR_UNIT_BYTES === 0) {
        return { extents: this.#extents(), rest: piece.subarray(at) };
      }
    }
    return undefined;
  }

  get #isComplete(): boolean {
    const [count] = this.#numbers;
    return count !== undefined && this.#numbers.length > 2 * count;
  }

  #read(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf('\n'); end >= 0 && !this.#isComplete; end = this.#text.indexOf('\n')) {
      const digits = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      const value = Number(digits);
      if (!/^\d+$/.test(digits) || !Number.isSafeInteger(value)) {
        throw new EntryDamaged('a number in its map of holes is damaged');
      }
      this.#numbers.push(value);
    }
    if ((this.#numbers[0] ?? 0) > EXTENTS_MAX + 1) throw new EntryDamaged('its map of holes has no end');
    if (!this.#isComplete && this.#text.length >= NUMBER_BYTES_MAX) {
      throw new EntryDamaged('a number in its map of holes is damaged');
    }
  }

  #extents(): Extent[] {
    const extents: Extent[] = [];
    let end = 0;
    for (let at = 1; at < this.#numbers.length; at += 2) {
      const [offset = 0, length = 0] = this.#numbers.slice(at, at + 2);
      if (offset < end) throw new EntryDamaged('its map of holes contradicts itself');
      extents.push({ offset, length });
      end = offset + length;
    }
    return extents;
  }
}
