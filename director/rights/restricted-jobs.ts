import path from 'node:path';
import type { Catalog } from '../../catalog/catalog.ts';
import { printablePath } from '../../text/printable.ts';
import { NoSuchJob, RightMissing } from '../director-errors.ts';
import type { Jobs, RestoreRequest, RunRequest, SelectionRule } from '../services.ts';
import type { Rights } from './rights.ts';

/** The jobs that a console may name, of clients that it may use; the others are not there. `catalog` is the whole one. */
export function restrictedJobs(jobs: Jobs, catalog: Catalog, rights: Rights): Jobs {
  const sees = (job: { readonly name: string; readonly clientName: string }) =>
    rights.allows('Job', job.name) && rights.allows('Client', job.clientName);
  const running = () => jobs.running().filter(sees);
  const isVisible = (jobId: number) => running().some((job) => job.jobId === jobId);
  return {
    run: async (request) => {
      if (request.restore) await checkRestore(request, request.restore, catalog, rights);
      else checkBackup(request, rights);
      if (request.job.type === 'Verify') await checkVerify(request, catalog, rights);
      for (const jobId of request.sourceJobIds ?? []) await checkSource(jobId, catalog, rights);
      return jobs.run(request);
    },
    running,
    cancel: (jobId, reason) => isVisible(jobId) && jobs.cancel(jobId, reason),
    stopJob: (jobId, reason) => isVisible(jobId) && jobs.stopJob(jobId, reason),
    setPriority: async (jobId, priority) => isVisible(jobId) && jobs.setPriority(jobId, priority),
    setBandwidth: async (jobId, limit) => (isVisible(jobId) ? jobs.setBandwidth(jobId, limit) : undefined),
    setClientBandwidth: (client, limit) => {
      rights.require('Client', client.name);
      jobs.setClientBandwidth(client, limit);
    },
    ended: async (jobId, signal) => {
      const job = await catalog.jobById(jobId);
      if (!job || !sees(job)) throw new NoSuchJob(jobId);
      return jobs.ended(jobId, signal);
    },
    idle: (signal) => jobs.idle(signal),
    lookForVolumes: () => jobs.lookForVolumes(),
    get runCount() {
      return jobs.runCount;
    },
  };
}

/** Of what the run takes from its Job resource too: a console must not reach by a Job what it may not name. */
function checkBackup(request: RunRequest, rights: Rights): void {
  const { job } = request;
  rights.requireRun(job.name);
  rights.requireBackupOf((request.client ?? job.client).name);
  rights.require('FileSet', (request.fileSet ?? job.fileSet).name);
  const { pool, fullPool, differentialPool, incrementalPool, nextPool } = request;
  for (const used of [pool ?? job.pool, fullPool, differentialPool, incrementalPool, nextPool])
    if (used) rights.require('Pool', used.name);
  for (const used of request.storage ? [request.storage] : job.storage) rights.require('Storage', used.name);
}

/** A backup that is read: its files are named in the messages, or get into another one. */
async function checkSource(jobId: number, catalog: Catalog, rights: Rights): Promise<void> {
  const found = await catalog.jobById(jobId);
  if (!found || !rights.allows('Job', found.name)) throw new NoSuchJob(jobId);
  rights.requireRestoreOf(found.clientName);
}

async function checkVerify(
  { job, verifyJobId, verifyJob = job.jobToVerify }: RunRequest,
  catalog: Catalog,
  rights: Rights,
): Promise<void> {
  if (verifyJob) rights.require('Job', verifyJob.name);
  if (verifyJobId !== undefined) await checkSource(verifyJobId, catalog, rights);
}

async function checkRestore(
  request: RunRequest,
  restore: RestoreRequest,
  catalog: Catalog,
  rights: Rights,
): Promise<void> {
  rights.requireRun(request.job.name);
  rights.requireRestoreOf(restore.restoreClient.name);
  if (restore.bootstrap !== undefined)
    throw new RightMissing(
      rights.consoleName,
      'restores by a bootstrap file: whose files it names cannot be told',
    );
  for (const jobId of restore.selection.jobIds) {
    const job = await catalog.jobById(jobId);
    if (!job || !rights.allows('Job', job.name)) throw new NoSuchJob(jobId);
    rights.requireRestoreOf(job.clientName);
  }
  if (rights.limitsOwners)
    throw new RightMissing(rights.consoleName, 'restores: whose a file is cannot be checked', 'User Id');
  checkWhere(restore, rights);
  for (const rule of restore.selection.rules) checkDirectory(rule, rights);
}

/** Into a directory of the Where ACL, or below one. In place, or through substitutions, files can come to lie anywhere. */
function checkWhere({ where, regexWhere }: RestoreRequest, rights: Rights): void {
  const anywhere = where === '' || regexWhere !== '';
  const target = anywhere ? '/' : path.posix.resolve('/', where);
  for (let directory = target; ; directory = path.posix.dirname(directory)) {
    if (rights.allows('Where', directory) || rights.allows('Where', `${directory}/`)) return;
    if (directory === '/') break;
  }
  const what = regexWhere === '' ? `Where "${where || '/'}"` : 'substitutions in paths';
  throw new RightMissing(rights.consoleName, what, 'Where');
}

function checkDirectory({ path: of, marked }: SelectionRule, rights: Rights): void {
  const directories = rights.restorableDirectories;
  if (!marked || directories === undefined) return;
  const isInside = directories.some((directory) => {
    const prefix = Buffer.from(directory);
    return of.subarray(0, prefix.length).equals(prefix);
  });
  if (!isInside)
    throw new RightMissing(rights.consoleName, `the files of "${printablePath(of)}"`, 'Directory');
}
