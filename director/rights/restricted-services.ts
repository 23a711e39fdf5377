import type { ConsoleMessages, DirectorServices, Peers } from '../services.ts';
import { restrictedCatalog } from './restricted-catalog.ts';
import { restrictedJobs } from './restricted-jobs.ts';
import type { Rights } from './rights.ts';
import { visibleConf } from './visible-conf.ts';

type RetentionServices = DirectorServices['retention'];

/**
 * The Director as a named console sees it: what it has no right to is not there, or is refused. Commands need not know of
 * rights, but for which of them there are.
 */
export function restrictedServices(services: DirectorServices, rights: Rights): DirectorServices {
  const conf = () => visibleConf(services.conf(), rights);
  return {
    name: services.name,
    startedAt: services.startedAt,
    get confReadAt() {
      return services.confReadAt;
    },
    conf,
    storageName: (storageId) => services.storageName(storageId),
    catalog: restrictedCatalog(services.catalog, rights),
    jobs: restrictedJobs(services.jobs, services.catalog, rights),
    consoleMessages: messagesFor(services.consoleMessages, rights),
    peers: restrictedPeers(services.peers, rights),
    retention: restrictedRetention(services.retention, rights),
    restoreLists: services.restoreLists,
    log: services.log,
    reload: () => services.reload(),
    scheduledRuns: (days, from) =>
      services.scheduledRuns(days, from).filter(({ job }) => rights.allows('Job', job.name)),
    overdueBackups: () => services.overdueBackups().filter(({ jobName }) => rights.allows('Job', jobName)),
  };
}

/** They are of all jobs together, and gone for the others once shown. */
function messagesFor(messages: ConsoleMessages, rights: Rights): ConsoleMessages {
  return {
    get pending() {
      return rights.allowsAllJobs && messages.pending;
    },
    take: () => (rights.allowsAllJobs ? messages.take() : Promise.resolve('')),
  };
}

function restrictedPeers(peers: Peers, rights: Rights): Peers {
  return {
    clientStatus: async (client) => {
      rights.require('Client', client.name);
      return peers.clientStatus(client);
    },
    storageStatus: async (storage) => {
      rights.require('Storage', storage.name);
      return peers.storageStatus(storage);
    },
    label: async (request) => {
      rights.require('Storage', request.storage.name);
      rights.require('Pool', request.pool.name);
      return peers.label(request);
    },
    relabel: async (request) => {
      rights.require('Storage', request.storage.name);
      rights.require('Pool', request.volume.poolName);
      rights.require('Pool', request.pool.name);
      return peers.relabel(request);
    },
    controlDevice: async (request) => {
      rights.require('Storage', request.storage.name);
      return peers.controlDevice(request);
    },
    clientDebug: async (client, changes) => {
      rights.require('Client', client.name);
      return peers.clientDebug(client, changes);
    },
    storageDebug: async (storage, changes) => {
      rights.require('Storage', storage.name);
      return peers.storageDebug(storage, changes);
    },
    measureNetwork: async (request) => {
      rights.require('Client', request.client.name);
      rights.require('Storage', request.storage.name);
      return peers.measureNetwork(request);
    },
    listDirectory: async (request) => {
      rights.requireBackupOf(request.client.name);
      return peers.listDirectory(request);
    },
    estimate: async (request) => {
      rights.requireRun(request.job.name);
      rights.requireBackupOf(request.job.client.name);
      rights.require('FileSet', request.job.fileSet.name);
      return peers.estimate(request);
    },
  };
}

function restrictedRetention(retention: RetentionServices, rights: Rights): RetentionServices {
  type Subject = Parameters<RetentionServices['prune']>[0];
  type Volume = Parameters<RetentionServices['truncate']>[0];
  type Jobs = Parameters<RetentionServices['purgeJobs']>[0];
  const checkSubject = (subject: Subject) =>
    subject.kind === 'volume' ? checkVolume(subject.volume) : rights.require('Client', subject.client.name);
  const checkVolume = ({ poolName }: Volume) => rights.require('Pool', poolName);
  const checkJobs = (jobs: Jobs) => {
    for (const { name, clientName } of jobs) {
      rights.require('Job', name);
      rights.require('Client', clientName);
    }
  };
  const after =
    <A, R>(check: (argument: A) => void, action: (argument: A) => Promise<R>) =>
    async (argument: A): Promise<R> => {
      check(argument);
      return action(argument);
    };
  return {
    expired: after(checkSubject, (subject) => retention.expired(subject)),
    prune: after(checkSubject, (subject) => retention.prune(subject)),
    removable: (jobs) => {
      checkJobs(jobs);
      return retention.removable(jobs);
    },
    purgeJobs: after(checkJobs, (jobs) => retention.purgeJobs(jobs)),
    purgeFiles: after(checkJobs, (jobs) => retention.purgeFiles(jobs)),
    purgeVolume: after(checkVolume, (volume) => retention.purgeVolume(volume)),
    deleteVolume: after(checkVolume, (volume) => retention.deleteVolume(volume)),
    truncate: after(checkVolume, (volume) => retention.truncate(volume)),
    explain: after(checkVolume, (volume) => retention.explain(volume)),
  };
}
