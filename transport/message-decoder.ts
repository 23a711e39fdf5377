import { StreamDecoder } from '@grpc/grpc-js/build/src/stream-decoder.js';

/** In front of each gRPC message: whether it is compressed, and its size as four bytes, big endian. */
const MESSAGE_HEADER_BYTES = 5;
/** In front of each HTTP/2 frame (RFC 9113, 4.1). */
const FRAME_HEADER_BYTES = 9;

/**
 * Takes the place of the decoder of grpc-js, which keeps each piece of a message (a TLS record of 16 KiB) until it has
 * all and joins them then: what comes piles up outside V8's heap until the collector looks after it, and that is most of
 * the work of receiving. This one copies each piece into the message at once and gives its memory back. The decoder is
 * private to grpc-js, so this depends on the pinned release; a test sees that memory go.
 */
export function replaceDecoder(): void {
  StreamDecoder.prototype.write = write;
}

const decoders = new WeakMap<StreamDecoder, MessageDecoder>();

function write(this: StreamDecoder, data: Buffer): Buffer[] {
  let decoder = decoders.get(this);
  if (decoder === undefined) {
    const { maxReadMessageLength } = this as unknown as { maxReadMessageLength: number };
    decoder = new MessageDecoder(maxReadMessageLength);
    decoders.set(this, decoder);
  }
  return decoder.write(data);
}

/** Cuts the data of one HTTP/2 stream into messages. */
export class MessageDecoder {
  readonly #messageBytesMax: number;
  readonly #header = Buffer.alloc(MESSAGE_HEADER_BYTES);
  /** Undefined until its header is there; it holds that, too. */
  #message: Buffer | undefined;
  /** Bytes of the message, its header included, that are there. */
  #filled = 0;
  readonly #records = new ReceivedRecords();

  /** @param messageBytesMax -1 = no limit */
  constructor(messageBytesMax: number) {
    this.#messageBytesMax = messageBytesMax;
  }

  /** The messages that this piece completes, each with its header. The piece must not be looked at any more. */
  write(data: Buffer): Buffer[] {
    const complete: Buffer[] = [];
    for (let at = 0; at < data.length;) {
      const target = this.#message ?? this.#header;
      const bytes = data.copy(target, this.#filled, at, at + target.length - this.#filled);
      at += bytes;
      this.#filled += bytes;
      if (this.#filled < target.length) break;
      this.#message ??= this.#begin();
      if (this.#filled < this.#message.length) continue;
      complete.push(this.#message);
      this.#message = undefined;
      this.#filled = 0;
    }
    this.#records.copied(data);
    return complete;
  }

  #begin(): Buffer {
    const size = this.#header.readUInt32BE(1);
    if (this.#messageBytesMax !== -1 && size > this.#messageBytesMax) {
      throw new Error(`Received message larger than max (${size} vs ${this.#messageBytesMax})`);
    }
    const message = Buffer.allocUnsafe(MESSAGE_HEADER_BYTES + size);
    this.#header.copy(message);
    return message;
  }
}

/**
 * Gives the memory of a TLS record back when all of it was copied. Node shows the data of a frame as a view of the record
 * that it came in, and another stream of the connection may have data in the same record. It has none when nothing but
 * headers of frames lies before, between and behind the pieces of this stream: a frame with data of another takes more.
 */
class ReceivedRecords {
  #memory: ArrayBufferLike | undefined;
  /** Where the last piece in it ended. */
  #end = 0;
  #isAllOurs = false;

  copied({ buffer, byteOffset, byteLength }: Buffer): void {
    if (buffer === this.#memory) {
      this.#isAllOurs &&= byteOffset - this.#end === FRAME_HEADER_BYTES;
    } else {
      this.#release();
      this.#memory = buffer;
      this.#isAllOurs = byteOffset <= FRAME_HEADER_BYTES;
    }
    this.#end = byteOffset + byteLength;
  }

  /** Data of a later record has come: whatever this stream has in this one, it has seen. */
  #release(): void {
    const memory = this.#memory;
    if (!(memory instanceof ArrayBuffer) || !this.#isAllOurs) return;
    // Not the pool of small Buffers: data that Node has received never lies there, but what a caller makes may.
    if (memory.byteLength === Buffer.poolSize) return;
    if (memory.byteLength - this.#end <= FRAME_HEADER_BYTES) memory.transfer(0);
  }
}
