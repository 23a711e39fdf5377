import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { OperatorError, isErrno, messageOf } from '../../errors/operator-error.ts';
import type { VolumeLabel } from '../../proto/noctule/record/v1/volume_members.ts';
import { decodeLabel } from '../../volume/control-member.ts';
import { MEMBER_HEADER_BYTES, parseMemberHeader } from '../../volume/member.ts';
import type { PositionedReader } from '../../volume/positioned-reader.ts';

/** A file that was named as a volume and is none, or cannot be read. */
export class VolumeUnreadable extends OperatorError {
  readonly code = 'TOOL_VOLUME_UNREADABLE';
  override readonly hint: string;
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** A volume file that is read without any daemon. */
export interface VolumeOnDisk extends AsyncDisposable {
  readonly path: string;
  /** By its label; by its file where that is damaged. */
  readonly name: string;
  /** Undefined: it is damaged. What stands behind it can still be read. */
  readonly label: VolumeLabel | undefined;
  readonly reader: PositionedReader;
}

/** @throws VolumeUnreadable when there is no such file, or nothing of a volume in its beginning */
export async function openVolume(path: string): Promise<VolumeOnDisk> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    const hint = 'Name the files of volumes, or their names with -V and the directory behind.';
    const problem = isErrno(cause, 'ENOENT') ? 'there is no such file' : messageOf(cause);
    throw new VolumeUnreadable(`${path} cannot be read: ${problem}`, hint, { cause });
  }
  try {
    const { size } = await file.stat();
    const reader = {
      sizeBytes: size,
      readAt: (offset: number, target: Buffer) => readAll(file, offset, target),
    };
    const label = await labelOf(path, reader);
    return {
      path,
      name: label?.volumeName ?? basename(path),
      label,
      reader,
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readAll(file: FileHandle, offset: number, target: Buffer): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** @throws VolumeUnreadable */
async function labelOf(path: string, reader: PositionedReader): Promise<VolumeLabel | undefined> {
  const start = Buffer.alloc(MEMBER_HEADER_BYTES);
  const bytes = await reader.readAt(0, start);
  const header = parseMemberHeader(start.subarray(0, bytes));
  if (header === undefined) {
    if (looksLikeVolume(start)) return undefined;
    throw new VolumeUnreadable(
      `${path} is not a volume: it does not begin with the header of a label`,
      'Name files that a Noctule storage daemon wrote; Bacula has tools of its own for its volumes.',
    );
  }
  const member = Buffer.alloc(header.memberBytes);
  await reader.readAt(0, member);
  try {
    return decodeLabel(member);
  } catch {
    return undefined;
  }
}

/** gzip with our subfield, however damaged the rest; or a format version that is not ours. */
function looksLikeVolume(start: Buffer): boolean {
  const isGzip = start.readUInt16BE(0) === 0x1f8b;
  return isGzip && start.toString('latin1', 12, 14) === 'No';
}
