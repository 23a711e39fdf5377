import { constants, deflateRawSync, zstdCompressSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { encodeBlock, type PackedContent } from '../../../volume/block.ts';
import {
  encodeLabel,
  encodeRecords,
  encodeSessionEnd,
  encodeSessionStart,
} from '../../../volume/control-member.ts';
import { placeMember, type MemberCodec, type SessionPlace } from '../../../volume/member.ts';
import type { JobIdentity } from '../../../proto/noctule/record/v1/volume_members.ts';

/** One file of a sample job: entries are named by their job so that a listing tells sessions apart. */
export interface SampleFile {
  readonly name: string;
  readonly content: Buffer;
}

/** A piece of a job's stream as a file daemon would cut it. */
export interface SamplePiece {
  readonly content: Buffer;
  readonly startsAtEntry: boolean;
  readonly endsAtEntry: boolean;
  readonly firstHeaderOffset: number | undefined;
}

export const SESSION_TIME = 1_795_232_374;

/** The tar entry of a file as tar-stream packs it, without the end-of-archive blocks. */
export async function tarEntry(file: SampleFile): Promise<Buffer> {
  const packer = pack();
  packer.entry({ name: file.name, mtime: new Date(1_700_000_000_000) }, file.content);
  packer.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).subarray(0, -1024);
}

/** Cuts the entries into blocks of at most `blockBytes`: whole entries together, a larger entry over several. */
export async function piecesOf(files: readonly SampleFile[], blockBytes: number): Promise<SamplePiece[]> {
  const pieces: SamplePiece[] = [];
  let gathered: Buffer[] = [];
  const flush = () => {
    if (gathered.length === 0) return;
    pieces.push({
      content: Buffer.concat(gathered),
      startsAtEntry: true,
      endsAtEntry: true,
      firstHeaderOffset: 0,
    });
    gathered = [];
  };
  for (const file of files) {
    const entry = await tarEntry(file);
    const gatheredBytes = gathered.reduce((sum, { length }) => sum + length, 0);
    if (gatheredBytes + entry.length > blockBytes) flush();
    if (entry.length <= blockBytes) {
      gathered.push(entry);
      continue;
    }
    for (let at = 0; at < entry.length; at += blockBytes) {
      pieces.push({
        content: entry.subarray(at, at + blockBytes),
        startsAtEntry: at === 0,
        endsAtEntry: at + blockBytes >= entry.length,
        firstHeaderOffset: at === 0 ? 0 : undefined,
      });
    }
  }
  flush();
  return pieces;
}

/** The blocks of a session as whole members, not placed. */
export function blocksOf(
  pieces: readonly SamplePiece[],
  volSessionId: number,
  volSessionTime = SESSION_TIME,
  codec: MemberCodec = 'deflate',
): Buffer[] {
  let streamOffset = 0;
  return pieces.map((piece, blockNumber) => {
    const block = encodeBlock({
      ...piece,
      volSessionId,
      volSessionTime,
      blockNumber,
      streamOffset,
      packed: packedAs(codec, piece.content),
    });
    streamOffset += piece.content.length;
    return block;
  });
}

export function packedAs(codec: MemberCodec, content: Buffer): PackedContent {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  return { codec, data: codec === 'zstd' ? zstdCompressSync(content, { params }) : deflateRawSync(content) };
}

/** Where the stream of a session stands behind these pieces. */
export function placeAfter(pieces: readonly SamplePiece[], volSessionId: number): SessionPlace {
  const streamOffset = pieces.reduce((sum, { content }) => sum + content.length, 0);
  return { volSessionId, volSessionTime: SESSION_TIME, blockNumber: pieces.length, streamOffset };
}

export function sampleJob(jobId: number): JobIdentity {
  return {
    jobId,
    job: `Sample.2026-11-21_03.42.16_${jobId}`,
    jobName: 'Sample',
    jobType: 'B',
    jobLevel: 'F',
    clientName: 'zebulon-fd',
    filesetName: 'Plain',
    filesetMd5: '0123456789abcdef0123456789abcdef',
    poolName: 'Default',
    startTimeMs: 1_795_232_536_000,
    directorName: 'zebulon-dir',
  };
}

export function labelMember(volumeName: string): Buffer {
  return encodeLabel({
    volumeName,
    poolName: 'Default',
    mediaType: 'File',
    labelledAtMs: 1_795_232_374_000,
    labelId: Buffer.alloc(16, 7),
    writtenBy: 'zebulon-sd 0.1.0',
  });
}

export function startMember(volSessionId: number, place?: SessionPlace): Buffer {
  return encodeSessionStart(place ?? placeAfter([], volSessionId), {
    job: sampleJob(volSessionId),
    volumeIndex: 0,
    startedAtMs: 1_795_232_536_000,
  });
}

export function recordsMember(place: SessionPlace): Buffer {
  return encodeRecords(place, { deflated: false, batch: Buffer.alloc(0), recordCount: 0 });
}

export function endMember(place: SessionPlace, status = 'T'): Buffer {
  return encodeSessionEnd(place, {
    status,
    files: 1,
    contentBytes: 1,
    streamBytes: place.streamOffset,
    errors: 0,
    endedAtMs: 1_795_232_540_000,
  });
}

/** A whole session: start, blocks, records, end. */
export async function sessionMembers(
  files: readonly SampleFile[],
  options: { volSessionId: number; blockBytes: number },
): Promise<Buffer[]> {
  const pieces = await piecesOf(files, options.blockBytes);
  const place = placeAfter(pieces, options.volSessionId);
  return [
    startMember(options.volSessionId),
    ...blocksOf(pieces, options.volSessionId),
    recordsMember(place),
    endMember(place),
  ];
}

/** Places members one behind the other, as a volume (or as what follows its first `from` bytes). */
export function layOut(members: readonly Buffer[], from = 0): Buffer {
  let offset = from;
  return Buffer.concat(
    members.map((member) => {
      const placed = Buffer.from(member);
      placeMember(placed, offset);
      offset += placed.length;
      return placed;
    }),
  );
}

/** What a file daemon sends for these files in the session that a storage daemon opened. */
export async function encodeSample(
  files: readonly SampleFile[],
  options: { volSessionId: number; volSessionTime: number; blockBytes: number },
): Promise<Buffer[]> {
  const { volSessionId, volSessionTime, blockBytes } = options;
  const pieces = await piecesOf(files, blockBytes);
  const place = { ...placeAfter(pieces, volSessionId), volSessionTime };
  return [...blocksOf(pieces, volSessionId, volSessionTime), recordsMember(place), endMember(place)];
}
