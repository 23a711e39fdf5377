import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import type { BytePath } from '../byte-path.ts';
import { TypeFlag, type PaxRecord, type TarEntry } from '../tar/entry-header.ts';

const TYPE_FLAGS: ReadonlyMap<FileType, TypeFlag> = new Map<FileType, TypeFlag>([
  [FileType.REGULAR, TypeFlag.REGULAR],
  [FileType.DIRECTORY, TypeFlag.DIRECTORY],
  [FileType.SYMLINK, TypeFlag.SYMLINK],
  [FileType.HARD_LINK, TypeFlag.HARD_LINK],
  [FileType.FIFO, TypeFlag.FIFO],
  [FileType.CHARACTER_DEVICE, TypeFlag.CHARACTER_DEVICE],
  [FileType.BLOCK_DEVICE, TypeFlag.BLOCK_DEVICE],
]);

/** Paths in the archive are relative, so that a plain `tar -x` unpacks below where it stands. */
export function tarName(path: BytePath, type: FileType): BytePath {
  if (path === '/') return './';
  return type === FileType.DIRECTORY ? `${path.slice(1)}/` : path.slice(1);
}

/** The tar entry for a record; `path` is its path without the slash of a directory. */
export function tarEntryOf(
  record: FileRecord,
  path: BytePath,
  more: { readonly linkName?: BytePath; readonly sizeBytes?: number; readonly extra?: readonly PaxRecord[] },
): TarEntry {
  const typeFlag = TYPE_FLAGS.get(record.type);
  if (typeFlag === undefined) throw new Error(`No tar entry for a file of type ${record.type}`);
  const device = record.specialDevice;
  return {
    name: tarName(path, record.type),
    typeFlag,
    mode: record.mode & 0o7777,
    uid: record.uid,
    gid: record.gid,
    sizeBytes: more.sizeBytes ?? 0,
    mtimeSeconds: record.mtimeSeconds,
    mtimeNanoseconds: record.mtimeNanoseconds,
    linkName: more.linkName ?? '',
    // As the C library's major() and minor().
    deviceMajor: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)),
    deviceMinor: Number((device & 0xffn) | ((device >> 12n) & ~0xffn)),
    extra: more.extra ?? [],
  };
}
