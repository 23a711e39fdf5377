import { loadStorageConf, type StorageConf } from '../configuration/storage-conf.ts';
import { listenAddresses } from '../configuration/values/addresses.ts';
import { describeError, type Log } from '../daemon/log.ts';
import type { DaemonContext, RunningDaemon } from '../daemon/run-daemon.ts';
import { VERSION, platform, versionBanner } from '../daemon/version.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { Peer, Secret } from '../transport/peer.ts';
import { listen } from '../transport/server.ts';
import { DeviceTable } from './device-table.ts';
import { flockProblem } from './flock.ts';
import { SessionTable } from './session-table.ts';
import { nodeFiles } from './storage-file.ts';
import { StorageService } from './storage-service.ts';

/** How long sessions may go on by themselves when the daemon is told to stop. */
const STOP_GRACE_MS = 5000;

/** The new conf has errors; the old one stays in force. */
class ReloadRefused extends OperatorError {
  readonly code = 'SD_RELOAD_REFUSED';
  override readonly hint = 'Run noctule-sd -t to see the errors, correct them, and reload again.';
}

/** Resolves when the daemon listens. */
export async function startStorageDaemon(
  conf: StorageConf,
  { log, confFile }: DaemonContext,
): Promise<RunningDaemon> {
  const startedAt = new Date();
  const inForce = { conf };
  const devices = new DeviceTable(nodeFiles, conf.storage.name);
  devices.configure(conf);
  const sessions = new SessionTable(startedAt, conf.storage.maximumConcurrentJobs);
  const service = new StorageService({
    identity: { name: conf.storage.name, version: versionBanner(), platform: platform(), startedAt },
    writtenBy: `${conf.storage.name} ${VERSION.number}`,
    devices,
    sessions,
    log,
    clientConnectTimeoutMs: () => inForce.conf.storage.clientConnectTimeout * 1000,
    destinations: () => inForce.conf.storage.messages?.destinations ?? [],
    isMonitor: (name) =>
      inForce.conf.directors.some((director) => director.name === name && director.monitor),
  });
  lookAtDirectories(devices, log);
  const listener = await listen({
    serverName: conf.storage.name,
    addresses: listenAddresses({
      block: conf.storage.sdAddresses ?? [],
      single: conf.storage.sdAddress,
      port: conf.storage.sdPort,
    }),
    portDirective: 'SDPort',
    findSecret: (peer) => service.tickets.secretOf(peer) ?? directorSecret(inForce.conf, peer),
    register: (server) => service.register(server),
    onRefused: (sentence) => log.warn(sentence),
    onFault: (error, method) => log.error(`Fault in ${method}: ${describeError(error)}`),
    onDebug: (sentence) => log.debug(10, sentence),
  });
  return {
    async reload() {
      const { conf: next } = loadStorageConf(confFile);
      if (next === undefined)
        throw new ReloadRefused(`${confFile} has errors: the old configuration stays in force`);
      inForce.conf = next;
      devices.configure(next);
      sessions.sessionsMax = next.storage.maximumConcurrentJobs;
      lookAtDirectories(devices, log);
    },
    async stop() {
      await sessions.close(STOP_GRACE_MS);
      await listener.close(1000);
    },
  };
}

/** Says at once what jobs would only find out later. */
function lookAtDirectories(devices: DeviceTable, log: Log): void {
  const problem = flockProblem();
  if (problem !== undefined) log.warn(problem);
  for (const device of devices.devices) {
    if (!device.settings.enabled) continue;
    try {
      device.enter(device.settings.readOnly ? 'read' : 'write')[Symbol.dispose]();
    } catch (error) {
      log.warn(`Device "${device.name}" cannot be used now: ${describeError(error)}`);
    }
  }
}

function directorSecret({ directors }: StorageConf, peer: Peer): Secret | undefined {
  if (peer.role !== 'director') return undefined;
  const director = directors.find(({ name }) => name === peer.name);
  return director && { password: director.password };
}
