import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import type { SelectionRule } from '../services.ts';
import { fileIdOf, placeOfFileId } from './bvfs-rows.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { parseNumberList } from './number-list.ts';
import { jobsById, sourceOf } from './restore-source.ts';
import { RestoreTree } from './restore-tree.ts';

/** More than this in one list is better said by directories. */
const FILES_MAX = 10_000;

/** `.bvfs_restore path=b2NUMBER fileid= dirid= hardlink= jobid=`: makes the list that `restore file=?b2NUMBER` takes. */
export async function makeRestoreList(context: CommandContext): Promise<void> {
  const { line, services, say } = context;
  const name = listName(context);
  const files = await filesOnLine(context);
  const directories = await directoriesOnLine(context);
  if (files.length + directories.length === 0) {
    throw new CommandError('what to restore is not said', 'Write fileid=, dirid= or hardlink=.');
  }
  const named = line.value('jobid');
  if (named === undefined && directories.length > 0) {
    throw new CommandError('of which jobs the directories are is not said', 'Add jobid=1,2,3.');
  }
  const jobIds = new Set(named === undefined ? [] : parseNumberList('jobid', named));
  for (const { jobId } of files) jobIds.add(jobId);
  const source = sourceOf(await jobsById(context, [...jobIds]));
  const tree = new RestoreTree(services.catalog, source.jobIds, context.signal);
  for (const file of files) await requireNewest(tree, file);
  const rules: SelectionRule[] = [
    ...directories.map((path) => ({ path, recursive: true, marked: true })),
    ...files.map(({ record: { path } }) => ({ path, recursive: false, marked: true })),
  ];
  services.restoreLists.set(name, { ...source, selection: { jobIds: source.jobIds, rules } });
  await say('OK');
}

/** The name of a list on the line. @throws CommandError */
export function listName({ line }: CommandContext): string {
  const name = line.value('path') ?? '';
  if (!/^b2\d{1,15}$/.test(name)) {
    throw new CommandError(
      `"path=${name}" is no name of a list`,
      'Write path=b2 and a number of your choice.',
    );
  }
  return name;
}

interface ChosenFile {
  readonly jobId: number;
  readonly record: FileRecord;
}

/** Those of `fileid=` and `hardlink=`. @throws CommandError for one that no catalog row has */
export async function filesOnLine(context: CommandContext): Promise<ChosenFile[]> {
  const { line, services } = context;
  const fileIds = [
    ...numbers('fileid', line.value('fileid')),
    ...pairs(numbers('hardlink', line.value('hardlink'))).map(([jobId, index]) => fileIdOf(jobId, index)),
  ];
  if (fileIds.length > FILES_MAX) {
    throw new CommandError(
      `${fileIds.length} files are more than a list takes`,
      'Name directories by dirid=.',
    );
  }
  const files: ChosenFile[] = [];
  for (const fileId of fileIds) {
    const { jobId, fileIndex } = placeOfFileId(fileId);
    const [record] = await services.catalog.fileRecords({ jobId, fileIndexes: [fileIndex] });
    if (!record) throw new CommandError(`there is no FileId ${fileId}`, 'Look again with .bvfs_lsfiles.');
    files.push({ jobId, record });
  }
  return files;
}

async function directoriesOnLine({ line, services }: CommandContext): Promise<Buffer[]> {
  const paths: Buffer[] = [];
  for (const pathId of numbers('dirid', line.value('dirid'))) {
    const path = await services.catalog.pathOfId(pathId);
    if (!path) throw new CommandError(`there is no PathId ${pathId}`, 'Look again with .bvfs_lsdirs.');
    paths.push(path);
  }
  return paths;
}

/** A list gives back one state of the files, that of all its jobs together. */
async function requireNewest(tree: RestoreTree, { jobId, record }: ChosenFile): Promise<void> {
  const newest = await tree.entryAt(record.path);
  if (newest?.jobId === jobId && newest.fileIndex === record.fileIndex) return;
  const fileId = fileIdOf(jobId, record.fileIndex);
  throw new CommandError(
    newest
      ? `JobId ${newest.jobId} has a newer version of FileId ${fileId}`
      : `FileId ${fileId} is gone in a newer one of these jobs`,
    'Make a list of its own for an older version, without the newer jobs.',
  );
}

function numbers(keyword: string, text: string | undefined): number[] {
  if (text === undefined) return [];
  return text.split(',').map((part) => {
    const number = Number(part);
    if (/^\s*\d{1,16}\s*$/.test(part) && Number.isSafeInteger(number)) return number;
    throw new CommandError(`"${keyword}=${text}" is no list of numbers`, `Write it as ${keyword}=1,2.`);
  });
}

function pairs(list: readonly number[]): [number, number][] {
  if (list.length % 2 !== 0) {
    throw new CommandError('"hardlink=" wants pairs', 'Write hardlink=JOBID,FILEINDEX.');
  }
  return Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i]!, list[2 * i + 1]!]);
}
