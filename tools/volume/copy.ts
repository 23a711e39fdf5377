import { randomBytes } from 'node:crypto';
import { link, open, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { OperatorError, isErrno } from '../../errors/operator-error.ts';
import { withCommas } from '../../text/numbers.ts';
import { encodeLabel } from '../../volume/control-member.ts';
import { MemberKind, placeMember } from '../../volume/member.ts';
import { volumeNameProblem } from '../../volume/volume-name.ts';
import { walkMembers } from '../../volume/walk.ts';
import { UsageError } from '../usage-error.ts';
import { volumeArguments } from './volume-arguments.ts';
import { openVolume, VolumeUnreadable, type VolumeOnDisk } from './volume-on-disk.ts';
import {
  bySession,
  continues,
  partBehindGap,
  sessionName,
  sessionsOf,
  type SessionPart,
} from './volume-sessions.ts';

export const COPY_USAGE = `usage: noctule volume copy [-j JOBID] VOLUME... TARGET
       noctule volume copy [-j JOBID] -V NAME|NAME [-c SD-CONF] DEVICE TARGET

Writes the jobs of volumes, or one of them, to the new volume TARGET, a file whose name becomes the volume's. Jobs that lie on several volumes
are put together. Every byte is checked; a job that is damaged or not there as a whole is named and left out ("extract" gives what can be had
of it). Exit status 0 when all came, 1 when not.
`;

/** `noctule volume copy`. Resolves with the exit status. */
export async function copy(args: readonly string[]): Promise<number> {
  const { paths, values, rest } = volumeArguments(args, { job: { type: 'string', short: 'j' } }, 1);
  const target = resolve(rest[0] ?? '');
  const problem = volumeNameProblem(basename(target));
  if (problem !== undefined) throw new UsageError(problem);
  await using opened = new AsyncDisposableStack();
  const volumes: VolumeOnDisk[] = [];
  for (const path of paths) volumes.push(opened.use(await openVolume(path)));
  const parts: SessionPart[] = [];
  for (const volume of volumes) parts.push(...(await sessionsOf(volume)));

  await using copied = await NewVolume.create(target, volumes);
  let [jobs, leftOut] = [0, 0];
  for (const session of bySession(parts)) {
    const jobId = session[0]?.start?.job?.jobId;
    if (values.job !== undefined && String(jobId) !== values.job) continue;
    const trouble = whatIsMissing(session) ?? (await copied.addSession(session));
    if (trouble === undefined) {
      jobs += 1;
      continue;
    }
    leftOut += 1;
    process.stderr.write(`JobId ${jobId ?? '?'} is left out: ${trouble}\n`);
  }
  const bytes = await copied.finish();
  process.stdout.write(`${target}: ${jobs} jobs, ${withCommas(bytes)} bytes\n`);
  return leftOut === 0 ? 0 : 1;
}

/** Why the parts of a job are not the job; undefined when they are. */
function whatIsMissing(parts: readonly SessionPart[]): string | undefined {
  const behindGap = partBehindGap(parts);
  for (const part of parts) {
    const { volume, start, end } = part;
    const where = `on volume "${volume.name}"`;
    if (start === undefined) return `its beginning ${where} is damaged`;
    if (part === behindGap) return 'a volume on which it lies as well was not named';
    if (end === undefined) return `its end ${where} is not there`;
  }
  const last = parts.at(-1);
  return last && continues(last) ? 'it goes on in a volume that was not named' : undefined;
}

function isResumed({ start }: SessionPart): boolean {
  return start?.resumedBehind !== undefined;
}

/** The target exists, or cannot be made. */
class CopyRefused extends OperatorError {
  readonly code = 'TOOL_VOLUME_EXISTS';
  override readonly hint = 'Name a file that does not exist yet.';
}

/**
 * A volume in the making. It lies under another name until it is whole and on disk.
 *
 *     create --addSession*--> finish --> dispose         without finish, dispose leaves nothing behind
 */
class NewVolume implements AsyncDisposable {
  readonly #target: string;
  readonly #unfinished: string;
  readonly #file: FileHandle;
  #bytes = 0;

  private constructor(target: string, file: FileHandle) {
    this.#target = target;
    this.#unfinished = unfinishedName(target);
    this.#file = file;
  }

  /** A volume of the pool and media type of the first one whose label can be read. @throws VolumeUnreadable, CopyRefused */
  static async create(target: string, sources: readonly VolumeOnDisk[]): Promise<NewVolume> {
    const label = sources.find((source) => source.label !== undefined)?.label;
    if (label === undefined) {
      throw new VolumeUnreadable(
        'All labels are damaged',
        'Extract the files with "noctule volume extract".',
      );
    }
    const volume = new NewVolume(target, await createFile(unfinishedName(target)));
    await volume.#append(
      encodeLabel({
        ...label,
        volumeName: basename(target),
        labelledAtMs: Date.now(),
        labelId: randomBytes(16),
        writtenBy: 'noctule volume copy',
      }),
    );
    return volume;
  }

  /** Appends a job, all its parts as one, but for the break where it was resumed. Resolves with what is damaged: then nothing of it was added. */
  async addSession(parts: readonly SessionPart[]): Promise<string | undefined> {
    const before = this.#bytes;
    for (const [index, part] of parts.entries()) {
      const next = parts[index + 1];
      const trouble = await this.#addPart(part, {
        first: index === 0 || isResumed(part),
        last: next === undefined || isResumed(next),
      });
      if (trouble === undefined) continue;
      this.#bytes = before;
      await this.#file.truncate(before);
      return trouble;
    }
    return undefined;
  }

  async #addPart(part: SessionPart, is: { first: boolean; last: boolean }): Promise<string | undefined> {
    const { volume, from, to } = part;
    for await (const step of walkMembers(volume.reader, { from, to, checkBlocksFrom: 0 })) {
      if (step.type === 'damage') return `volume "${volume.name}" is damaged at byte ${step.volumeOffset}`;
      const { header, member } = step;
      // Behind the end of another session there may be leftovers of a cut.
      if (member === undefined || sessionName(header) !== sessionName(part)) continue;
      if (header.kind === MemberKind.SESSION_START && !is.first) continue;
      if (header.kind !== MemberKind.SESSION_END) {
        await this.#append(member);
        continue;
      }
      if (is.last) await this.#append(member);
      return undefined;
    }
    return `its end on volume "${volume.name}" is not there`;
  }

  /** Makes it durable under its name. Resolves with its size. @throws CopyRefused */
  async finish(): Promise<number> {
    await this.#file.sync();
    try {
      await link(this.#unfinished, this.#target);
    } catch (cause) {
      if (isErrno(cause, 'EEXIST')) throw new CopyRefused(`${this.#target} exists`, { cause });
      throw cause;
    }
    await rm(this.#unfinished);
    await using directory = await open(dirname(this.#target));
    await directory.sync();
    return this.#bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#unfinished, { force: true });
  }

  async #append(member: Buffer): Promise<void> {
    placeMember(member, this.#bytes);
    // write(2) may be short.
    for (let done = 0; done < member.length;) {
      const { bytesWritten } = await this.#file.write(member, done, member.length - done, this.#bytes);
      done += bytesWritten;
      this.#bytes += bytesWritten;
    }
  }
}

function unfinishedName(target: string): string {
  return `${target}.new`;
}

async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o640);
  } catch (cause) {
    if (isErrno(cause, 'EEXIST'))
      throw new CopyRefused(`${path} exists: another copy runs, or died`, { cause });
    if (isErrno(cause, 'ENOENT')) throw new CopyRefused(`${dirname(path)} is no directory`, { cause });
    throw cause;
  }
}
