import { browseDirectory } from './directory.ts';
import { copiesOf, endCopy, jobsToCopy, leaveVolumes } from './copies.ts';
import { counterValue } from './counters.ts';
import { addDurable } from './durable.ts';
import { chainJobs, jobsEndedBefore, lastFulls, lastInitCatalogs, volumeHolds } from './expiry.ts';
import { pathIds, pathOfId } from './directory-paths.ts';
import { fileRecords } from './file-records.ts';
import { closeFileState, fileStatePage, openFileState } from './file-state.ts';
import { filesPage, jobsWithFile } from './files.ts';
import { findFiles } from './find-files.ts';
import { addFound } from './found-files.ts';
import { markPurged } from './forget.ts';
import { keepSavedPart, savedLinksPage } from './incomplete.ts';
import { jobMedia, jobMediaPage } from './job-media.ts';
import {
  createJob,
  endJob,
  failUnfinishedJobs,
  importJob,
  jobById,
  jobOfSession,
  jobTotals,
  listJobs,
  reopenJob,
  setJob,
} from './jobs.ts';
import {
  anyFullForOtherFileSet,
  failedSince,
  fileSetsOfClient,
  lastBackupsTo,
  lastGoodBackup,
  lastGoodFull,
  lastRun,
  restoreChain,
} from './levels.ts';
import { appendEvent, appendLog, jobLog } from './log.ts';
import { decoded, read, search, withBatch, write, writeOrdered, type Role } from './operation.ts';
import { receivers } from './receivers.ts';
import { abandonRecall, addRecalled, beginRecall, endRecall } from './recall.ts';
import { deleteClient, deleteJobs, deletePool, deleteVolume, purgeFiles } from './removal.ts';
import { fileSetVersion, listClients, listPools, syncClient, syncPool, syncStorage } from './resources.ts';
import { copyPage } from './restore/copy-page.ts';
import { restorePlanPage } from './restore/page.ts';
import { closeRestorePlan, openRestorePlan } from './restore/plan.ts';
import { addTag, deleteTag, listTags } from './tags.ts';
import {
  appendVolumes,
  createVolume,
  jobsOnVolume,
  listVolumes,
  nextMediaId,
  oldestVolumes,
  pruneCandidates,
  purgedVolumes,
  recycleVolumes,
  setVolume,
  volumeByName,
} from './volumes.ts';

/**
 * All that can be asked of the Catalog: the one place where an operation gets its name, its thread and its durability.
 * The type Catalog and the dispatch in the threads both follow from it.
 */
export const operations = {
  syncClient: writeOrdered(syncClient),
  syncPool: writeOrdered(syncPool),
  syncStorage: writeOrdered(syncStorage),
  fileSetVersion: writeOrdered(fileSetVersion),
  listClients: read(listClients),
  listPools: read(listPools),

  createJob: write(createJob),
  importJob: write(importJob),
  setJob: writeOrdered(setJob),
  endJob: write(endJob),
  reopenJob: write(reopenJob),
  keepSavedPart: write(keepSavedPart),
  failUnfinishedJobs: write(failUnfinishedJobs),
  jobById: read(jobById),
  jobOfSession: search(jobOfSession),
  listJobs: read(listJobs),
  jobTotals: read(jobTotals),

  lastGoodFull: read(lastGoodFull),
  lastGoodBackup: read(lastGoodBackup),
  anyFullForOtherFileSet: read(anyFullForOtherFileSet),
  lastBackupsTo: read(lastBackupsTo),
  lastRun: read(lastRun),
  failedSince: read(failedSince),
  restoreChain: read(restoreChain),
  fileSetsOfClient: read(fileSetsOfClient),

  createVolume: write(createVolume),
  setVolume: write(setVolume),
  nextMediaId: read(nextMediaId),
  volumeByName: read(volumeByName),
  listVolumes: read(listVolumes),
  appendVolumes: read(appendVolumes),
  recycleVolumes: read(recycleVolumes),
  purgedVolumes: read(purgedVolumes),
  jobsOnVolume: read(jobsOnVolume),
  jobMedia: read(jobMedia),
  jobMediaPage: read(jobMediaPage),
  oldestVolumes: read(oldestVolumes),
  pruneCandidates: read(pruneCandidates),
  deleteVolume: write(deleteVolume),
  counterValue: write(counterValue),

  lastFulls: read(lastFulls),
  chainJobs: read(chainJobs),
  lastInitCatalogs: read(lastInitCatalogs),
  jobsEndedBefore: read(jobsEndedBefore),
  volumeHolds: read(volumeHolds),
  deleteClient: write(deleteClient),
  deletePool: write(deletePool),
  deleteJobs: write(deleteJobs),
  jobsToCopy: read(jobsToCopy),
  copiesOf: read(copiesOf),
  endCopy: write(endCopy),
  leaveVolumes: write(leaveVolumes),
  purgeFiles: write(purgeFiles),
  markPurged: write(markPurged),

  addDurable: writeOrdered(addDurable),
  beginRecall: write(beginRecall),
  addRecalled: writeOrdered(addRecalled),
  endRecall: write(endRecall),
  abandonRecall: write(abandonRecall),
  addFound: writeOrdered(addFound),
  filesPage: decoded(withBatch(read(filesPage)), receivers.filesPage),
  fileRecords: decoded(withBatch(read(fileRecords)), receivers.fileRecords),
  browseDirectory: read(browseDirectory),
  pathIds: read(pathIds),
  pathOfId: read(pathOfId),
  jobsWithFile: read(jobsWithFile),
  findFiles: search(findFiles),

  savedLinksPage: withBatch(search(savedLinksPage)),
  openFileState: search(openFileState),
  fileStatePage: withBatch(search(fileStatePage)),
  closeFileState: search(closeFileState),

  openRestorePlan: search(openRestorePlan),
  restorePlanPage: withBatch(search(restorePlanPage)),
  copyPage: search(copyPage),
  closeRestorePlan: search(closeRestorePlan),

  addTag: write(addTag),
  deleteTag: write(deleteTag),
  listTags: read(listTags),

  appendLog: writeOrdered(appendLog),
  jobLog: read(jobLog),
  appendEvent: writeOrdered(appendEvent),
};

export type Operations = typeof operations;
export type OperationName = keyof Operations;
/** Which thread runs which. */
export type Roles = Readonly<Record<OperationName, Role>>;

export function rolesOf(): Roles {
  const roles = Object.entries(operations).map(([name, { role }]) => [name, role]);
  return Object.fromEntries(roles) as Roles;
}
