import type { Extent } from '../../native/holes.ts';
import { paddedBytes } from '../tar/entry-header.ts';
import { EntryDamaged } from '../tar/header-reader.ts';
import { SparseMapReader } from '../tar/sparse-map.ts';

/** Where the content goes. */
export interface HoleyFile {
  write(piece: Buffer): void;
  hole(bytes: number): void;
}

/** Puts the data of a sparse tar entry, which comes in pieces, where its map says; all else of the file is holes. */
export class SparseContent {
  readonly #file: HoleyFile;
  readonly #sizeBytes: number;
  readonly #map = new SparseMapReader();
  /** Undefined while the map is being read. */
  #extents: readonly Extent[] | undefined;
  #next = 0;
  /** Bytes of the extent at hand that have come; its padding included. */
  #inExtent = 0;
  /** How much of the file is written or left out. */
  #position = 0;

  constructor(file: HoleyFile, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  /** @throws EntryDamaged */
  write(piece: Buffer): void {
    if (this.#extents !== undefined) {
      this.#data(piece);
      return;
    }
    const map = this.#map.take(piece);
    if (map === undefined) return;
    const last = map.extents.at(-1);
    if (last !== undefined && last.offset + last.length > this.#sizeBytes) {
      throw new EntryDamaged('its map of holes goes beyond its end');
    }
    this.#extents = map.extents;
    this.#data(map.rest);
  }

  /** All has come. @throws EntryDamaged when something is missing. */
  end(): void {
    const extents = this.#extents ?? [];
    while (extents[this.#next]?.length === 0) this.#next += 1;
    if (this.#extents === undefined || this.#next < extents.length) {
      throw new EntryDamaged('its content ends before its map of holes says so');
    }
    this.#file.hole(this.#sizeBytes - this.#position);
  }

  #data(piece: Buffer): void {
    for (let at = 0; at < piece.length;) {
      const extent = this.#extents?.[this.#next];
      if (extent === undefined) throw new EntryDamaged('there is more content than its map of holes says');
      if (this.#inExtent === 0) {
        this.#file.hole(extent.offset - this.#position);
        this.#position = extent.offset;
      }
      // Whole tar records, but for one that ends with the file.
      const isAtEnd = extent.offset + extent.length === this.#sizeBytes;
      const stored = isAtEnd ? extent.length : paddedBytes(extent.length);
      const step = Math.min(piece.length - at, stored - this.#inExtent);
      const data = piece.subarray(at, at + Math.min(step, Math.max(0, extent.length - this.#inExtent)));
      this.#file.write(data);
      this.#position += data.length;
      this.#inExtent += step;
      at += step;
      if (this.#inExtent < stored) continue;
      this.#next += 1;
      this.#inExtent = 0;
    }
  }
}
