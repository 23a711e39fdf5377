import { constants, type BigIntStats } from 'node:fs';
import { FileRecord, FileType } from '../../proto/noctule/record/v1/file_record.ts';
import { pathToBytes, type BytePath } from '../byte-path.ts';
import { splitTime } from '../walk/file-kind.ts';

const EMPTY: Buffer = Buffer.alloc(0);

/** The record of an entry by its attributes; place in the stream, links and digest are still to be filled in. */
export function recordOf(path: BytePath, stat: BigIntStats, type: FileType): FileRecord {
  const mtime = splitTime(stat.mtimeNs);
  const ctime = splitTime(stat.ctimeNs);
  const atime = splitTime(stat.atimeNs);
  const isDirectory = type === FileType.DIRECTORY;
  const isDevice = type === FileType.CHARACTER_DEVICE || type === FileType.BLOCK_DEVICE;
  const hasSize = type === FileType.REGULAR || type === FileType.SYMLINK || type === FileType.HARD_LINK;
  return {
    path: pathToBytes(isDirectory && path !== '/' ? `${path}/` : path),
    fileIndex: 0,
    type,
    mode: Number(stat.mode),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    sizeBytes: hasSize ? Number(stat.size) : 0,
    mtimeSeconds: mtime.seconds,
    mtimeNanoseconds: mtime.nanoseconds,
    ctimeSeconds: ctime.seconds,
    ctimeNanoseconds: ctime.nanoseconds,
    atimeSeconds: atime.seconds,
    atimeNanoseconds: atime.nanoseconds,
    device: stat.dev,
    inode: stat.ino,
    linkCount: Number(stat.nlink),
    specialDevice: isDevice ? stat.rdev : 0n,
    linkTarget: EMPTY,
    linkFileIndex: 0,
    streamOffset: 0,
    streamBytes: 0,
    digestAlgorithm: 0,
    digest: EMPTY,
    deltaSequence: 0,
    deleted: false,
    extended: false,
  };
}

/**
 * The record of what a plugin prints, under a path where no file need be: for the owner only, as a dump holds what the
 * tables hide. The link target is the Plugin line: a restore runs what the catalog says, not what a volume may say.
 */
export function pluginFileRecord(path: BytePath, line: string): FileRecord {
  const { seconds, nanoseconds } = splitTime(BigInt(Date.now()) * 1_000_000n);
  return {
    ...FileRecord.decode(EMPTY),
    path: pathToBytes(path),
    type: FileType.REGULAR,
    mode: constants.S_IFREG | 0o600,
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    mtimeSeconds: seconds,
    mtimeNanoseconds: nanoseconds,
    ctimeSeconds: seconds,
    ctimeNanoseconds: nanoseconds,
    atimeSeconds: seconds,
    atimeNanoseconds: nanoseconds,
    linkCount: 1,
    linkTarget: Buffer.from(line),
  };
}
