import { pathFromBytes, type BytePath } from '../byte-path.ts';

/** The name under which a file was saved. */
export interface FirstName {
  readonly path: BytePath;
  readonly fileIndex: number;
}

const PIECE_BYTES = 64 * 1024;
/** File index, place of the directory in the piece, and length of the name: 32 bits each. */
const HEAD_BYTES = 12;
const LENGTH_BYTES = 4;
/** No path has it; '' is that of a name without a slash. */
const NO_DIRECTORY = '\0';

/** A part of the memory, given back when all that lies in it was dropped. */
interface Piece {
  readonly number: number;
  readonly bytes: Buffer;
  endBytes: number;
  kept: number;
  /** The one that was written last, and where its length stands. */
  directory: BytePath;
  directoryAt: number;
}

/**
 * Keeps many names for a long time, as bytes, and a directory once for the names in it that follow one another: objects
 * with strings in them would take ten times the room.
 */
export class FirstNames {
  readonly #pieces = new Map<number, Piece>();
  /** The one that is being filled. */
  #last: Piece | undefined;
  /** Of pieces that are gone: so numbers stay within 32 bits as long as the names stay within 4 GiB. */
  readonly #freeNumbers: number[] = [];

  /** Gives the number, of 32 bits, that the name is to be asked for by. */
  keep({ path, fileIndex }: FirstName): number {
    const nameAt = path.lastIndexOf('/') + 1;
    const [directory, name] = [path.slice(0, nameAt), path.slice(nameAt)];
    const piece = this.#pieceFor(directory, name);
    const { bytes, endBytes: at } = piece;
    piece.endBytes += HEAD_BYTES + bytes.write(name, at + HEAD_BYTES, 'latin1');
    if (directory !== piece.directory) {
      piece.directory = directory;
      piece.directoryAt = piece.endBytes;
      bytes.writeUInt32LE(directory.length, piece.endBytes);
      piece.endBytes += LENGTH_BYTES + bytes.write(directory, piece.endBytes + LENGTH_BYTES, 'latin1');
    }
    bytes.writeUInt32LE(fileIndex, at);
    bytes.writeUInt32LE(piece.directoryAt, at + 4);
    bytes.writeUInt32LE(name.length, at + 8);
    piece.kept += 1;
    return piece.number * PIECE_BYTES + at;
  }

  get(number: number): FirstName {
    const { bytes } = this.#pieceOf(number);
    const at = number % PIECE_BYTES;
    const directoryAt = bytes.readUInt32LE(at + 4);
    const text = (from: number, length: number) => pathFromBytes(bytes.subarray(from, from + length));
    const directory = text(directoryAt + LENGTH_BYTES, bytes.readUInt32LE(directoryAt));
    return {
      path: directory + text(at + HEAD_BYTES, bytes.readUInt32LE(at + 8)),
      fileIndex: bytes.readUInt32LE(at),
    };
  }

  /** It is not asked for any more. */
  drop(number: number): void {
    const piece = this.#pieceOf(number);
    piece.kept -= 1;
    if (piece.kept === 0 && piece !== this.#last) this.#forget(piece);
  }

  /** The last piece if there is room for the name, else a new one. */
  #pieceFor(directory: BytePath, name: BytePath): Piece {
    const last = this.#last;
    const [nameBytes, directoryBytes] = [HEAD_BYTES + name.length, LENGTH_BYTES + directory.length];
    const neededBytes = nameBytes + (last?.directory === directory ? 0 : directoryBytes);
    if (last !== undefined && last.endBytes + neededBytes <= last.bytes.length) return last;
    if (last?.kept === 0) this.#forget(last);
    const number = this.#freeNumbers.pop() ?? this.#pieces.size;
    const bytes = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, nameBytes + directoryBytes));
    const piece = { number, bytes, endBytes: 0, kept: 0, directory: NO_DIRECTORY, directoryAt: 0 };
    this.#last = piece;
    this.#pieces.set(number, piece);
    return piece;
  }

  #forget({ number }: Piece): void {
    this.#pieces.delete(number);
    this.#freeNumbers.push(number);
  }

  #pieceOf(number: number): Piece {
    const piece = this.#pieces.get(Math.floor(number / PIECE_BYTES));
    if (piece === undefined) throw new RangeError(`No name is kept as ${number}`);
    return piece;
  }
}
