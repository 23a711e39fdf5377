import { nodeFiles, type StorageFile, type StorageFiles } from '../../../storage-daemon/storage-file.ts';

/** Faults to put into the file layer; each hook may throw, and `write` may answer with fewer bytes than it was given. */
export interface Faults {
  /** Called before each write: how many of `length` bytes to write. */
  write?(path: string, length: number, position: number): number;
  /** Called before each datasync and sync. */
  sync?(path: string): void | Promise<void>;
  open?(path: string, flags: string): void;
  /** Bytes free, instead of the disk's own. */
  freeBytes?(): number;
}

export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

/** The real file system, with faults. A write cut short by ENOSPC has written what it could, as on a real disk. */
export function faultyFiles(faults: Faults): StorageFiles {
  return {
    ...nodeFiles,
    async open(path, flags) {
      faults.open?.(path, flags);
      return faultyFile(path, await nodeFiles.open(path, flags), faults);
    },
    async space(directory) {
      const space = await nodeFiles.space(directory);
      return { ...space, freeBytes: faults.freeBytes?.() ?? space.freeBytes };
    },
  };
}

function faultyFile(path: string, file: StorageFile, faults: Faults): StorageFile {
  return {
    read: (...args) => file.read(...args),
    async write(bytes, offset, length, position) {
      return file.write(bytes, offset, faults.write?.(path, length, position) ?? length, position);
    },
    async datasync() {
      await faults.sync?.(path);
      await file.datasync();
    },
    async sync() {
      await faults.sync?.(path);
      await file.sync();
    },
    truncate: (bytes) => file.truncate(bytes),
    stat: () => file.stat(),
    close: () => file.close(),
  };
}

/** The real file system without waiting for the disk: for tests that write thousands of volumes. */
export const unsyncedFiles: StorageFiles = {
  ...nodeFiles,
  async open(path, flags) {
    const file = faultyFile(path, await nodeFiles.open(path, flags), {});
    return { ...file, datasync: async () => {}, sync: async () => {} };
  },
  syncDirectory: async () => {},
};

/** A disk with room for so many bytes in all the files of a directory: writes beyond it are cut short, then fail. */
export function diskOf(capacityBytes: () => number): Faults {
  const sizes = new Map<string, number>();
  return {
    write(path, length, position) {
      const others = [...sizes].reduce((sum, [other, bytes]) => (other === path ? sum : sum + bytes), 0);
      const room = capacityBytes() - others - position;
      if (room <= 0) throw errno('ENOSPC');
      const allowed = Math.min(length, room);
      sizes.set(path, position + allowed);
      return allowed;
    },
  };
}
