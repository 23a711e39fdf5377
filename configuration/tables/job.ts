import { directive, noEffect, notYet } from '../directive.ts';
import { duration } from '../values/duration.ts';
import { oneOf } from '../values/enumeration.ts';
import { stringList } from '../values/list.ts';
import { yesNo } from '../values/numbers.ts';
import { reference, references } from '../values/reference.ts';
import { size, speed } from '../values/size.ts';
import { path, string } from '../values/text.ts';
import { JOB_KINDS } from './job-kinds.ts';
import { JOB_RESTORE } from './job-restore.ts';
import { JOB_SCRIPTS } from './job-scripts.ts';
import { JOB_TIMES } from './job-times.ts';
import { NAMING } from './naming.ts';
import { STORAGE_GROUP_POLICY, STORAGE_GROUP_POLICY_THRESHOLD } from './pool.ts';

const NO_SPOOL = noEffect('volumes on disk need no spooling');

export const JOB_TYPES = ['Backup', 'Restore', 'Verify', 'Admin', 'Copy', 'Migrate'] as const;

export const JOB_LEVELS = [
  'Full',
  'Incremental',
  'Differential',
  'VirtualFull',
  'Base',
  'Since',
  'Catalog',
  'InitCatalog',
  'VolumeToCatalog',
  'DiskToCatalog',
  'Data',
] as const;

const WHAT_TO_DO = {
  type: directive('Type', oneOf(JOB_TYPES), { required: true, help: 'What the job does' }),
  level: directive('Level', oneOf(JOB_LEVELS), {
    help: 'How much: Full, Incremental, Differential ... (default: Incremental; for Verify, Catalog)',
  }),
  client: directive('Client', reference('Client'), { required: true, help: 'Whose files' }),
  fileSet: directive('FileSet', reference('FileSet'), { required: true, help: 'Which files' }),
  schedule: directive('Schedule', reference('Schedule'), {
    help: 'When; without it the job is started by hand',
  }),
  storage: directive('Storage', references('Storage'), {
    help: 'Where to; the Storage of the pool beats it. Several form a group',
  }),
  pool: directive('Pool', reference('Pool'), { required: true, help: 'Which volumes' }),
  fullBackupPool: directive('Full Backup Pool', reference('Pool'), { help: 'Pool when the level is Full' }),
  differentialBackupPool: directive('Differential Backup Pool', reference('Pool'), {
    help: 'Pool when the level is Differential',
  }),
  incrementalBackupPool: directive('Incremental Backup Pool', reference('Pool'), {
    help: 'Pool when the level is Incremental',
  }),
  virtualFullBackupPool: directive('Virtual Full Backup Pool', reference('Pool'), {
    help: 'Pool when the level is VirtualFull',
  }),
  nextPool: directive('Next Pool', reference('Pool'), {
    help: 'Where Copy, Migrate and VirtualFull write',
  }),
  messages: directive('Messages', reference('Messages'), { required: true, help: 'Who hears of it' }),
  enabled: directive('Enabled', yesNo, { default: true, help: 'No: schedules do not start it' }),
  accurate: directive('Accurate', yesNo, {
    default: false,
    help: 'Compare with the list of known files: finds deleted and moved files',
  }),
  base: directive('Base', references('Job'), {
    status: notYet('Base jobs are not used'),
    help: 'Jobs of level Base whose files are not saved again',
  }),
};

const THE_REST = {
  writeBootstrap: directive('Write Bootstrap', path, {
    help: 'File (or |command) that gets the bootstrap of a good backup: a Full begins it anew, the others are added',
  }),
  spoolData: directive('Spool Data', yesNo, {
    default: false,
    status: NO_SPOOL,
    help: 'Collect the data before it is written to tape',
  }),
  spoolAttributes: directive('Spool Attributes', yesNo, {
    default: true,
    status: noEffect('file records go to the catalog while the job runs'),
    help: 'Insert file records at the end of the job',
  }),
  spoolSize: directive('Spool Size', size, { status: NO_SPOOL, help: 'Spool space of a job' }),
  maximumBandwidth: directive('Maximum Bandwidth', speed, {
    help: 'Fastest the job may send, or take in a restore; the smallest such limit holds',
  }),
  pruneJobs: directive('Prune Jobs', yesNo, {
    default: false,
    help: 'Prune jobs after it, whatever Auto Prune says',
  }),
  pruneFiles: directive('Prune Files', yesNo, {
    default: false,
    help: 'Prune files after it, whatever Auto Prune says',
  }),
  pruneVolumes: directive('Prune Volumes', yesNo, {
    default: false,
    help: 'Prune volumes for it, whatever Auto Prune says',
  }),
  preferMountedVolumes: directive('Prefer Mounted Volumes', yesNo, {
    default: true,
    status: noEffect('it is for tapes: on disk no volume is mounted'),
    help: 'Wait for the drive that has the volume',
  }),
  writePartAfterJob: directive('Write Part After Job', yesNo, {
    default: true,
    status: noEffect('it is obsolete'),
    help: 'For optical discs',
  }),
  storageGroupPolicy: STORAGE_GROUP_POLICY,
  storageGroupPolicyThreshold: STORAGE_GROUP_POLICY_THRESHOLD,
  snapshotRetention: directive('Snapshot Retention', duration, {
    default: 0,
    status: notYet('file-system snapshots are not taken'),
    help: 'How long snapshots are kept',
  }),
  pluginOptions: directive('Plugin Options', string, {
    status: noEffect('bpipe, the one plugin, has none'),
    help: 'Options for the plugins of the client',
  }),
  tag: directive('Tag', stringList, {
    help: 'Words that its runs are found by: list jobs tag=',
  }),
  checkMalware: directive('Check Malware', yesNo, {
    default: false,
    status: notYet('backups are not scanned for malware'),
    help: 'Look for known malware among the checksums',
  }),
};

/** Something to do, again and again. JobDefs has the same directives. */
export const JOB = {
  ...NAMING,
  ...WHAT_TO_DO,
  ...JOB_TIMES,
  ...JOB_RESTORE,
  ...JOB_SCRIPTS,
  ...JOB_KINDS,
  ...THE_REST,
  jobDefs: directive('JobDefs', reference('JobDefs'), {
    help: 'Directives that the Job does not set itself come from there; scripts add up',
  }),
};
