import { loadDirectorConf, type DirectorConf } from '../../../../configuration/director-conf.ts';
import { changeDebugging, type DebugChanges, type Debugging } from '../../../../daemon/log.ts';
import type { SourceReader } from '../../../../configuration/source-reader.ts';
import type { Screen } from '../../../../director/console/command.ts';
import { serveConsole } from '../../../../director/console/session.ts';
import type { DirectorServices, RunningJob, RunRequest } from '../../../../director/services.ts';
import { RestoreLists } from '../../../../director/restore-lists.ts';
import type { Rights } from '../../../../director/rights/rights.ts';
import type { ConsoleRequest, ConsoleResponse } from '../../../../proto/noctule/director/v1/director.ts';
import { fakeCatalog, jobRow, mediaRow, poolRow, type CatalogContents } from './fake-catalog.ts';

/** The clock of these tests. */
export const NOW = new Date('2026-11-21T03:48:24');

const CONF = `
Director { Name = peer-dir; Password = "p"; QueryFile = /q; WorkingDirectory = /w; PidDirectory = /w; Messages = Standard }
JobDefs { Name = D; Type = Backup; Level = Incremental; Client = peer-fd; FileSet = Gzip; Storage = File1
  Messages = Standard; Pool = A-Incr-Pool; FullBackupPool = A-Full-Pool; Schedule = A-Schedule }
Job { Name = Gzip; JobDefs = D }
Job { Name = Plain; JobDefs = D }
Job { Name = "Article"; JobDefs = D; FileSet = "Two Options" }
Job { Name = RestoreFiles; Type = Restore; Client = peer-fd; FileSet = Gzip; Storage = File1; Messages = Standard
  Pool = A-Incr-Pool; Where = /srv/restore }
Schedule { Name = A-Schedule
  Run = Full 1st sat at 23:05
  Run = Incremental sun-fri at 22:10
  Cron = Differential "10 22 * * 0"
}
FileSet { Name = Gzip
  Include { Options { signature = SHA1
      compression = GZIP
      WildFile = "*.o"
      exclude = yes
    }
    File = /srv/demo/home
  }
}
FileSet { Name = "Two Options"; Include { File = /srv } }
Client { Name = peer-fd; Address = 127.0.0.1; FDPort = 29102; Password = "p"; Catalog = MyCatalog; JobRetention = 360 days }
Storage { Name = File1; Address = 127.0.0.1; SDPort = 29103; Password = "p"; Device = FileStorage; MediaType = File }
Catalog { Name = MyCatalog; dbname = noctule }
Pool { Name = A-Incr-Pool; PoolType = Backup; LabelFormat = "A-Incr-"; MaximumVolumes = 100 }
Pool { Name = A-Full-Pool; PoolType = Backup; LabelFormat = "A-Full-"; MaximumVolumes = 100 }
Messages { Name = Standard; console = all }
`;

export interface FakeDirector extends DirectorServices {
  readonly contents: CatalogContents;
  readonly runs: RunRequest[];
  readonly cancelled: number[];
  readonly stopped: number[];
  /** Bandwidths set, by JobId or the name of a client. */
  readonly limits: [number | string, number][];
  readonly runningJobs: RunningJob[];
  /** Final statuses by JobId. */
  readonly ends: Map<number, string>;
  /** What daemons were told of debug messages, by the name of the resource. */
  readonly debugged: [string, DebugChanges][];
  /** Client, Storage and bytes of network tests. */
  readonly measured: [string, string, number][];
  /** How often jobs were told to look for a volume. */
  looks: number;
  messageText: string;
}

/** A Director without daemons, whose catalog a test fills. */
export function fakeDirector(overrides: Partial<DirectorServices> = {}): FakeDirector {
  const conf = confOf(CONF);
  const contents: CatalogContents = {
    jobs: [jobRow(1), jobRow(2, { level: 'I', jobFiles: 3, jobBytes: 106, poolName: 'A-Incr-Pool' })],
    volumes: [
      mediaRow(1),
      mediaRow(2, { volumeName: 'A-Incr-0002', poolId: 2, poolName: 'A-Incr-Pool', volBytes: 1518 }),
    ],
    pools: [
      poolRow(1, 'A-Full-Pool'),
      poolRow(2, 'A-Incr-Pool'),
      poolRow(3, 'Scratch', { numVols: 0, labelFormat: '*' }),
    ],
    files: new Map(),
    jobVolumes: new Map([
      [1, ['A-Full-0001']],
      [2, ['A-Incr-0002']],
    ]),
    logs: new Map(),
    tags: [],
  };
  const runs: RunRequest[] = [];
  const cancelled: number[] = [];
  const stopped: number[] = [];
  const limits: [number | string, number][] = [];
  const runningJobs: RunningJob[] = [];
  const ends = new Map<number, string>();
  const debugged: [string, DebugChanges][] = [];
  const measured: [string, string, number][] = [];
  const debug = (name: string, changes: DebugChanges): Debugging => {
    debugged.push([name, changes]);
    return changeDebugging({ level: 0, trace: false }, changes);
  };
  const director: FakeDirector = {
    name: 'peer-dir',
    startedAt: new Date('2026-11-21T03:39:34'),
    confReadAt: new Date('2026-11-21T03:39:34'),
    conf: () => conf,
    catalog: fakeCatalog(contents),
    jobs: {
      run: async (request) => runs.push({ ...request }),
      running: () => runningJobs,
      cancel: (jobId) => cancelled.push(jobId) > 0,
      stopJob: (jobId) => stopped.push(jobId) > 0,
      setPriority: async (jobId) => runningJobs.some((job) => job.jobId === jobId && job.status === 'C'),
      setBandwidth: async (jobId, limit) => {
        limits.push([jobId, limit]);
        return limit;
      },
      setClientBandwidth: (client, limit) => void limits.push([client.name, limit]),
      ended: async (jobId) => ends.get(jobId) ?? 'T',
      idle: async () => undefined,
      lookForVolumes: () => void (director.looks += 1),
      runCount: 5,
    },
    consoleMessages: {
      get pending() {
        return director.messageText !== '';
      },
      take: async () => {
        const text = director.messageText;
        director.messageText = '';
        return text;
      },
    },
    peers: {
      clientStatus: () => Promise.reject(new Error('no client in this test')),
      storageStatus: () => Promise.reject(new Error('no storage in this test')),
      label: () => Promise.reject(new Error('no storage in this test')),
      relabel: () => Promise.reject(new Error('no storage in this test')),
      controlDevice: () => Promise.reject(new Error('no storage in this test')),
      clientDebug: async ({ name }, changes) => debug(name, changes),
      storageDebug: async ({ name }, changes) => debug(name, changes),
      measureNetwork: async ({ client, storage, bytes }) => {
        measured.push([client.name, storage.name, bytes]);
        return { seconds: 2, roundTripSeconds: 0.0004 };
      },
      listDirectory: () => Promise.reject(new Error('no client in this test')),
      estimate: () => Promise.reject(new Error('no client in this test')),
    },
    retention: new Proxy({} as DirectorServices['retention'], {
      get: (_, name) => () => Promise.reject(new Error(`${String(name)} is not part of this test`)),
    }),
    restoreLists: new RestoreLists(),
    log: { debug() {}, debugging: { level: 0, trace: false } },
    reload: async () => ({ accepted: true, problems: [] }),
    scheduledRuns: () => [],
    storageName: (storageId) => conf.storages[storageId - 1]?.name,
    overdueBackups: () => [],
    contents,
    runs,
    cancelled,
    stopped,
    limits,
    runningJobs,
    ends,
    debugged,
    measured,
    looks: 0,
    messageText: '',
    ...overrides,
  };
  return director;
}

export function runningJob(jobId: number, changes: Partial<RunningJob> = {}): RunningJob {
  return {
    jobId,
    job: `Gzip.2026-11-21_03.48.08_0${jobId}`,
    name: 'Gzip',
    type: 'B',
    level: 'F',
    status: 'R',
    statusText: 'is running',
    priority: 10,
    clientName: 'peer-fd',
    storageName: 'File1',
    poolName: 'A-Full-Pool',
    files: 1234,
    bytes: 77405947,
    bytesPerSecond: 11057992,
    currentPath: '',
    ...changes,
  };
}

/** Says the lines to a console session, each when it is asked for, and resolves with what a person would see. */
export async function converse(
  director: DirectorServices,
  lines: readonly string[],
  options: {
    rights?: Rights;
    canBrowse?: boolean;
    /** Absent: no terminal. */
    screen?: Screen;
    onResponse?: (response: ConsoleResponse, console: TestConsole) => void;
  } = {},
): Promise<string> {
  return (await session(director, lines, options)).transcript;
}

/** The same, with whether each command succeeded. */
export async function session(
  director: DirectorServices,
  lines: readonly string[],
  options: {
    rights?: Rights;
    canBrowse?: boolean;
    /** Absent: no terminal. */
    screen?: Screen;
    onResponse?: (response: ConsoleResponse, console: TestConsole) => void;
  } = {},
): Promise<{ transcript: string; succeeded: boolean[] }> {
  const console = new TestConsole();
  const left = [...lines];
  const succeeded: boolean[] = [];
  let transcript = '';
  console.send({
    $case: 'hello',
    value: {
      interactive: options.screen !== undefined,
      ...{ columns: 80, rows: 0, ...options.screen },
      ...{ version: '', canBrowse: options.canBrowse ?? false },
    },
  });
  const writer = {
    write: async (response: ConsoleResponse) => {
      const { output } = response;
      options.onResponse?.(response, console);
      if (output?.$case === 'text') transcript += output.value;
      if (output?.$case === 'goodbye') console.end();
      if (output?.$case !== 'prompt') return;
      if (output.value.command) succeeded.push(output.value.succeeded);
      const line = left.shift();
      if (line === undefined) return console.end();
      transcript += `${output.value.prompt}${line}\n`;
      console.send({ $case: 'line', value: line });
    },
  };
  await serveConsole(
    director,
    console.requests(),
    writer,
    {
      peer: { role: 'console', name: 'admin' },
      address: '::ffff:192.0.2.7',
      signal: new AbortController().signal,
    },
    { now: () => NOW, rights: options.rights },
  );
  return { transcript, succeeded: succeeded.slice(1) };
}

/** What a console sends. */
export class TestConsole {
  readonly #sent: ConsoleRequest[] = [];
  #wake = Promise.withResolvers<void>();
  #ended = false;

  send(input: ConsoleRequest['input']): void {
    this.#sent.push({ input });
    this.#wake.resolve();
  }

  end(): void {
    this.#ended = true;
    this.#wake.resolve();
  }

  async *requests(): AsyncGenerator<ConsoleRequest> {
    for (;;) {
      const next = this.#sent.shift();
      if (next) yield next;
      else if (this.#ended) return;
      else {
        this.#wake = Promise.withResolvers<void>();
        await this.#wake.promise;
      }
    }
  }
}

function confOf(text: string): DirectorConf {
  const reader: SourceReader = {
    read: () => Buffer.from(text),
    identityOf: (path) => path,
    exists: () => true,
    isWorldReadable: () => false,
    run: () => Buffer.alloc(0),
  };
  const { conf, problems } = loadDirectorConf('/fake.conf', { reader });
  if (!conf) throw new Error(JSON.stringify(problems));
  return conf;
}
