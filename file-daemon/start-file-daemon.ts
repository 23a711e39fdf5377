import { loadFileDaemonConf, type FileDaemonConf } from '../configuration/file-daemon-conf.ts';
import { listenAddresses } from '../configuration/values/addresses.ts';
import { smallestSpeed } from '../configuration/values/size.ts';
import { describeError, type Log } from '../daemon/log.ts';
import type { DaemonContext, RunningDaemon } from '../daemon/run-daemon.ts';
import { platform, versionBanner, versionShort } from '../daemon/version.ts';
import { OperatorError, messageOf } from '../errors/operator-error.ts';
import type { Peer, Secret } from '../transport/peer.ts';
import { listen } from '../transport/server.ts';
import { showPath } from './byte-path.ts';
import { lostWithoutNative } from './without-native.ts';
import { keepMemorySmall } from '../native/memory.ts';
import { setNiceness } from '../native/priority.ts';
import { removeUnfinishedFiles } from './restore/unfinished-file.ts';
import { openDirectorLines } from './service/director-line.ts';
import { FileDaemonService } from './service/file-daemon-service.ts';
import { JobTable } from './service/job-table.ts';

/** How long calls may take to come to their end when the daemon stops; their jobs are cancelled at once. */
const STOP_GRACE_MS = 5000;

/** The new conf has errors; the old one stays in force. */
class ReloadRefused extends OperatorError {
  readonly code = 'FD_RELOAD_REFUSED';
  override readonly hint = 'Run noctule-fd -t to see the errors, correct them, and reload again.';
}

/** The daemon was told to stop while jobs ran. */
class DaemonStops extends OperatorError {
  readonly code = 'FD_DAEMON_STOPS';
  override readonly hint = 'Run the job again when the file daemon is back.';
}

/** Resolves when the daemon listens. */
export async function startFileDaemon(
  conf: FileDaemonConf,
  { log, confFile }: DaemonContext,
): Promise<RunningDaemon> {
  keepMemorySmall();
  const inForce = { conf };
  const { name, workingDirectory, maximumConcurrentJobs } = conf.fileDaemon;
  beNice(conf.fileDaemon.nice, log);
  const jobs = new JobTable(maximumConcurrentJobs);
  const service = new FileDaemonService({
    name,
    versionShort: versionShort(),
    versionBanner: versionBanner(),
    platform: platform(),
    startedAt: new Date(),
    jobs,
    workingDirectory,
    debugging: log.debugging,
    storageConnectTimeoutMs: () => inForce.conf.fileDaemon.sdConnectTimeout * 1000,
    ioClass: conf.fileDaemon.ioClass,
    compressionThreads: conf.fileDaemon.maximumCompressionThreads,
    bandwidthMax: (director) => bandwidthMax(inForce.conf, director),
    destinations: () => inForce.conf.fileDaemon.messages?.destinations ?? [],
    isMonitor: (director) => inForce.conf.directors.some((one) => one.name === director && one.monitor),
  });
  const problem = lostWithoutNative();
  if (problem !== undefined) log.warn(problem);
  for (const path of removeUnfinishedFiles(workingDirectory)) {
    log.warn(`Removed "${showPath(path)}", which a restore that was killed had not finished`);
  }
  const listener = await listen({
    serverName: name,
    addresses: listenAddresses({
      block: conf.fileDaemon.fdAddresses ?? [],
      single: conf.fileDaemon.fdAddress,
      port: conf.fileDaemon.fdPort,
    }),
    portDirective: 'FDPort',
    findSecret: (peer) => directorSecret(inForce.conf, peer),
    register: (server) => service.register(server),
    onRefused: (sentence) => log.warn(sentence),
    onFault: (error, method) => log.error(`Fault in ${method}: ${describeError(error)}`),
    onDebug: (sentence) => log.debug(10, sentence),
  });
  const openLines = ({ directors }: FileDaemonConf) =>
    openDirectorLines(directors, { clientName: name, serve: (...of) => listener.serve(...of), log });
  let lines = openLines(conf);
  return {
    async reload() {
      const { conf: next } = loadFileDaemonConf(confFile);
      if (next === undefined) {
        throw new ReloadRefused(`${confFile} has errors: the old configuration stays in force`);
      }
      inForce.conf = next;
      lines[Symbol.dispose]();
      lines = openLines(next);
      jobs.jobsMax = next.fileDaemon.maximumConcurrentJobs;
    },
    async stop() {
      lines[Symbol.dispose]();
      jobs.stop(new DaemonStops(`File daemon "${name}" was stopped`));
      await listener.close(STOP_GRACE_MS);
    },
  };
}

function bandwidthMax({ fileDaemon, directors }: FileDaemonConf, directorName: string): number {
  const director = directors.find(({ name }) => name === directorName);
  return smallestSpeed(fileDaemon.maximumBandwidthPerJob, director?.maximumBandwidthPerJob);
}

/** The machine has other work than its backup. */
function beNice(nice: number, log: Log): void {
  try {
    setNiceness(nice);
  } catch (error) {
    log.warn(`Nice = ${nice} cannot be had, the daemon goes on without: ${messageOf(error)}`);
  }
}

function directorSecret({ directors }: FileDaemonConf, peer: Peer): Secret | undefined {
  if (peer.role !== 'director') return undefined;
  const director = directors.find(({ name }) => name === peer.name);
  return director && { password: director.password };
}
