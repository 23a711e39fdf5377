import { describe, expect, it } from 'vitest';
import { MessageDecoder } from '../../../transport/message-decoder.ts';

/** A gRPC message: not compressed, size, content. */
function framed(content: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(content.length, 1);
  return Buffer.concat([header, content]);
}

const RECORD_BYTES = 16_384;

/** Views of a record that lie as told, and the record. */
function piecesOf(
  recordBytes: number,
  ...spans: [from: number, to: number][]
): { record: ArrayBuffer; pieces: Buffer[] } {
  const record = new ArrayBuffer(recordBytes);
  return { record, pieces: spans.map(([from, to]) => Buffer.from(record, from, to - from)) };
}

/** What is left of a record when these pieces of it have come, and data of the next record. */
function leftOf(recordBytes: number, ...spans: [from: number, to: number][]): number {
  const { record, pieces } = piecesOf(recordBytes, ...spans);
  const decoder = new MessageDecoder(-1);
  decoder.write(framed(Buffer.alloc(1024 * 1024)).subarray(0, 100));
  for (const piece of pieces) decoder.write(piece);
  expect(record.byteLength).toBe(recordBytes); // there may be more in it
  decoder.write(Buffer.from(new ArrayBuffer(10)));
  return record.byteLength;
}

describe('MessageDecoder', () => {
  it('gives the messages that were sent, however they were cut', () => {
    const sent = [0, 1, 3, 70_000, 5, 0, 20].map((size, i) => framed(Buffer.alloc(size, i + 1)));
    const stream = Buffer.concat(sent);
    for (const step of [1, 2, 3, 4, 5, 6, 7, 64, 16_384, stream.length]) {
      const decoder = new MessageDecoder(-1);
      const received: Buffer[] = [];
      for (let at = 0; at < stream.length; at += step) {
        received.push(...decoder.write(Buffer.from(new Uint8Array(stream.subarray(at, at + step)))));
      }
      expect(Buffer.concat(received).equals(stream)).toBe(true);
      expect(received.map(({ length }) => length)).toEqual(sent.map(({ length }) => length));
    }
  });

  it('refuses a message that is too large before there is memory for it', () => {
    const header = framed(Buffer.alloc(0));
    header.writeUInt32BE(4_000_000_000, 1);
    expect(() => new MessageDecoder(1000).write(header)).toThrow(
      'Received message larger than max (4000000000 vs 1000)',
    );
  });

  it('gives the memory of a record back when nothing but headers of frames lies beside its data', () => {
    expect(leftOf(RECORD_BYTES, [0, RECORD_BYTES])).toBe(0);
    expect(leftOf(RECORD_BYTES, [9, 9000], [9009, RECORD_BYTES - 4])).toBe(0);
  });

  it('leaves a record alone in which another stream may have data', () => {
    expect(leftOf(RECORD_BYTES, [10, RECORD_BYTES])).toBe(RECORD_BYTES);
    expect(leftOf(RECORD_BYTES, [0, 9000], [9019, RECORD_BYTES])).toBe(RECORD_BYTES);
    expect(leftOf(RECORD_BYTES, [0, RECORD_BYTES - 10])).toBe(RECORD_BYTES);
  });

  it('leaves the memory that small Buffers share', () => {
    expect(leftOf(Buffer.poolSize, [0, Buffer.poolSize])).toBe(Buffer.poolSize);
  });
});
