import { constants } from 'node:fs';
import { FileType } from '../../proto/noctule/record/v1/file_record.ts';

export function isDirectory(mode: number): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFDIR;
}

/** The type of an entry by its mode; undefined for a socket and anything else that cannot be saved. */
export function fileTypeOf(mode: number): FileType | undefined {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return FileType.REGULAR;
    case constants.S_IFDIR:
      return FileType.DIRECTORY;
    case constants.S_IFLNK:
      return FileType.SYMLINK;
    case constants.S_IFIFO:
      return FileType.FIFO;
    case constants.S_IFCHR:
      return FileType.CHARACTER_DEVICE;
    case constants.S_IFBLK:
      return FileType.BLOCK_DEVICE;
    default:
      return undefined;
  }
}
