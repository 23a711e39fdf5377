import { chainOf } from './chain.ts';
import type { Connection } from './connection.ts';
import { findPathId } from './directory-paths.ts';
import { directoryWindows, voidRank } from './directory-state.ts';
import type { DirectoryQuery } from './inputs.ts';
import type { DirectoryEntry } from './rows.ts';

/** A page of the directory as the chain leaves it, by name (in the order of bytes). Empty for one that is not there. */
export function browseDirectory(
  db: Connection,
  { jobIds, path, after, limit }: DirectoryQuery,
): DirectoryEntry[] {
  const pathId = findPathId(db, path);
  if (pathId === undefined) return [];
  const chain = chainOf(db, jobIds);
  const page: DirectoryEntry[] = [];
  const options = { after: after?.toString('latin1'), names: limit, voidBelow: voidRank(db, chain, pathId) };
  for (const { entries } of directoryWindows(db, chain, pathId, options)) {
    for (const entry of entries) {
      if (page.length === limit) return page;
      page.push({
        name: Buffer.from(entry.base, 'latin1'),
        isDirectory: entry.isDirectory,
        size: entry.size,
        mtime: new Date(entry.mtimeMs),
        mode: entry.mode,
        linkCount: entry.linkCount,
        uid: entry.uid,
        gid: entry.gid,
        jobId: chain.jobIds[entry.jobRank] ?? 0,
        fileIndex: entry.fileIndex,
      });
    }
  }
  return page;
}
