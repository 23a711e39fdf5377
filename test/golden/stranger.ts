import { inflateRawSync, zstdDecompressSync } from 'node:zlib';

/**
 * A reader of volumes as a stranger would write it with nothing at hand but `docs/volume-format.md`: it shares no code with the
 * product, so that it shares no mistake either.
 */
export interface StrangersView {
  readonly volumeName: string;
  readonly sessions: readonly {
    readonly name: string;
    readonly jobId: number;
    readonly volumeIndex: number;
    readonly status: string;
    readonly blocks: readonly number[];
    /** Paths of the records, as Latin-1. */
    readonly paths: readonly string[];
  }[];
  /** What is wrong, by the offset where it stands. */
  readonly problems: readonly string[];
}

export function readAsStranger(volume: Buffer): StrangersView {
  const sessions: {
    name: string;
    jobId: number;
    volumeIndex: number;
    status: string;
    blocks: number[];
    paths: string[];
  }[] = [];
  const problems: string[] = [];
  let volumeName = '';
  for (let at = 0; at < volume.length;) {
    const head = volume.subarray(at, at + 68);
    const problem =
      problemOfHeader(head, at) ?? problemOfBody(volume.subarray(at, at + head.readUInt32LE(20)), head);
    if (problem !== undefined) {
      problems.push(`${at}: ${problem}`);
      break;
    }
    const member = volume.subarray(at, at + head.readUInt32LE(20));
    const kind = head[17]!;
    const content = kind === 3 ? Buffer.alloc(0) : member.subarray(68, 68 + head.readUInt32LE(36));
    const name = `${head.readUInt32LE(24)}/${head.readUInt32LE(28)}`;
    if (kind === 1) volumeName = text(fields(content), 1);
    if (kind === 2) {
      const job = fields(bytes(fields(content), 1));
      sessions.push({
        name,
        jobId: number(job, 1),
        volumeIndex: number(fields(content), 2),
        status: '',
        blocks: [],
        paths: [],
      });
    }
    const session = sessions.at(-1);
    if (kind > 2 && session?.name !== name) problems.push(`${at}: a member of another session`);
    if (kind === 3) session?.blocks.push(head.readUInt32LE(32));
    if (kind === 4) session?.paths.push(...pathsOf(content));
    if (kind === 5 && session) session.status = text(fields(content), 1);
    at += member.length;
  }
  return { volumeName, sessions, problems };
}

function problemOfHeader(head: Buffer, at: number): string | undefined {
  if (head.length < 68) return 'less than a header';
  if (head.subarray(0, 10).toString('hex') !== '1f8b08040000000000ff' && !isZstd(head))
    return 'not the fixed bytes of a header';
  if (head.readUInt32LE(64) !== crc32c(head.subarray(0, 64))) return 'the CRC-32C of the header is wrong';
  if (head.toString('latin1', 12, 14) !== 'No' || head[16] !== 1)
    return 'not our subfield, or another version';
  if (Number(head.readBigUInt64LE(48)) !== at) return 'a header of another place';
  return undefined;
}

function problemOfBody(member: Buffer, head: Buffer): string | undefined {
  if (member.length < head.readUInt32LE(20)) return 'the member is not whole';
  if (head.readUInt32LE(60) !== crc32c(member.subarray(68))) return 'the CRC-32C of the body is wrong';
  if (head[17] !== 3) return undefined;
  if (isZstd(head)) {
    const { length } = zstdDecompressSync(member.subarray(68));
    return length === head.readUInt32LE(36) ? undefined : 'the block has another size than it says';
  }
  const content = inflateRawSync(member.subarray(68, -8));
  if (content.length !== head.readUInt32LE(36) || content.length !== member.readUInt32LE(member.length - 4))
    return 'the block has another size than it says';
  return undefined;
}

function isZstd(head: Buffer): boolean {
  return head.subarray(0, 12).toString('hex') === '5e2a4d183c00000000000000';
}

function pathsOf(recordsContent: Buffer): string[] {
  const of = fields(recordsContent);
  const batch = bytes(of, 2);
  const records = fields(number(of, 1) === 1 ? inflateRawSync(batch) : batch);
  return records
    .filter(([field]) => field === 1)
    .map(([, record]) => bytes(fields(record as Buffer), 1).toString('latin1'));
}

// ---- Protocol Buffers, as far as they are needed ------------------------------------------------------------------

type Field = readonly [field: number, value: number | Buffer];

function fields(message: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++]!;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    if (key % 8 === 0) found.push([Math.floor(key / 8), varint()]);
    else if (key % 8 === 2) {
      const length = varint();
      found.push([Math.floor(key / 8), message.subarray(at, (at += length))]);
    } else throw new Error(`wire type ${key % 8}`);
  }
  return found;
}

function number(message: readonly Field[], field: number): number {
  return (message.find(([one]) => one === field)?.[1] as number | undefined) ?? 0;
}

function bytes(message: readonly Field[], field: number): Buffer {
  return (message.find(([one]) => one === field)?.[1] as Buffer | undefined) ?? Buffer.alloc(0);
}

function text(message: readonly Field[], field: number): string {
  return bytes(message, field).toString();
}

// ---- CRC-32C ------------------------------------------------------------------------------------------------------

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

function crc32c(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
