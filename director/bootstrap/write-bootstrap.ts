import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { commandWords } from '../../commands/command-words.ts';
import { runCommand } from '../../commands/run-command.ts';
import { substituteCodes, substituteWords, type CodeValues } from '../../commands/substitution.ts';
import { isErrno, messageOf } from '../../errors/operator-error.ts';
import { formatReportTime } from '../../text/civil-time.ts';
import type { ActiveJob } from '../jobs/active-job.ts';
import { levelName } from '../jobs/job-codes.ts';
import type { JobEnvironment } from '../jobs/job-environment.ts';
import { jobCodes } from '../jobs/job-substitution.ts';
import { TurnLock } from '../turn-lock.ts';
import { sectionText } from './bootstrap.ts';

/** A `|command` that takes longer is ended. */
const COMMAND_TIMEOUT_MS = 300_000;

/** Bacula's "file" of a byte address on a disk volume is its upper 32 bits, its "block" the lower. */
const ADDRESS_SPLIT = 2 ** 32;

/** Several jobs of a client may have one file: no two are written at once. */
const turns = new TurnLock();

type Environment = Pick<JobEnvironment, 'catalog' | 'ids' | 'directorName' | 'stopSignal'>;

/**
 * Write Bootstrap of a backup that has ended well: a Full begins the file anew, what builds on it is added, so that the file
 * always tells how to restore the newest state. A job that lies on no volume changes nothing. What goes wrong is a warning of the job.
 */
export async function writeBootstrap(job: ActiveJob, env: Environment): Promise<void> {
  const target = job.plan.job.writeBootstrap;
  if (target === undefined || target === '') return;
  const codes = jobCodes(job, env.directorName);
  try {
    const row = await env.catalog.jobById(job.jobId);
    const sections = await sectionsOf(job.jobId, row, env);
    if (!row || sections === '') return;
    const text = `# ${formatReportTime(row.endTime ?? job.dueAt)} - ${row.job} - ${levelName(row.level)}\n${sections}`;
    if (target.startsWith('|')) await pipe(target.slice(1), codes, text, env.stopSignal);
    else {
      const write = row.level === 'F' ? overwrite : append;
      await turns.run(() => write(substituteCodes(target, codes), text));
    }
  } catch (error) {
    const name = target.startsWith('|') ? target : substituteCodes(target, codes);
    await job.messages.add(
      'Warning',
      `The bootstrap file "${name}" could not be written: ${messageOf(error)}. ` +
        `${cureOf(error)} The backup itself is good.`,
    );
  }
}

type Session = { readonly volSessionId: number; readonly volSessionTime: number };

async function sectionsOf(
  jobId: number,
  session: Session | undefined,
  { catalog, ids }: Environment,
): Promise<string> {
  if (!session) return '';
  const { volSessionId, volSessionTime } = session;
  let text = '';
  for (const media of await catalog.jobMedia(jobId)) {
    const volume = await catalog.volumeByName(media.volumeName);
    const first = media.startFile * ADDRESS_SPLIT + media.startBlock;
    // Where only records lie, the end is that of what was before them.
    const last = Math.max(first, media.endFile * ADDRESS_SPLIT + media.endBlock);
    text += sectionText({
      ...{ volSessionId, volSessionTime },
      volumes: [media.volumeName],
      storage: volume && ids.storageName(volume.storageId),
      mediaType: volume?.mediaType,
      volAddr: { first, last },
      fileIndex: { first: media.firstIndex, last: media.lastIndex },
    });
  }
  return text;
}

/** Whatever happens, there is the old file or the new one. */
async function overwrite(path: string, text: string): Promise<void> {
  await requireFile(path);
  const next = `${path}.new`;
  try {
    {
      await using file = await open(next, 'w', 0o640);
      await file.writeFile(text);
      await file.sync();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
  await using directory = await open(dirname(path), 'r');
  await directory.sync();
}

/** A section that does not come whole onto the disk is taken back. */
async function append(path: string, text: string): Promise<void> {
  await requireFile(path);
  await using file = await open(path, 'a', 0o640);
  const { size } = await file.stat();
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await file.truncate(size);
    throw error;
  }
}

/** A device would be replaced, and a pipe that nobody reads waits for ever. */
async function requireFile(path: string): Promise<void> {
  const there = await stat(path).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (there && !there.isFile()) throw new Error('it is no regular file');
}

async function pipe(command: string, codes: CodeValues, input: string, signal: AbortSignal): Promise<void> {
  let complaint = '';
  const status = await runCommand({
    words: substituteWords(commandWords(command), codes),
    ...{ input, signal, timeoutMs: COMMAND_TIMEOUT_MS },
    onLine: (line) => {
      complaint = line.toString();
    },
  });
  if (status !== 0)
    throw new Error(`the command ended with status ${status}${complaint && `: ${complaint}`}`);
}

function cureOf(error: unknown): string {
  if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) {
    return "Make its directory, or correct the Job's Write Bootstrap.";
  }
  if (isErrno(error, 'EACCES') || isErrno(error, 'EPERM')) return 'Let the Director write there.';
  if (isErrno(error, 'ENOSPC')) return 'Make room there.';
  return "Correct the Job's Write Bootstrap.";
}
