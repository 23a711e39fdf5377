/**
 * The integers of packed columns: unsigned LEB128 (seven bits per byte, low bits first, high bit = more follows), as
 * in protobuf. Signed ones are folded first (0, -1, 1, -2 ... become 0, 1, 2, 3 ...).
 */

const INITIAL_BYTES = 256;

/** What the length takes of most things that have one in front and are packed in place. */
const USUAL_LENGTH_BYTES = 2;

/** Appends to a buffer of its own, which grows and is used again after `take`. */
export class PackWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  /** One byte, 0-255. */
  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** Bytes written since the last take. */
  get length(): number {
    return this.#length;
  }

  /** Four bytes, little endian. */
  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  /** A safe integer in eight bytes, little endian, two's complement. */
  int64(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeBigInt64LE(BigInt(value), this.#length);
  }

  /** Leaves room for the length of what follows, which `closeLength` writes. Gives what that must be given. */
  openLength(): number {
    this.#reserve(USUAL_LENGTH_BYTES);
    this.#length += USUAL_LENGTH_BYTES;
    return this.#length;
  }

  /** @param start of `openLength` */
  closeLength(start: number): void {
    const end = this.#length;
    const bytes = end - start;
    this.#length = start - USUAL_LENGTH_BYTES;
    if (bytes >= 0x80 && bytes < 0x4000) {
      this.unsigned(bytes);
      this.#length = end;
      return;
    }
    const content = Buffer.from(this.#buffer.subarray(start, end));
    this.unsigned(bytes);
    this.bytes(content);
  }

  /** A safe integer that is not negative, or a bigint below 2^64. */
  unsigned(value: number | bigint): void {
    this.#reserve(10);
    if (typeof value === 'bigint') {
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) return this.#unsignedBig(value);
      value = Number(value);
    }
    // Above 2^31 the shift operators would cut the number.
    while (value >= 0x8000_0000) {
      this.#buffer[this.#length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    while (value >= 0x80) {
      this.#buffer[this.#length++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    this.#buffer[this.#length++] = value;
  }

  /** A safe integer of either sign, below 2^52 in size. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** The bytes of `source` from `start` to `end` (not included): no view of them is made. */
  part(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#length += source.copy(this.#buffer, this.#length, start, end);
  }

  /** Length, then the bytes. */
  text(value: Uint8Array): void {
    this.unsigned(value.length);
    this.bytes(value);
  }

  /** A copy of what was written; the writer is empty afterwards. */
  take(): Buffer {
    const packed = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return packed;
  }

  /** As `take`, in memory of its own, which may be moved to another thread. */
  takeOwned(): Uint8Array<ArrayBuffer> {
    const packed = new Uint8Array(this.#length);
    packed.set(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return packed;
  }

  #unsignedBig(value: bigint): void {
    while (value >= 0x80n) {
      this.#buffer[this.#length++] = Number(value & 0x7fn) | 0x80;
      value >>= 7n;
    }
    this.#buffer[this.#length++] = Number(value);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** Packed bytes that cannot be what was written. */
export class DamagedColumn extends RangeError {
  override readonly name = 'DamagedColumn';
}

/** Reads what a PackWriter wrote. @throws DamagedColumn at the end of the bytes, or when they cannot be right. */
export class PackReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#position++];
    if (value === undefined) throw tooShort();
    return value;
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#advance(4));
  }

  int64(): number {
    return Number(this.#bytes.readBigInt64LE(this.#advance(8)));
  }

  /** A safe integer. */
  unsigned(): number {
    const value = this.unsigned64();
    if (typeof value === 'bigint') throw new DamagedColumn(`a packed number, ${value}, is larger than 2^53`);
    return value;
  }

  /** A number up to 2^64 - 1: a bigint only when it is no safe integer. */
  unsigned64(): number | bigint {
    const start = this.#position;
    let value = 0;
    let scale = 1;
    let byte;
    do {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    let exact = 0n;
    for (let i = this.#position - 1; i >= start; i--)
      exact = (exact << 7n) | BigInt((this.#bytes[i] ?? 0) & 0x7f);
    return BigInt.asUintN(64, exact);
  }

  /** A safe integer of either sign. */
  signed(): number {
    const folded = this.unsigned64();
    if (typeof folded === 'number') return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    const value = Number((folded >> 1n) ^ -(folded & 1n));
    if (!Number.isSafeInteger(value))
      throw new DamagedColumn(`a packed number, ${value}, is larger than 2^53`);
    return value;
  }

  /** Has bytes that were gone past written. */
  copyPart(writer: PackWriter, start: number, length: number): void {
    writer.part(this.#bytes, start, start + length);
  }

  /** The next `length` bytes, not copied. */
  view(length: number): Buffer {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Length, then that many bytes: a view of them. */
  textView(): Buffer {
    return this.view(this.unsigned());
  }

  /** Goes on by `length` bytes; gives where they begin, for `viewAt`. */
  skip(length: number): number {
    return this.#advance(length);
  }

  /** Bytes that were gone past, not copied. */
  viewAt(start: number, length: number): Buffer {
    return this.#bytes.subarray(start, start + length);
  }

  /** Copies bytes that were gone past. A loop: they are few, and a view would cost more. */
  copyTo(target: Buffer, at: number, start: number, length: number): void {
    for (let i = 0; i < length; i++) target[at + i] = this.#bytes[start + i]!;
  }

  /** Goes on by `length` bytes; gives where they begin. */
  #advance(length: number): number {
    const start = this.#position;
    if (start + length > this.#bytes.length) throw tooShort();
    this.#position = start + length;
    return start;
  }
}

function tooShort(): DamagedColumn {
  return new DamagedColumn('packed bytes end too early');
}
