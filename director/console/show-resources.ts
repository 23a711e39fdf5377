import type {
  CatalogResource,
  ClientResource,
  DirectorConf,
  FileSetResource,
  JobResource,
  MessagesResource,
  PoolResource,
  ScheduleResource,
  StorageResource,
} from '../../configuration/director-conf.ts';
import type { RunScript } from '../../configuration/values/run-script.ts';
import { durationText, withCommas } from '../../text/numbers.ts';
import { clientRetentions } from '../retention/record-periods.ts';
import { showFileSetBlocks } from './show-fileset.ts';
import { showRun } from './show-schedule.ts';

/**
 * Resources as `show` prints them: the form that admins know and scripts match, with the settings that this Director
 * heeds. The first line is the resource; what belongs to it is indented.
 */

const NONE = '*None*';

export function showDirector({ director }: DirectorConf): string[] {
  return [
    `Director: name=${director.name} MaxJobs=${director.maximumConcurrentJobs} ` +
      `FDtimeout=${director.fdConnectTimeout} SDtimeout=${director.sdConnectTimeout}`,
    `   query_file=${director.queryFile}`,
    ...(director.messages ? [`  --> ${showMessages(director.messages)[0]}`] : []),
  ];
}

export function showJob(job: JobResource): string[] {
  return [
    `Job: name=${job.name} JobType=${job.type} level=${job.level ?? ''} Priority=${job.priority} Enabled=${bit(job.enabled)}`,
    `     MaxJobs=${job.maximumConcurrentJobs} Resched=${bit(job.rescheduleOnError)} Times=${job.rescheduleTimes} ` +
      `Interval=${withCommas(job.rescheduleInterval)}`,
    `     Accurate=${bit(job.accurate)}`,
    ...below(showClient(job.client)),
    ...below(showFileSet(job.fileSet)),
    ...(job.schedule ? below(showSchedule(job.schedule)) : []),
    ...given('Where', job.where),
    ...given('RegexWhere', job.regexWhere),
    ...(job.type === 'Restore' ? given('Replace', job.replace) : []),
    ...given('Bootstrap', job.bootstrap),
    ...given('WriteBootstrap', job.writeBootstrap),
    ...job.storage.flatMap((storage) => below(showStorage(storage))),
    ...job.runScripts.flatMap(showRunScript),
    ...below(showPool(job.pool)),
    ...belowAs('FullBackupPool', job.fullBackupPool),
    ...belowAs('IncrementalBackupPool', job.incrementalBackupPool),
    ...belowAs('DifferentialBackupPool', job.differentialBackupPool),
    ...(job.jobToVerify ? [`  --> JobToVerify ${job.jobToVerify.name}`] : []),
    ...below(showMessages(job.messages)),
  ];
}

function showRunScript(script: RunScript): string[] {
  return [
    '  --> RunScript',
    ...script.commands.flatMap(({ kind, text }) => given(kind === 'console' ? 'Console' : 'Command', text)),
    `  --> Target=${script.runsOnClient ? '%c' : NONE}`,
    `  --> RunOnSuccess=${bit(script.runsOnSuccess)}`,
    `  --> RunOnFailure=${bit(script.runsOnFailure)}`,
    `  --> FailJobOnError=${bit(script.failJobOnError)}`,
    `  --> RunWhen=${script.runsWhen}`,
  ];
}

function given(title: string, value: string | undefined): string[] {
  return value === undefined || value === '' ? [] : [`  --> ${title}=${value}`];
}

export function showClient(client: ClientResource): string[] {
  const { jobRetention, fileRetention } = clientRetentions(client);
  return [
    `Client: Name=${client.name} Enabled=${bit(client.enabled)} Address=${client.address ?? NONE} ` +
      `FDport=${client.fdPort} MaxJobs=${client.maximumConcurrentJobs}`,
    `      JobRetention=${durationText(jobRetention)}  FileRetention=${durationText(fileRetention)}  ` +
      `AutoPrune=${bit(client.autoPrune)}`,
    ...below(showCatalog(client.catalog)),
  ];
}

export function showFileSet(fileSet: FileSetResource): string[] {
  return [
    `FileSet: name=${fileSet.name} IgnoreFileSetChanges=${bit(fileSet.ignoreFileSetChanges)}`,
    ...showFileSetBlocks(fileSet),
  ];
}

export function showSchedule(schedule: ScheduleResource): string[] {
  return [
    `Schedule: Name=${schedule.name} Enabled=${bit(schedule.enabled)}`,
    ...schedule.runs.flatMap(showRun),
  ];
}

export function showStorage(storage: StorageResource): string[] {
  return [
    `Storage: name=${storage.name} address=${storage.address} SDport=${storage.sdPort} ` +
      `MaxJobs=${storage.maximumConcurrentJobs}`,
    `      DeviceName=${storage.device.join(',')} MediaType=${storage.mediaType} Enabled=${bit(storage.enabled)} ` +
      `Autochanger=${bit(storage.autochanger !== false)}`,
  ];
}

export function showPool(pool: PoolResource): string[] {
  return [
    `Pool: name=${pool.name} PoolType=${pool.poolType}`,
    `      max_vols=${pool.maximumVolumes} auto_prune=${bit(pool.autoPrune)} ` +
      `VolRetention=${durationText(pool.volumeRetention)}`,
    `      VolUse=${durationText(pool.volumeUseDuration)} recycle=${bit(pool.recycle)} ` +
      `LabelFormat=${pool.labelFormat ?? NONE}`,
    `      RecycleOldest=${bit(pool.recycleOldestVolume)} PurgeOldest=${bit(pool.purgeOldestVolume)} ` +
      `ActionOnPurge=${pool.actionOnPurge}`,
    `      MaxVolJobs=${pool.maximumVolumeJobs} MaxVolFiles=${pool.maximumVolumeFiles} ` +
      `MaxVolBytes=${pool.maximumVolumeBytes}`,
    `      JobRetention=${durationText(pool.jobRetention ?? 0)} FileRetention=${durationText(pool.fileRetention ?? 0)}`,
    ...pool.storage.map((storage) => `      Storage=${storage.name}`),
  ];
}

export function showCatalog(catalog: CatalogResource): string[] {
  return [`Catalog: name=${catalog.name} db_driver=SQLite`];
}

export function showMessages(messages: MessagesResource): string[] {
  return [
    `Messages: name=${messages.name}`,
    ...messages.destinations.map(({ kind, where, types }) =>
      [`      ${kind}`, ...(where.length > 0 ? [where.join(', ')] : []), [...types].join(', ')].join(' = '),
    ),
  ];
}

function below([first, ...rest]: string[]): string[] {
  return [`  --> ${first}`, ...rest];
}

function belowAs(title: string, pool: PoolResource | undefined): string[] {
  return pool ? below(showPool(pool).with(0, `${title}: name=${pool.name} PoolType=${pool.poolType}`)) : [];
}

function bit(value: boolean | undefined): 0 | 1 {
  return value ? 1 : 0;
}
