import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { OperatorError } from '../errors/operator-error.ts';
import { isRunning } from './running-process.ts';

/** The three daemons of a site, by the names of their launchers. */
export type DaemonName = 'noctule-dir' | 'noctule-sd' | 'noctule-fd';
export const DAEMONS: readonly DaemonName[] = ['noctule-sd', 'noctule-fd', 'noctule-dir'];

export interface SiteOptions {
  /** An empty or new directory; everything of the site lies below it. */
  readonly directory: string;
  /** What the FileSet names, absolute. */
  readonly paths: readonly string[];
  /** What is left out, absolute. */
  readonly excludes?: readonly string[];
  /** Of the Options block of the FileSet. Default GZIP. */
  readonly compression?: string;
  /** More lines for that block. */
  readonly fileSetOptions?: string;
  /** More resources for the Director's conf. */
  readonly directorConf?: string;
  /** More lines for the Job Backup. */
  readonly jobDirectives?: string;
  /** More lines for the three pools. */
  readonly poolDirectives?: string;
  /** More lines for the FileDaemon. */
  readonly clientDirectives?: string;
  /** More lines for the Device. */
  readonly deviceDirectives?: string;
}

/** A self-contained Noctule on this machine: conf with fresh passwords, free ports, own directories. */
export interface Site {
  readonly directory: string;
  readonly volumesDirectory: string;
  readonly confFiles: Readonly<Record<DaemonName | 'nconsole', string>>;
  readonly ports: Readonly<Record<DaemonName, number>>;
}

/** Where the programs lie. */
export const LAUNCHERS = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../bin/' : '../../bin/', import.meta.url),
);
const run = promisify(execFile);

/** Writes the conf of a new site. Starts nothing. */
export async function createSite(options: SiteOptions): Promise<Site> {
  const { directory } = options;
  const volumesDirectory = join(directory, 'volumes');
  for (const name of ['conf', 'volumes', 'run', 'director', 'storage', 'client']) {
    await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  }
  const [director, storage, client] = await freePorts(3);
  const ports = { 'noctule-dir': director!, 'noctule-sd': storage!, 'noctule-fd': client! };
  const passwords = { console: password(), storage: password(), client: password() };
  const conf = (name: string) => join(directory, 'conf', name);
  const site: Site = {
    directory,
    volumesDirectory,
    ports,
    confFiles: {
      'noctule-dir': conf('noctule-dir.conf'),
      'noctule-sd': conf('noctule-sd.conf'),
      'noctule-fd': conf('noctule-fd.conf'),
      nconsole: conf('nconsole.conf'),
    },
  };
  const texts = {
    'noctule-dir': directorConf(options, ports, passwords),
    'noctule-sd': storageConf(options, ports, passwords.storage),
    'noctule-fd': clientConf(options, ports, passwords.client),
    nconsole: consoleConf(ports, passwords.console),
  };
  for (const [name, text] of Object.entries(texts)) {
    const file = site.confFiles[name as DaemonName];
    await writeFile(file, text);
    await chmod(file, 0o600);
  }
  return site;
}

/**
 * Replaces text in a conf of the site, each time the first that is found.
 * @throws Error when a text is not there
 */
export function editConf(file: string, ...changes: readonly (readonly [from: string, to: string])[]): void {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`"${from}" is not in ${file}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(file, text);
}

/** Starts a daemon of the site in the background; resolves when it listens. */
export async function startDaemon(
  site: Site,
  daemon: DaemonName,
  flags: readonly string[] = [],
): Promise<void> {
  try {
    await run(join(LAUNCHERS, daemon), ['-c', site.confFiles[daemon], ...flags], { cwd: site.directory });
  } catch (error) {
    throw new DaemonDidNotStart(daemon, (error as { stderr?: string }).stderr ?? String(error));
  }
}

/**
 * Starts all daemons at once. When it throws, none is still starting.
 * @param start starts one of them
 */
export async function startSite(
  site: Site,
  start: (site: Site, daemon: DaemonName) => Promise<void> = startDaemon,
): Promise<void> {
  const starts = await Promise.allSettled(DAEMONS.map((daemon) => start(site, daemon)));
  for (const one of starts) if (one.status === 'rejected') throw one.reason;
}

/** The process of a running daemon; undefined when it does not run. */
export async function daemonPid(site: Site, daemon: DaemonName): Promise<number | undefined> {
  const text = await readFile(
    join(site.directory, 'run', `${daemon}.${site.ports[daemon]}.pid`),
    'utf8',
  ).catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && isRunning(pid) ? pid : undefined;
}

/** Ends a daemon and resolves when its process is gone. SIGTERM stops it in order, SIGKILL is a crash. */
export async function stopDaemon(
  site: Site,
  daemon: DaemonName,
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): Promise<void> {
  const pid = await daemonPid(site, daemon);
  if (pid === undefined) return;
  process.kill(pid, signal);
  // No parent waits for a daemon, so its end is only seen by asking.
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

export async function stopSite(site: Site): Promise<void> {
  for (const daemon of [...DAEMONS].reverse()) await stopDaemon(site, daemon);
}

/**
 * Pipes commands into the site's console and resolves with what it printed.
 * @param onText sees the output as it comes.
 */
export async function runConsole(
  site: Site,
  commands: string,
  onText: (text: string) => void = () => undefined,
): Promise<{ output: string; exitCode: number }> {
  const child = spawn(join(LAUNCHERS, 'nconsole'), ['-c', site.confFiles.nconsole], {
    cwd: site.directory,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onText(text);
    });
  }
  child.stdin.end(commands);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve(code ?? 1));
  });
  return { output, exitCode };
}

export class DaemonDidNotStart extends OperatorError {
  readonly code = 'TOOL_DAEMON_DID_NOT_START';
  constructor(daemon: string, output: string) {
    super(`${daemon} did not start: ${output.trim() || 'it printed nothing'}`);
  }
}

/** Ports nobody listens on now. All are held open until the last is found, so they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function password(): string {
  return randomBytes(24).toString('base64url');
}

type Ports = Site['ports'];

function fileLines(paths: readonly string[]): string {
  return paths.map((path) => `    File = "${path.replace(/["\\]/g, '\\$&')}"\n`).join('');
}

function directorConf(
  options: SiteOptions,
  ports: Ports,
  passwords: { console: string; storage: string; client: string },
): string {
  const { directory } = options;
  const pool = (name: string, prefix: string, retention: string) => `
Pool {
  Name = ${name}
  Pool Type = Backup
  Recycle = yes
  AutoPrune = yes
  Volume Retention = ${retention}
  Label Format = "${prefix}"
  Maximum Volumes = 100
  ${options.poolDirectives ?? ''}
}
`;
  return `# The Director of a site made by \`noctule\`.
Director {
  Name = site-dir
  DirPort = ${ports['noctule-dir']}
  DirAddress = 127.0.0.1
  Password = "${passwords.console}"
  QueryFile = "${directory}/conf/query.sql"
  WorkingDirectory = "${directory}/director"
  PidDirectory = "${directory}/run"
  Messages = Standard
}

Job {
  Name = Backup
  Type = Backup
  Level = Incremental
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  Full Backup Pool = Full-Pool
  Differential Backup Pool = Diff-Pool
  Incremental Backup Pool = Incr-Pool
  ${options.jobDirectives ?? ''}
}

Job {
  Name = RestoreFiles
  Type = Restore
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  Where = "${directory}/restored"
}

FileSet {
  Name = Files
  Include {
    Options {
      signature = SHA1
      compression = ${options.compression ?? 'GZIP'}
      ${options.fileSetOptions ?? ''}
    }
${fileLines(options.paths)}  }
  Exclude {
${fileLines(options.excludes ?? [])}  }
}

Client {
  Name = site-fd
  Address = 127.0.0.1
  FDPort = ${ports['noctule-fd']}
  Password = "${passwords.client}"
  Catalog = Catalog
}

Storage {
  Name = File
  Address = 127.0.0.1
  SDPort = ${ports['noctule-sd']}
  Password = "${passwords.storage}"
  Device = FileStorage
  Media Type = File
  Maximum Concurrent Jobs = 10
}

Catalog {
  Name = Catalog
  dbname = catalog
  dbuser = noctule
  dbpassword = ""
}
${pool('Full-Pool', 'Full-', '360 days')}${pool('Diff-Pool', 'Diff-', '65 days')}${pool('Incr-Pool', 'Incr-', '30 days')}
Messages {
  Name = Standard
  console = all, !skipped, !saved
  append = "${directory}/director/messages.log" = all, !skipped
  catalog = all
}
${options.directorConf ?? ''}`;
}

function storageConf(options: SiteOptions, ports: Ports, secret: string): string {
  const { directory } = options;
  return `# The storage daemon of a site made by \`noctule\`.
Storage {
  Name = site-sd
  SDPort = ${ports['noctule-sd']}
  SDAddress = 127.0.0.1
  WorkingDirectory = "${directory}/storage"
  PidDirectory = "${directory}/run"
}

Director {
  Name = site-dir
  Password = "${secret}"
}

Device {
  Name = FileStorage
  Media Type = File
  Archive Device = "${directory}/volumes"
  LabelMedia = yes
  Random Access = yes
  AutomaticMount = yes
  RemovableMedia = no
  AlwaysOpen = no
  ${options.deviceDirectives ?? ''}
}

Messages {
  Name = Standard
  director = site-dir = all
}
`;
}

function clientConf(options: SiteOptions, ports: Ports, secret: string): string {
  const { directory } = options;
  return `# The file daemon of a site made by \`noctule\`.
FileDaemon {
  Name = site-fd
  FDPort = ${ports['noctule-fd']}
  FDAddress = 127.0.0.1
  WorkingDirectory = "${directory}/client"
  PidDirectory = "${directory}/run"
  ${options.clientDirectives ?? ''}
}

Director {
  Name = site-dir
  Password = "${secret}"
}

Messages {
  Name = Standard
  director = site-dir = all, !skipped, !restored
}
`;
}

function consoleConf(ports: Ports, secret: string): string {
  return `# The console of a site made by \`noctule\`.
Director {
  Name = site-dir
  Address = 127.0.0.1
  DirPort = ${ports['noctule-dir']}
  Password = "${secret}"
}
`;
}
