import { constants } from 'node:fs';
import type { EntryStat } from '../../native/statx.ts';
import { FileRecord, FileType } from '../../proto/noctule/record/v1/file_record.ts';
import { pathToBytes, type BytePath } from '../byte-path.ts';
import { splitTime } from '../walk/entry-stat.ts';

const EMPTY: Buffer = Buffer.alloc(0);

/** The record of an entry by its attributes; place in the stream, links and digest are still to be filled in. */
export function recordOf(path: BytePath, stat: EntryStat, type: FileType): FileRecord {
  const isDirectory = type === FileType.DIRECTORY;
  const isDevice = type === FileType.CHARACTER_DEVICE || type === FileType.BLOCK_DEVICE;
  const hasSize = type === FileType.REGULAR || type === FileType.SYMLINK || type === FileType.HARD_LINK;
  return {
    path: pathToBytes(isDirectory && path !== '/' ? `${path}/` : path),
    fileIndex: 0,
    type,
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    sizeBytes: hasSize ? stat.size : 0,
    mtimeSeconds: stat.mtimeSeconds,
    mtimeNanoseconds: stat.mtimeNanoseconds,
    ctimeSeconds: stat.ctimeSeconds,
    ctimeNanoseconds: stat.ctimeNanoseconds,
    atimeSeconds: stat.atimeSeconds,
    atimeNanoseconds: stat.atimeNanoseconds,
    device: stat.dev,
    inode: stat.ino,
    linkCount: stat.nlink,
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
