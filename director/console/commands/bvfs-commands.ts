import { digestColumn, lstatColumn, parseLstat } from '../../../catalog/lstat.ts';
import type { DirectoryEntry, JobRow } from '../../../catalog/rows.ts';
import { globMatcher } from '../../../text/glob.ts';
import { modeText } from '../../../text/mode-text.ts';
import { parsePrintablePath, printablePath } from '../../../text/printable.ts';
import { filesOnLine, listName, makeRestoreList } from '../bvfs-restore.ts';
import { BVFS_COLUMNS, bvfsRows, fileIdOf, NO_LSTAT, placeOfFileId, printTabbed } from '../bvfs-rows.ts';
import { resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { wantsJson, type Columns } from '../listing.ts';
import { parseNumberList } from '../number-list.ts';
import { RestoreTree } from '../restore-tree.ts';

const ROWS_MAX = 2000;
const LISTED = {
  jobid: 'text',
  path: 'text',
  pathid: 'text',
  pattern: 'text',
  limit: 'text',
  offset: 'text',
} as const;

/** Front ends name the job as well, which the FileId tells already. */
const OF_FILE = { fileid: 'text', jobid: 'text' } as const;

/** How graphical front ends browse backups: bvfs, the tree of a restore as plain lines (reference bacula-console, section 10). */
export const BVFS_COMMANDS: readonly Command[] = [
  // The tree is read from the catalog as it is: nothing has to be made beforehand, and nothing is kept.
  { name: '.bvfs_update', description: '', keywords: { jobid: 'text' }, run: async () => undefined },
  // Sizes of directories are not kept either.
  { name: '.bvfs_update_fv', description: '', keywords: { jobid: 'text' }, run: async () => undefined },
  {
    name: '.bvfs_clear_cache',
    description: '',
    keywords: { yes: 'flag' },
    run: ({ say }) => say('OK'),
  },
  {
    name: '.bvfs_get_jobids',
    description: '',
    keywords: { jobid: 'text', client: 'client', all: 'flag' },
    run: printJobIds,
  },
  { name: '.bvfs_get_jobs', description: '', keywords: { client: 'client' }, run: printJobs },
  { name: '.bvfs_lsdirs', description: '', keywords: LISTED, run: listDirectories },
  { name: '.bvfs_lsfiles', description: '', keywords: LISTED, run: listFiles },
  {
    name: '.bvfs_versions',
    description: '',
    keywords: {
      ...{ client: 'client', jobid: 'text', path: 'text', pathid: 'text', filename: 'text' },
      ...{ copies: 'flag', versions: 'flag' },
    },
    run: printVersions,
  },
  { name: '.bvfs_get_volumes', description: '', keywords: OF_FILE, run: printVolumes },
  { name: '.bvfs_get_fileindex', description: '', keywords: OF_FILE, run: printFileIndexes },
  // A file is always saved whole: there are no parts of it to be put together.
  {
    name: '.bvfs_get_delta',
    description: '',
    keywords: OF_FILE,
    run: async (context) => void (await filesOnLine(context)),
  },
  {
    name: '.bvfs_delete_fileid',
    description: '',
    keywords: 'rest',
    run: () => {
      const problem = 'single files are not taken out of the catalog';
      return Promise.reject(new CommandError(problem, 'purge files jobid=N takes out those of a job.'));
    },
  },
  {
    name: '.bvfs_get_bootstrap',
    description: '',
    keywords: 'rest',
    run: () => {
      const problem = 'restores go by the catalog; Write Bootstrap in a Job makes bootstrap files';
      return Promise.reject(new CommandError(problem, 'restore file=?b2NUMBER takes a list.'));
    },
  },
  { name: '.bvfs_decode_lstat', description: '', keywords: { lstat: 'text' }, run: decodeLstat },
  {
    name: '.bvfs_restore',
    description: '',
    keywords: { path: 'text', fileid: 'text', dirid: 'text', hardlink: 'text', jobid: 'text' },
    run: makeRestoreList,
  },
  {
    name: '.bvfs_cleanup',
    description: '',
    keywords: { path: 'text' },
    async run(context) {
      context.services.restoreLists.delete(listName(context));
      await context.say('OK');
    },
  },
];

/** The jobs that give the state right after a job, or the newest of a client; with `all` those of all its FileSets. */
async function printJobIds(context: CommandContext): Promise<void> {
  const { line, services, say } = context;
  const client = resourceOnLine(context, 'Client', 'client');
  const jobs = line.value('jobid') === undefined ? [] : await jobsOnLine(context);
  if (!client && jobs.length === 0) throw new CommandError('of which job is not said', 'Add jobid=NUMBER.');
  const states = client
    ? await statesOf(context, client.name)
    : line.has('all')
      ? (await Promise.all(jobs.map((job) => statesOf(context, job.clientName, job.endTime)))).flat()
      : jobs.map((job) => ({ ...job, before: job.endTime }));
  const found = new Set<number>();
  for (const { clientName, fileSetName, before } of states) {
    const chain = await services.catalog.restoreChain({ clientName, fileSetName, before });
    for (const { jobId } of chain) found.add(jobId);
  }
  const jobIds = [...found].sort((a, b) => a - b);
  await say(wantsJson(context) ? JSON.stringify(jobIds) : jobIds.join(','));
}

async function statesOf({ services }: CommandContext, clientName: string, before?: Date) {
  const names = await services.catalog.fileSetsOfClient(clientName);
  return names.map((fileSetName) => ({ clientName, fileSetName, before }));
}

const JOB_COLUMNS: Columns<JobRow> = [
  ['JobId', (job) => job.jobId],
  ['JobTDate', (job) => job.jobTDate],
  ['Job', (job) => job.job],
];

async function printJobs(context: CommandContext): Promise<void> {
  const clientName = resourceOnLine(context, 'Client', 'client')?.name;
  if (clientName === undefined) throw new CommandError('of which Client is not said', 'Add client=NAME.');
  const jobs = await context.services.catalog.listJobs({ clientName, type: 'B' });
  await printTabbed(
    context,
    JOB_COLUMNS,
    jobs.filter(({ jobStatus, purgedFiles }) => 'TW'.includes(jobStatus) && !purgedFiles),
  );
}

async function listDirectories(context: CommandContext): Promise<void> {
  const { line, services } = context;
  const { path, pathId } = await directoryOnLine(context);
  const entries = await entriesOnLine(context, path, (entry) => entry.isDirectory);
  const children = await services.catalog.pathIds(
    entries.map(({ name }) => Buffer.concat([path, name, Buffer.from('/')])),
  );
  const rows = await bvfsRows(context, entries, (_, index) => children[index] ?? 0);
  const self = { fileId: 0, jobId: 0, lstat: NO_LSTAT };
  const [parentId] = await services.catalog.pathIds([path.subarray(0, path.lastIndexOf('/', -2) + 1)]);
  const dots = [
    { ...self, pathId, name: '.' },
    ...(path.length > 1 && parentId ? [{ ...self, pathId: parentId, name: '..' }] : []),
  ];
  await printTabbed(context, BVFS_COLUMNS, line.integer('offset') ? rows : [...dots, ...rows]);
}

async function listFiles(context: CommandContext): Promise<void> {
  const { path, pathId } = await directoryOnLine(context);
  const entries = await entriesOnLine(context, path, (entry) => !entry.isDirectory);
  await printTabbed(context, BVFS_COLUMNS, await bvfsRows(context, entries, () => pathId));
}

/** The directory of `path=` or `pathid=`; "/" for an empty path. */
async function directoryOnLine({
  line,
  services,
}: CommandContext): Promise<{ path: Buffer; pathId: number }> {
  const pathId = line.integer('pathid');
  if (pathId !== undefined) {
    const path = await services.catalog.pathOfId(pathId);
    if (!path) throw new CommandError(`there is no PathId ${pathId}`, 'Begin with path=/.');
    return { path, pathId };
  }
  const path = parsePrintablePath((line.value('path') ?? '/').replace(/\/?$/, '/'));
  const [found] = await services.catalog.pathIds([path]);
  if (!found) throw new CommandError(`no backup has ${printablePath(path)}`, 'Begin with path=/.');
  return { path, pathId: found };
}

/** The window of `offset=` and `limit=` of what lies in the directory. */
async function entriesOnLine(
  context: CommandContext,
  path: Buffer,
  isWanted: (entry: DirectoryEntry) => boolean,
): Promise<DirectoryEntry[]> {
  const { line, services, signal } = context;
  const jobIds = (await jobsOnLine(context)).map(({ jobId }) => jobId);
  const pattern = line.value('pattern');
  const matches = pattern === undefined ? () => true : globMatcher(pattern);
  const limit = Math.min(line.integer('limit') ?? ROWS_MAX, 10 * ROWS_MAX);
  let skip = line.integer('offset') ?? 0;
  const entries: DirectoryEntry[] = [];
  for await (const entry of new RestoreTree(services.catalog, jobIds, signal).entries(path)) {
    if (entries.length >= limit) break;
    if (isWanted(entry) && matches(entry.name) && skip-- <= 0) entries.push(entry);
  }
  return entries;
}

async function jobsOnLine({ line, services }: CommandContext): Promise<JobRow[]> {
  const text = line.value('jobid');
  if (text === undefined) throw new CommandError('of which jobs is not said', 'Add jobid=1,2,3.');
  const jobs: JobRow[] = [];
  for (const jobId of parseNumberList('jobid', text)) {
    const job = await services.catalog.jobById(jobId);
    if (!job) throw new CommandError(`there is no JobId ${jobId}`, '"list jobs" shows the jobs.');
    jobs.push(job);
  }
  return jobs;
}

interface VersionRow {
  readonly pathId: number;
  readonly fileId: number;
  readonly jobId: number;
  readonly lstat: string;
  readonly md5: string;
  readonly volumeName: string;
}

const VERSION_COLUMNS: Columns<VersionRow> = [
  ['PathId', (row) => row.pathId],
  ['FilenameId', () => 0],
  ['FileId', (row) => row.fileId],
  ['JobId', (row) => row.jobId],
  ['LStat', (row) => row.lstat],
  ['MD5', (row) => row.md5],
  ['VolumeName', (row) => row.volumeName],
  ['InChanger', () => 0],
];

/** All versions of one file in the good backups of a client, the newest first. */
async function printVersions(context: CommandContext): Promise<void> {
  const { line, services } = context;
  const clientName = resourceOnLine(context, 'Client', 'client')?.name;
  const filename = line.value('filename');
  if (clientName === undefined || filename === undefined) {
    throw new CommandError('of which file is not said', 'Write client=, pathid= (or path=) and filename=.');
  }
  const { path, pathId } = await directoryOnLine(context);
  const versions = await services.catalog.jobsWithFile({
    clientName,
    path: Buffer.concat([path, parsePrintablePath(filename)]),
  });
  const rows: VersionRow[] = [];
  for (const { jobId, fileIndex, jobStatus, deleted } of versions) {
    if (deleted || !'TW'.includes(jobStatus)) continue;
    const [record] = await services.catalog.fileRecords({ jobId, fileIndexes: [fileIndex] });
    if (!record) continue; // its job has just been pruned
    const [volumeName = ''] = await volumesOf(context, jobId, fileIndex);
    const fileId = fileIdOf(jobId, fileIndex);
    rows.push({ pathId, fileId, jobId, lstat: lstatColumn(record), md5: digestColumn(record), volumeName });
  }
  await printTabbed(context, VERSION_COLUMNS, rows);
}

const FILE_INDEX_COLUMNS: Columns<{ readonly fileId: number }> = [
  ['FileId', ({ fileId }) => fileId],
  ['JobId', ({ fileId }) => placeOfFileId(fileId).jobId],
  ['FileIndex', ({ fileId }) => placeOfFileId(fileId).fileIndex],
];

async function printFileIndexes(context: CommandContext): Promise<void> {
  const files = await filesOnLine(context);
  await printTabbed(
    context,
    FILE_INDEX_COLUMNS,
    files.map(({ jobId, record }) => ({ fileId: fileIdOf(jobId, record.fileIndex) })),
  );
}

/** Names of the volumes on which the content of a file lies. */
async function printVolumes(context: CommandContext): Promise<void> {
  const { jobId, fileIndex } = placeOfFileId(context.line.integer('fileid') ?? 0);
  if (fileIndex === 0) throw new CommandError('of which file is not said', 'Write fileid=NUMBER.');
  const names = await volumesOf(context, jobId, fileIndex);
  await context.print(
    wantsJson(context) ? `${JSON.stringify(names)}\n` : names.map((name) => `${name}\n`).join(''),
  );
}

async function volumesOf({ services }: CommandContext, jobId: number, fileIndex: number): Promise<string[]> {
  const rows = await services.catalog.jobMedia(jobId);
  const parts = rows.filter(({ firstIndex, lastIndex }) => firstIndex <= fileIndex && fileIndex <= lastIndex);
  return [...new Set(parts.map(({ volumeName }) => volumeName))];
}

/** Where the numbers of an LStat stand. */
const FIELDS = {
  ...{ st_dev: 0, st_ino: 1, st_mode: 2, st_nlink: 3, st_uid: 4, st_gid: 5, st_rdev: 6, st_size: 7 },
  ...{ st_blksize: 8, st_blocks: 9, st_atime: 10, st_mtime: 11, st_ctime: 12, LinkFI: 13 },
};

async function decodeLstat({ line, print }: CommandContext): Promise<void> {
  const numbers = parseLstat(line.value('lstat') ?? '');
  if (!numbers)
    throw new CommandError('that is no LStat', 'Write lstat="..." with what .bvfs_lsfiles prints.');
  const lines = Object.entries(FIELDS).map(([name, index]) => `${name}=${numbers[index] ?? 0n}\n`);
  await print(`${lines.join('')}perm=${modeText(Number(numbers[2]))}\n`);
}
