import { lstatColumn } from '../../catalog/lstat.ts';
import type { DirectoryEntry } from '../../catalog/rows.ts';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { printablePath } from '../../text/printable.ts';
import type { CommandContext } from './command.ts';
import { formOf, listingOf, renderListing, type Columns } from './listing.ts';

/** The FileIds of the catalog's view File: JobId * 2^32 + FileIndex. */
const INDEXES = 2 ** 32;

export function fileIdOf(jobId: number, fileIndex: number): number {
  return jobId * INDEXES + fileIndex;
}

export function placeOfFileId(fileId: number): { jobId: number; fileIndex: number } {
  return { jobId: Math.floor(fileId / INDEXES), fileIndex: fileId % INDEXES };
}

/** A line of `.bvfs_lsdirs` and `.bvfs_lsfiles`. */
export interface BvfsRow {
  readonly pathId: number;
  /** 0, as the JobId: no job has saved the directory itself. */
  readonly fileId: number;
  readonly jobId: number;
  readonly lstat: string;
  readonly name: string;
}

/** Sixteen times 0. */
export const NO_LSTAT = Array(16).fill('A').join(' ');

/** Between PathId and FileId stands 0, where older versions had the number of the name. */
export const BVFS_COLUMNS: Columns<BvfsRow> = [
  ['PathId', (row) => row.pathId],
  ['FilenameId', () => 0],
  ['FileId', (row) => row.fileId],
  ['JobId', (row) => row.jobId],
  ['LStat', (row) => row.lstat],
  ['Name', (row) => row.name],
];

/** Columns with tabs between them, or JSON. */
export async function printTabbed<Row>(
  context: CommandContext,
  columns: Columns<Row>,
  rows: readonly Row[],
): Promise<void> {
  await context.print(renderListing(listingOf(columns, rows), formOf(context, 'tabs')));
}

/** Entries of one directory, with their attributes as they were saved. */
export async function bvfsRows(
  { services: { catalog } }: CommandContext,
  entries: readonly DirectoryEntry[],
  pathIdOf: (entry: DirectoryEntry, index: number) => number,
): Promise<BvfsRow[]> {
  const saved = entries.filter(({ fileIndex }) => fileIndex > 0);
  const records = new Map<number, FileRecord>();
  for (const [jobId, ofJob] of Map.groupBy(saved, (entry) => entry.jobId)) {
    const fileIndexes = ofJob.map(({ fileIndex }) => fileIndex);
    for (const record of await catalog.fileRecords({ jobId, fileIndexes })) {
      records.set(fileIdOf(jobId, record.fileIndex), record);
    }
  }
  return entries.map((entry, index) => {
    const { jobId, fileIndex, name, isDirectory } = entry;
    const fileId = fileIndex > 0 ? fileIdOf(jobId, fileIndex) : 0;
    const record = records.get(fileId);
    return {
      pathId: pathIdOf(entry, index),
      fileId,
      jobId: fileId === 0 ? 0 : jobId,
      lstat: record ? lstatColumn(record) : NO_LSTAT,
      name: printablePath(name) + (isDirectory ? '/' : ''),
    };
  });
}
