import type {
  ClientResource,
  FileSetResource,
  JobResource,
  MessagesResource,
} from '../../configuration/director-conf.ts';
import { askedLevel } from '../../configuration/runs/run-choice.ts';
import { RunRefused } from '../director-errors.ts';
import type { RestoreRequest, RunRequest } from '../services.ts';
import { bootstrapRestore } from './bootstrap-restore.ts';
import {
  isBackupLevel,
  isVerifyLevel,
  levelLetter,
  typeLetter,
  type BackupLevel,
  type JobType,
  type VerifyLevel,
} from './job-codes.ts';

/** What a run is to do: the request with everything that it leaves out taken from the Job resource. */
export interface JobPlan {
  readonly request: RunRequest;
  readonly job: JobResource;
  readonly type: JobType;
  /** The level asked for; a blank for jobs without levels. */
  readonly level: BackupLevel | 'f' | VerifyLevel | ' ';
  readonly client: ClientResource;
  readonly fileSet: FileSetResource;
  readonly messages: MessagesResource;
  readonly priority: number;
  readonly schedTime: Date;
}

/** @throws RunRefused when the run can never be carried out as asked. */
export function planRun(request: RunRequest, now: Date): JobPlan {
  const { job } = request;
  const type = typeLetter(job.type);
  const restore = request.restore ?? (type === 'R' ? restoreOfJob(job) : undefined);
  return {
    request: { ...request, ...(restore && { restore }) },
    job,
    type,
    level: type === 'B' ? backupLevel(request) : type === 'V' ? verifyLevel(request) : ' ',
    client: restore?.restoreClient ?? request.client ?? job.client,
    fileSet: request.fileSet ?? job.fileSet,
    messages: request.messages ?? job.messages,
    priority: request.priority ?? job.priority,
    schedTime: request.when ?? now,
  };
}

/** Of a Restore job that runs by itself. @throws RunRefused */
function restoreOfJob(job: JobResource): RestoreRequest {
  if (job.bootstrap) return bootstrapRestore(job, job.bootstrap);
  throw new RunRefused(`Job "${job.name}" is a Restore job and needs a selection of files`, {
    hint: 'Use the "restore" command, or give the Job a Bootstrap.',
  });
}

/** @throws RunRefused */
function verifyLevel({ job, level }: RunRequest): VerifyLevel {
  const name = askedLevel(job, level) ?? '';
  const letter = levelLetter(name);
  if (letter !== undefined && isVerifyLevel(letter)) return letter;
  throw new RunRefused(`Job "${job.name}": "${name}" is no level of a Verify job`, {
    hint: 'The levels are Catalog, InitCatalog, VolumeToCatalog, DiskToCatalog and Data.',
  });
}

/** @throws RunRefused */
export function backupLevel({
  job,
  level,
  since,
}: Pick<RunRequest, 'job' | 'level' | 'since'>): BackupLevel | 'f' {
  const name = askedLevel(job, level) ?? '';
  const letter = levelLetter(name);
  if (letter === undefined) throw new RunRefused(`Job "${job.name}": there is no level "${name}"`);
  if (letter === 'f') return letter;
  if (!isBackupLevel(letter)) {
    throw new RunRefused(`Job "${job.name}" cannot run at level ${name}`, {
      hint: 'The levels are Full, Differential, Incremental, VirtualFull and Since.',
    });
  }
  if (letter === 'S' && !since) {
    throw new RunRefused(`Job "${job.name}" cannot run at level Since without a time`, {
      hint: 'Add since="YYYY-MM-DD HH:MM:SS".',
    });
  }
  return letter;
}
