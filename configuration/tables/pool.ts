import { directive, noEffect, notYet } from '../directive.ts';
import { duration } from '../values/duration.ts';
import { oneOf } from '../values/enumeration.ts';
import { integer, yesNo } from '../values/numbers.ts';
import { reference, references } from '../values/reference.ts';
import { size } from '../values/size.ts';
import { string } from '../values/text.ts';
import { NAMING } from './naming.ts';

const DAYS = 86_400;

export const STORAGE_GROUP_POLICY = directive(
  'Storage Group Policy',
  oneOf(['ListedOrder', 'LeastUsed', 'FreeSpace', 'FreeSpaceLeastUsed', 'LastBackedUpTo']),
  {
    default: 'ListedOrder',
    help: 'Which Storage of a list a job that writes tries first; that of the Job beats that of the Pool',
  },
);

export const STORAGE_GROUP_POLICY_THRESHOLD = directive('Storage Group Policy Threshold', size, {
  default: 0,
  help: 'With FreeSpaceLeastUsed: Storages whose free space differs from the largest by no more than this are alike',
});

/** Volumes that are treated alike. */
export const POOL = {
  ...NAMING,
  poolType: directive('Pool Type', oneOf(['Backup', 'Copy', 'Cloned', 'Archive', 'Migration', 'Scratch']), {
    required: true,
    help: 'Backup, in nearly every case',
  }),
  storage: directive('Storage', references('Storage'), {
    help: 'Where its volumes lie; beats the Storage of the Job',
  }),
  labelFormat: directive('Label Format', string, {
    help: 'Names of volumes that are created by themselves; without it, volumes are made with the command label',
  }),
  maximumVolumes: directive('Maximum Volumes', integer, {
    default: 0,
    help: 'Volumes the pool may have; 0 = no limit',
  }),
  maximumVolumeBytes: directive('Maximum Volume Bytes', size, {
    default: 0,
    help: 'A volume is full at this size; 0 = no limit',
  }),
  maximumVolumeJobs: directive('Maximum Volume Jobs', integer, {
    default: 0,
    help: 'A volume is closed after so many jobs; 0 = no limit',
  }),
  maximumVolumeFiles: directive('Maximum Volume Files', integer, {
    default: 0,
    status: noEffect('volumes on disk have no file marks'),
    help: 'A volume is closed after so many file marks',
  }),
  volumeUseDuration: directive('Volume Use Duration', duration, {
    default: 0,
    help: 'A volume is closed so long after it was first written; 0 = no limit',
  }),
  volumeRetention: directive('Volume Retention', duration, {
    default: 365 * DAYS,
    help: 'How long the jobs on a volume are kept; 0 = for ever',
  }),
  autoPrune: directive('Auto Prune', yesNo, {
    default: true,
    help: 'Expire jobs when a volume is needed',
  }),
  recycle: directive('Recycle', yesNo, {
    default: true,
    help: 'Volumes without jobs may be written again',
  }),
  recyclePool: directive('Recycle Pool', reference('Pool'), {
    help: 'Pool that a volume goes to when it is empty',
  }),
  scratchPool: directive('Scratch Pool', reference('Pool'), {
    help: 'Pool to take a volume from when none is left (default: the one named Scratch)',
  }),
  recycleOldestVolume: directive('Recycle Oldest Volume', yesNo, {
    default: false,
    help: 'When none is left, prune the oldest volume; jobs inside their retention stay',
  }),
  recycleCurrentVolume: directive('Recycle Current Volume', yesNo, {
    default: false,
    help: 'Before all others, take the volume written last if it is closed and all on it has expired, whatever Auto Prune says',
  }),
  purgeOldestVolume: directive('Purge Oldest Volume', yesNo, {
    default: false,
    help: 'When none is left, empty the oldest volume, whatever its retention',
  }),
  actionOnPurge: directive('Action On Purge', oneOf(['None', 'Truncate']), {
    default: 'None',
    help: 'Truncate: give back the disk space of empty volumes',
  }),
  nextPool: directive('Next Pool', reference('Pool'), {
    help: 'Where Copy, Migrate and VirtualFull jobs write',
  }),
  migrationTime: directive('Migration Time', duration, {
    default: 0,
    help: 'Age at which jobs are moved',
  }),
  migrationHighBytes: directive('Migration High Bytes', size, {
    default: 0,
    help: 'Size of the backups in the pool above which the oldest are moved',
  }),
  migrationLowBytes: directive('Migration Low Bytes', size, {
    default: 0,
    help: 'Size of the backups in the pool below which that stops',
  }),
  fileRetention: directive('File Retention', duration, { help: "Beats the Client's" }),
  jobRetention: directive('Job Retention', duration, { help: "Beats the Client's" }),
  cacheRetention: directive('Cache Retention', duration, {
    status: noEffect('there is no cloud storage'),
    help: 'How long volumes stay in the cache of a cloud device',
  }),
  catalogFiles: directive('Catalog Files', yesNo, {
    default: true,
    status: notYet('files are always recorded'),
    help: 'No: do not record single files; a job can then only be restored as a whole',
  }),
  useCatalog: directive('Use Catalog', yesNo, {
    default: true,
    status: noEffect('jobs are always recorded'),
    help: 'Record jobs in the catalog',
  }),
  useVolumeOnce: directive('Use Volume Once', yesNo, {
    default: false,
    help: 'The same as Maximum Volume Jobs = 1',
  }),
  copyPool: directive('Copy Pool', references('Pool'), {
    status: noEffect('it was never finished anywhere'),
    help: 'Pools written at the same time',
  }),
  catalog: directive('Catalog', reference('Catalog'), {
    status: noEffect('there is one catalog'),
    help: 'Catalog of its volumes',
  }),
  cleaningPrefix: directive('Cleaning Prefix', string, {
    status: noEffect('it is for tapes'),
    help: 'Beginning of the names of cleaning tapes',
  }),
  labelType: directive('Label Type', oneOf(['Bacula', 'ANSI', 'IBM']), {
    default: 'Bacula',
    status: noEffect('it is for tapes'),
    help: 'Form of the label',
  }),
  storageGroupPolicy: STORAGE_GROUP_POLICY,
  storageGroupPolicyThreshold: STORAGE_GROUP_POLICY_THRESHOLD,
  protectLastFull: directive('Protect Last Full', yesNo, {
    default: true,
    help: 'The last good Full of a client and FileSet does not expire (not in Bacula)',
  }),
};
