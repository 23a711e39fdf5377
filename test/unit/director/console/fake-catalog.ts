import { isDeepStrictEqual } from 'node:util';
import type { Tagging } from '../../../../catalog/tags.ts';
import { globMatcher } from '../../../../text/glob.ts';
import type { Catalog } from '../../../../catalog/catalog.ts';
import type { SelectionRule } from '../../../../catalog/inputs.ts';
import type { DirectoryEntry, FileVersion, JobRow, MediaRow, PoolRow } from '../../../../catalog/rows.ts';
import { FileRecord } from '../../../../proto/noctule/record/v1/file_record.ts';

/** A file of a job; a directory's path ends in '/'. */
export interface FakeFile {
  readonly path: string;
  readonly size?: number;
  readonly deleted?: boolean;
}

/** What the fake catalog holds; a test fills it. */
export interface CatalogContents {
  jobs: JobRow[];
  volumes: MediaRow[];
  pools: PoolRow[];
  files: Map<number, FakeFile[]>;
  /** Volume names by JobId. */
  jobVolumes: Map<number, string[]>;
  logs: Map<number, string[]>;
  tags: Tagging[];
}

const TIME = new Date('2026-11-21T03:39:33');

export function jobRow(jobId: number, changes: Partial<JobRow> = {}): JobRow {
  const startTime = new Date(TIME.getTime() + jobId * 60_000);
  return {
    jobId,
    job: `Gzip.2026-11-21_03.39.53_0${jobId}`,
    name: 'Gzip',
    type: 'B',
    level: 'F',
    clientId: 1,
    clientName: 'peer-fd',
    jobStatus: 'T',
    schedTime: startTime,
    startTime,
    endTime: startTime,
    realEndTime: startTime,
    jobTDate: Math.floor(startTime.getTime() / 1000),
    volSessionId: jobId,
    volSessionTime: 1795232374,
    jobFiles: 94,
    jobBytes: 2265713,
    readBytes: 22532367,
    jobErrors: 0,
    poolId: 1,
    poolName: 'A-Full-Pool',
    fileSetId: 1,
    fileSetMd5: '0123456789abcdef0123456789abcdef',
    fileSetName: 'Gzip',
    priorJobId: 0,
    priority: 10,
    purgedFiles: false,
    comment: '',
    ...changes,
  };
}

export function mediaRow(mediaId: number, changes: Partial<MediaRow> = {}): MediaRow {
  return {
    mediaId,
    volumeName: `A-Full-000${mediaId}`,
    poolId: 1,
    poolName: 'A-Full-Pool',
    mediaType: 'File',
    storageId: 1,
    volStatus: 'Append',
    enabled: 1,
    volBytes: 4534176,
    volFiles: 0,
    volJobs: 1,
    volBlocks: 71,
    volErrors: 0,
    volRetention: 31104000,
    volUseDuration: 0,
    maxVolJobs: 0,
    maxVolFiles: 0,
    maxVolBytes: 0,
    recycle: true,
    slot: 0,
    inChanger: false,
    firstWritten: TIME,
    lastWritten: TIME,
    labelDate: TIME,
    recycleCount: 0,
    truncateOnPurge: false,
    recyclePoolId: 0,
    scratchPoolId: 0,
    comment: '',
    ...changes,
  };
}

export function poolRow(poolId: number, name: string, changes: Partial<PoolRow> = {}): PoolRow {
  return {
    poolId,
    name,
    numVols: 1,
    maxVols: 100,
    poolType: 'Backup',
    labelFormat: 'A-Full-',
    volRetention: 31104000,
    volUseDuration: 0,
    maxVolJobs: 0,
    maxVolFiles: 0,
    maxVolBytes: 4617089843,
    autoPrune: true,
    recycle: true,
    useOnce: false,
    truncateOnPurge: false,
    recyclePoolId: 0,
    scratchPoolId: 0,
    ...changes,
  };
}

/** A Catalog in memory that knows the questions of the console; any other fails the test. */
export function fakeCatalog(contents: CatalogContents): Catalog {
  const newest = (jobIds: readonly number[]) => newestState(contents, jobIds);
  const known: Partial<Catalog> = {
    jobById: async (jobId) => contents.jobs.find((job) => job.jobId === jobId),
    listJobs: async ({ limit, order, jobId, name, clientName, type, level, status, since, ended, among }) =>
      contents.jobs
        .filter((job) => jobId === undefined || job.jobId === jobId)
        .filter((job) => name === undefined || job.name === name)
        .filter((job) => clientName === undefined || job.clientName === clientName)
        .filter((job) => type === undefined || job.type === type)
        .filter((job) => level === undefined || job.level === level)
        .filter((job) => status === undefined || job.jobStatus === status)
        .filter((job) => !ended || job.endTime)
        .filter((job) => !since || (job.startTime && job.startTime >= since))
        .filter((job) => !among || (fits(among.jobs, job.name) && fits(among.clients, job.clientName)))
        .toSorted((a, b) => (order === 'desc' ? b.jobId - a.jobId : a.jobId - b.jobId))
        .slice(0, limit),
    listClients: async () => [
      {
        clientId: 1,
        name: 'peer-fd',
        uname: '',
        fileRetention: 31104000,
        jobRetention: 31104000,
        autoPrune: true,
      },
    ],
    listPools: async (filter) => contents.pools.filter(({ name }) => !filter?.name || name === filter.name),
    volumeHolds: async () => [],
    syncPool: async ({ name }) => contents.pools.find((pool) => pool.name === name)!,
    jobsOnVolume: async (mediaId) => {
      const volume = contents.volumes.find((one) => one.mediaId === mediaId);
      return contents.jobs.filter(({ jobId }) =>
        contents.jobVolumes.get(jobId)?.includes(volume?.volumeName ?? ''),
      );
    },
    setJob: async (jobId, changes) => {
      contents.jobs = contents.jobs.map((job) => (job.jobId === jobId ? { ...job, ...changes } : job));
    },
    listVolumes: async ({ poolName, volumeName, jobId }) =>
      contents.volumes
        .filter((volume) => poolName === undefined || volume.poolName === poolName)
        .filter((volume) => volumeName === undefined || volume.volumeName === volumeName)
        .filter((volume) => !jobId || contents.jobVolumes.get(jobId)?.includes(volume.volumeName)),
    jobMedia: async (jobId) => jobMediaOf(contents).filter((row) => row.jobId === jobId),
    jobMediaPage: async ({ jobId, volumeName, after, limit }) => {
      const rows = jobMediaOf(contents)
        .filter((row) => jobId === undefined || row.jobId === jobId)
        .filter((row) => volumeName === undefined || row.volumeName === volumeName)
        .filter((row) => row.jobMediaId > after)
        .slice(0, limit);
      return rows.length < limit ? { rows } : { rows, next: rows.at(-1)!.jobMediaId };
    },
    jobLog: async (jobId) => (contents.logs.get(jobId) ?? []).map((text) => ({ time: TIME, text })),
    jobTotals: async () => [
      { name: 'Article', jobs: 1, files: 76, bytes: 2229331 },
      { name: 'Gzip', jobs: 4, files: 101, bytes: 2265957 },
    ],
    filesPage: async ({ jobId, kind = 'saved', after, limit }) => {
      const all = (contents.files.get(jobId) ?? []).filter(
        ({ deleted = false }) => kind === 'all' || deleted === (kind === 'deleted'),
      );
      const start = after?.position ?? 0;
      const files = all
        .slice(start, start + limit)
        .map(({ path }) => ({ ...FileRecord.decode(Buffer.alloc(0)), path: Buffer.from(path) }));
      const next =
        start + limit < all.length ? { deleted: false, pathId: 0, position: start + limit } : undefined;
      return { files, ...(next && { next }) };
    },
    appendVolumes: async ({ poolId }) =>
      contents.volumes.filter((volume) => volume.poolId === poolId && volume.volStatus === 'Append'),
    volumeByName: async (volumeName) => contents.volumes.find((volume) => volume.volumeName === volumeName),
    syncStorage: async () => 1,
    createVolume: async ({ volumeName, poolId, mediaType }) => {
      const poolName = contents.pools.find((pool) => pool.poolId === poolId)!.name;
      const mediaId = contents.volumes.length + 1;
      const row = mediaRow(mediaId, { volumeName, poolId, poolName, mediaType });
      contents.volumes.push(row);
      return row;
    },
    addTag: async (tagging) => {
      if (!contents.tags.some((one) => isDeepStrictEqual(one, tagging))) contents.tags.push(tagging);
    },
    deleteTag: async (tagging) => {
      const before = contents.tags.length;
      contents.tags = contents.tags.filter((one) => !isDeepStrictEqual(one, tagging));
      return contents.tags.length < before;
    },
    listTags: async ({ tag, kind, id } = {}) =>
      contents.tags
        .filter((one) => tag === undefined || one.tag === tag)
        .filter((one) => kind === undefined || (one.kind === kind && one.id === id))
        .map((one) => ({ ...one, name: `${one.kind}-${one.id}` })),
    setVolume: async (mediaId, changes) => {
      contents.volumes = contents.volumes.map((volume) =>
        volume.mediaId === mediaId ? { ...volume, ...changes } : volume,
      );
    },
    restoreChain: async ({ clientName, fileSetName, poolName, before }) => {
      const good = contents.jobs
        .filter((job) => job.clientName === clientName && job.type === 'B' && job.jobStatus === 'T')
        .filter((job) => fileSetName === undefined || job.fileSetName === fileSetName)
        .filter((job) => poolName === undefined || job.poolName === poolName)
        .filter((job) => !before || (job.endTime && job.endTime <= before));
      const full = good.findLastIndex(({ level }) => level === 'F');
      return full < 0 ? [] : good.slice(full);
    },
    fileSetsOfClient: async () => [...new Set(contents.jobs.map(({ fileSetName }) => fileSetName))],
    jobsWithFile: async ({ path }) => versionsOf(contents, path.toString()),
    findFiles: async ({ jobId, pattern }) => {
      const matches = globMatcher(pattern.length > 1 ? pattern.replace(/\/$/, '') : pattern);
      const files = (contents.files.get(jobId) ?? []).map((file, index) => ({
        ...file,
        fileIndex: index + 1,
      }));
      return {
        files: files
          .filter(({ deleted }) => !deleted)
          .filter(({ path }) => {
            const whole = path.length > 1 ? path.replace(/\/$/, '') : path;
            return matches(Buffer.from(pattern.includes('/') ? whole : whole.replace(/^.*\//, '')));
          })
          .map(({ path, fileIndex, size = 0 }) => ({
            path: Buffer.from(path),
            fileIndex,
            size,
            mtime: TIME,
          })),
      };
    },
    pathIds: async (paths) => paths.map(() => 1),
    pathOfId: async () => Buffer.from('/'),
    fileRecords: async ({ jobId, fileIndexes }) =>
      fileIndexes.flatMap((fileIndex) => {
        const file = contents.files.get(jobId)?.[fileIndex - 1];
        return file
          ? [{ ...FileRecord.decode(Buffer.alloc(0)), path: Buffer.from(file.path), fileIndex }]
          : [];
      }),
    openRestorePlan: async ({ jobIds, rules }) => {
      const files = [...newest(jobIds).values()];
      const wanted = files.filter(({ path }) => decide(path, rules));
      const onTheWay = files.filter(
        ({ path }) =>
          path.endsWith('/') &&
          !wanted.some((one) => one.path === path) &&
          wanted.some((one) => one.path.startsWith(path)),
      );
      return {
        planId: 1,
        files: wanted.length + onTheWay.length,
        bytes: wanted.reduce((sum, { size = 0 }) => sum + size, 0),
        volumes: [...new Set(jobIds.flatMap((jobId) => contents.jobVolumes.get(jobId) ?? []))].map(
          (volumeName) => ({
            volumeName,
            mediaType: 'File',
            storageId: 1,
          }),
        ),
        stretches: [],
      };
    },
    closeRestorePlan: async () => undefined,
    browseDirectory: async ({ jobIds, path, after, limit }) =>
      entriesOf([...newest(jobIds).values()], path.toString())
        .filter(({ name }) => !after || Buffer.compare(name, after) > 0)
        .slice(0, limit),
    sql: async ({ query }) => ({ columns: ['Query'], rows: [[query]] }),
  };
  return new Proxy(known as Catalog, {
    get: (target, name) => {
      const operation: unknown = Reflect.get(target, name);
      if (operation === undefined) throw new Error(`the fake catalog does not know ${String(name)}`);
      return operation;
    },
  });
}

function jobMediaOf({ jobVolumes }: CatalogContents) {
  return [...jobVolumes].flatMap(([id, volumes]) =>
    volumes.map((volumeName, index) => jobMediaRow(id, volumeName, index)),
  );
}

function jobMediaRow(jobId: number, volumeName: string, index: number) {
  return {
    jobMediaId: jobId * 10 + index,
    jobId,
    mediaId: 1,
    volumeName,
    firstIndex: 1,
    lastIndex: 94,
    startFile: 0,
    endFile: 0,
    startBlock: 219,
    endBlock: 2286901,
    volIndex: index + 1,
  };
}

function newestState({ files }: CatalogContents, jobIds: readonly number[]): Map<string, FakeFile> {
  const state = new Map<string, FakeFile>();
  for (const jobId of [...jobIds].sort((a, b) => a - b)) {
    for (const file of files.get(jobId) ?? []) {
      if (file.deleted) state.delete(file.path);
      else state.set(file.path, file);
    }
  }
  return state;
}

/** The nearest rule: the longest path; of two for one path the one for the entry itself. */
function decide(path: string, rules: readonly SelectionRule[]): boolean {
  const fitting = rules.filter((rule) => {
    const rulePath = rule.path.toString();
    return rulePath === path || (rule.recursive && rulePath.endsWith('/') && path.startsWith(rulePath));
  });
  const nearest = fitting.toSorted(
    (a, b) => b.path.length - a.path.length || Number(a.recursive) - Number(b.recursive),
  );
  return nearest[0]?.marked ?? false;
}

function entriesOf(files: readonly FakeFile[], directory: string): DirectoryEntry[] {
  const entries = new Map<string, DirectoryEntry>();
  for (const { path, size = 0 } of files) {
    if (!path.startsWith(directory) || path === directory) continue;
    const [name = '', ...below] = path.slice(directory.length).split('/');
    const isDirectory = below.length > 0;
    const own = path === `${directory}${name}` || path === `${directory}${name}/`;
    if (entries.has(`${name}${isDirectory}`) && !own) continue;
    entries.set(`${name}${isDirectory}`, {
      name: Buffer.from(name),
      isDirectory,
      size: own ? size : 0,
      mtime: TIME,
      mode: isDirectory ? 0o040755 : 0o100644,
      linkCount: 1,
      uid: 1001,
      gid: 1001,
      jobId: own ? 1 : 0,
      fileIndex: own ? 1 : 0,
    });
  }
  return [...entries.values()].sort((a, b) => Buffer.compare(a.name, b.name));
}

/** With or without a slash at its end. The newest first. */
function versionsOf({ jobs, files }: CatalogContents, wanted: string): FileVersion[] {
  return jobs.toReversed().flatMap((job) =>
    (files.get(job.jobId) ?? [])
      .filter((file) => file.path.replace(/\/$/, '') === wanted.replace(/\/$/, ''))
      .map((file) => ({
        jobId: job.jobId,
        fileIndex: 1,
        path: Buffer.from(file.path),
        startTime: job.startTime,
        type: job.type,
        level: job.level,
        jobStatus: job.jobStatus,
        jobFiles: job.jobFiles,
        jobBytes: job.jobBytes,
        size: file.size ?? 0,
        mtime: TIME,
        deleted: file.deleted ?? false,
      })),
  );
}

function fits(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => globMatcher(pattern)(Buffer.from(name)));
}
