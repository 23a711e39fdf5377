import path from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { DirectorConf } from '../configuration/director-conf.ts';
import type { DaemonContext, RunningDaemon } from '../daemon/run-daemon.ts';
import { CatalogIds } from './catalog-ids.ts';
import { ConfInForce } from './conf-in-force.ts';
import { callingClient, listenForConsoles } from './console-listener.ts';
import { DialIns } from './daemons/dial-ins.ts';
import { GrpcDaemons } from './daemons/grpc-daemons.ts';
import { PeerQuestions } from './daemons/peer-questions.ts';
import { Director } from './director.ts';
import { ConfUnusable, ShuttingDown } from './director-errors.ts';
import { mayBeResumed } from './jobs/incomplete-job.ts';
import { JobService } from './jobs/job-service.ts';
import { queueClone } from './console/queue-clone.ts';
import { runScriptCommand } from './console/script-command.ts';
import { ConsoleStore } from './messages/console-store.ts';
import { DaemonMessages } from './messages/daemon-messages.ts';
import { LeftMails, type DiedJob } from './messages/left-mails.ts';
import { leftSpools } from './messages/mail-spool.ts';
import { MessageOutlets } from './messages/outlets.ts';
import { Retention } from './retention/retention.ts';
import { truncateVolume } from './retention/truncation.ts';
import { VolumeCare } from './retention/volume-care.ts';
import { BackupAges } from './schedule/backup-ages.ts';
import { LastLook } from './schedule/last-look.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { VolumeOffice } from './volumes/volume-office.ts';

/** How long running jobs may go on when the Director is stopped. */
const JOBS_GRACE_MS = 10_000;
const CONSOLES_GRACE_MS = 1_000;
/** And the mails that tell of its last minute. */
const LAST_MAILS_GRACE_MS = 10_000;

/**
 * Makes a Director of its conf; resolves when consoles can connect and the schedules are followed.
 *
 * Everything that must be ended is pushed on `owned` when it is made and ended in the reverse order: schedules,
 * jobs, consoles, messages, catalog.
 *
 * @param opening the catalog of this conf, which is opened while the Director is loaded.
 */
export async function startDirector(
  conf: DirectorConf,
  context: DaemonContext,
  opening: Promise<Catalog>,
): Promise<RunningDaemon> {
  await using owned = new AsyncDisposableStack();
  const { log } = context;
  const { name: directorName, workingDirectory } = conf.director;
  const stateFile = (suffix: string) => path.join(workingDirectory, `${directorName}.${suffix}`);
  const now = () => new Date();

  const inForce = new ConfInForce(conf);
  const catalog = owned.use(await opening);
  const consoleMessages = await ConsoleStore.open(stateFile('conmsg'));
  const mailing = new AbortController();
  owned.defer(() => mailing.abort());
  const outlets = new MessageOutlets({
    consoleStore: consoleMessages,
    catalog,
    log,
    directorName,
    signal: mailing.signal,
  });
  const messages = owned.use(
    new DaemonMessages({ directorName, resource: () => inForce.messages, outlets, log, workingDirectory }),
  );
  owned.defer(() => void setTimeout(() => mailing.abort(), LAST_MAILS_GRACE_MS).unref());

  // Before anything is changed: on a port that is taken, another Director may be at work with this catalog.
  const ready = Promise.withResolvers<Director>();
  ready.promise.catch(() => {}); // heard by the consoles that wait, if there are any
  const services = ready.promise;
  const dialIns = owned.use(
    new DialIns({ directorName, findClient: (name) => callingClient(inForce.conf, name) }),
  );
  const listener = await listenForConsoles({
    ...{ directorName, conf: () => inForce.conf, services, messages, dialIns, log },
  });
  owned.defer(() => listener.close(CONSOLES_GRACE_MS));
  owned.defer(() => ready.reject(new ShuttingDown()));

  const left = await leftSpools(workingDirectory);
  const died = await failUnfinishedJobs(catalog, messages, { now: now(), conf });
  const mailsOfJobs = { conf, catalog, outlets, directorName, workingDirectory, messages: inForce.messages };
  const leftMails = await LeftMails.collect({ died, left }, mailsOfJobs);
  const ids = new CatalogIds(catalog);
  await ids.sync(conf);

  const daemons = new GrpcDaemons(directorName, dialIns);
  const volumes = new VolumeOffice();
  const truncation = { catalog, daemons, ids, conf: () => inForce.conf, now, signal: context.signal };
  const retention = new Retention({
    ...{ catalog, ids, now, conf: () => inForce.conf, office: volumes },
    truncate: (volume) => truncateVolume(truncation, volume),
  });
  const backupAges = new BackupAges({ conf: () => inForce.conf, catalog, messages, now });
  const jobs = new JobService({
    environment: {
      ...{ directorName, catalog, ids, daemons, volumes, retention, conf: () => inForce.conf, now },
      consoleCommand: async (request) => runScriptCommand(await services, request),
      startClone: async (request) => queueClone(await services, request),
    },
    outlets,
    workingDirectory,
    log,
    onEnded: (jobName) => void backupAges.jobEnded(jobName),
  });
  owned.defer(() => jobs.stop(JOBS_GRACE_MS));
  const peers = new PeerQuestions({
    ...{ daemons, catalog, ids, volumes, now, directorName, signal: context.signal },
  });
  const volumeCare = new VolumeCare({
    ...{ catalog, retention, messages, now, conf: () => inForce.conf, office: volumes },
  });
  const lastLook = new LastLook(stateFile('schedules'));
  const scheduler = owned.use(
    await Scheduler.start({ conf: () => inForce.conf, jobs, messages, lastLook, now }),
  );
  owned.use(backupAges);
  owned.use(volumeCare);
  const director = new Director({
    inForce,
    confFile: context.confFile,
    catalog,
    ids,
    messages,
    consoleMessages,
    jobs,
    peers,
    scheduler,
    backupAges,
    retention,
    log,
  });
  ready.resolve(director);
  const stopMails = new AbortController();
  const sending = leftMails.send(stopMails.signal);
  owned.defer(() => {
    stopMails.abort();
    return sending;
  });
  void backupAges.look();
  void volumeCare.look();

  const held = owned.move();
  return {
    reload: async () => {
      const { accepted } = await director.reload(); // what is wrong went to the Director's messages
      if (!accepted) throw new ConfUnusable('The conf cannot be used; the old one stays in force');
    },
    stop: () => {
      void messages.add('Terminate', 'The Director stops.'); // sent with the last mails
      return held.disposeAsync();
    },
  };
}

/** Jobs that were waiting or running when the last Director died never run for ever (durability rule 3). Gives what is said of each. */
async function failUnfinishedJobs(
  catalog: Catalog,
  messages: DaemonMessages,
  { now, conf }: { readonly now: Date; readonly conf: DirectorConf },
): Promise<DiedJob[]> {
  const died: DiedJob[] = [];
  const mayGoOn = conf.jobs.filter(mayBeResumed).map(({ name }) => name);
  for (const row of await catalog.failUnfinishedJobs(now, { mayGoOn })) {
    const { jobId, job, jobStatus } = row;
    const end =
      jobStatus === 'I' ? `It is incomplete: "resume jobid=${jobId}" goes on.` : 'It is marked as failed.';
    const text = `JobId ${jobId}, Job=${job}, had not ended when the Director died. ${end}`;
    await messages.add('Error', text);
    await catalog.appendLog([{ jobId, time: now, text: `${text}\n` }]);
    died.push({ row, text });
  }
  return died;
}
