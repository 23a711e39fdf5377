import { compileFileSet } from '../../../../file-daemon/fileset/include-rules.ts';
import {
  runBackupWalk,
  type BackupResult,
  type ResumedWalk,
} from '../../../../file-daemon/backup/backup-walk.ts';
import type { PriorState } from '../../../../file-daemon/backup/prior-state.ts';
import type { FileNotice } from '../../../../file-daemon/walk/file-notice.ts';
import type { FileSet } from '../../../../proto/noctule/filedaemon/v1/fileset.ts';
import type { FileRecord } from '../../../../proto/noctule/record/v1/file_record.ts';
import { BLOCK_CONTENT_BYTES_MAX } from '../../../../volume/member.ts';
import { unpackRecords } from '../../../../volume/record-batch.ts';
import { noPrograms } from './no-programs.ts';

/** All that a backup made, in memory. */
export interface CollectedBackup {
  readonly result: BackupResult;
  readonly stream: Buffer;
  readonly records: FileRecord[];
  /** Length of the stream when each record was handed over. */
  readonly streamBytesAtRecord: number[];
  readonly notices: FileNotice[];
}

export interface CollectOptions {
  readonly sinceNs?: bigint;
  readonly prior?: PriorState;
  readonly resume?: ResumedWalk;
  /** Called before an entry is opened, after its attributes were read. */
  readonly beforeEntry?: (path: string) => void;
}

/** Runs the synchronous part of a backup without threads, into one block's memory that is reused. */
export function collectBackup(
  set: FileSet,
  { sinceNs, prior, resume, beforeEntry }: CollectOptions = {},
): CollectedBackup {
  const blocks: Buffer[] = [];
  const records: FileRecord[] = [];
  const streamBytesAtRecord: number[] = [];
  const notices: FileNotice[] = [];
  const bytes = Buffer.alloc(BLOCK_CONTENT_BYTES_MAX, 0xee);
  let streamBytes = 0;
  const result = runBackupWalk(
    { fileSet: compileFileSet(set), sinceNs, resume, ...(prior && { prior }) },
    {
      takeSlot: () => ({ index: 0, bytes }),
      block(block) {
        blocks.push(Buffer.from(bytes.subarray(0, block.contentBytes)));
        streamBytes += block.contentBytes;
      },
      records(content) {
        for (const record of unpackRecords(content)) {
          records.push(record);
          streamBytesAtRecord.push(streamBytes);
        }
      },
      notice: (notice) => notices.push(notice),
      progress: (_, path) => beforeEntry?.(path),
      programs: noPrograms,
    },
  );
  return { result, stream: Buffer.concat(blocks), records, streamBytesAtRecord, notices };
}

/** The content of a regular file, from its place in the stream. */
export function contentOf({ stream }: CollectedBackup, record: FileRecord): Buffer {
  const entry = stream.subarray(record.streamOffset, record.streamOffset + record.streamBytes);
  const padded = Math.ceil(record.sizeBytes / 512) * 512;
  return entry.subarray(entry.length - padded, entry.length - padded + record.sizeBytes);
}
