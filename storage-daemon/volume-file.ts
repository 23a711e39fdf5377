import { dirname } from 'node:path';
import { OperatorError, isErrno, messageOf } from '../errors/operator-error.ts';
import type { VolumeLabel } from '../proto/noctule/record/v1/volume_members.ts';
import { decodeLabel, encodeLabel } from '../volume/control-member.ts';
import { MEMBER_HEADER_BYTES, parseMemberHeader } from '../volume/member.ts';
import type { PositionedReader } from '../volume/positioned-reader.ts';
import { NoRoom, VolumeProblem } from './storage-errors.ts';
import {
  isNoRoom,
  readAroundBadSectors,
  readFully,
  writeFully,
  type StorageFile,
  type StorageFiles,
} from './storage-file.ts';

/** Which volume, and where: for opening it and for what messages say about it. */
export interface VolumePlace {
  readonly files: StorageFiles;
  readonly path: string;
  readonly volumeName: string;
  /** `"D" (PATH)`: the device as messages name it. */
  readonly deviceText: string;
}

/** An open volume whose label was found to be the expected one. */
export class VolumeFile implements AsyncDisposable {
  readonly place: VolumePlace;
  readonly file: StorageFile;
  /** Bytes the label takes; the first session begins behind it. */
  readonly labelBytes: number;
  /** Size of the file when it was opened. */
  readonly sizeBytes: number;

  constructor(place: VolumePlace, file: StorageFile, size: { labelBytes: number; sizeBytes: number }) {
    this.place = place;
    this.file = file;
    this.labelBytes = size.labelBytes;
    this.sizeBytes = size.sizeBytes;
  }

  reader(): PositionedReader {
    const { file, sizeBytes } = this;
    return { sizeBytes, readAt: (offset, target) => readFully(file, target, offset) };
  }

  /** For what has to come back whatever the state of the disk: see readAroundBadSectors. */
  salvagingReader(): PositionedReader {
    const { file, sizeBytes } = this;
    return { sizeBytes, readAt: (offset, target) => readAroundBadSectors(file, target, offset) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close().catch(() => {}); // what counts was synced before
  }
}

/**
 * Opens a volume and checks that its label names it.
 * @throws VolumeProblem missing, label, io
 */
export async function openVolume(place: VolumePlace, access: 'read' | 'write'): Promise<VolumeFile> {
  const file = await openExisting(place, access);
  try {
    const { size } = await file.stat();
    const labelBytes = await checkLabel(place, file);
    return new VolumeFile(place, file, { labelBytes, sizeBytes: size });
  } catch (error) {
    await file.close();
    throw asProblem(place, error);
  }
}

/**
 * Makes a new volume file with its label, durable when this resolves. With `leftovers: 'replace'` a file of that name
 * is taken over when it holds nothing: a crash came between its making and its first session.
 * @throws VolumeProblem exists, io. @throws NoRoom
 */
export async function createVolume(
  place: VolumePlace,
  label: VolumeLabel,
  leftovers: 'refuse' | 'replace',
): Promise<VolumeFile> {
  let file;
  try {
    file = await place.files.open(place.path, 'wx+');
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw asProblem(place, error);
    if (leftovers === 'replace' && (await holdsNothing(place))) return relabelFile(place, label);
    throw new VolumeProblem(
      'exists',
      `${subject(place)} cannot be created: there is a file of that name already`,
    );
  }
  try {
    return await writeLabel(place, file, label);
  } catch (error) {
    await file.close();
    await place.files.remove(place.path);
    throw asProblem(place, error);
  }
}

/**
 * Gives a volume that may be overwritten a new label; all else on it is gone then. The old label has to name it.
 * @throws VolumeProblem missing, label, io. @throws NoRoom
 */
export async function emptyVolume(
  place: VolumePlace,
  label: VolumeLabel,
): Promise<{ emptied: VolumeFile; freedBytes: number }> {
  const old = await openVolume(place, 'write');
  await old[Symbol.asyncDispose]();
  const emptied = await relabelFile(place, label);
  return { emptied, freedBytes: Math.max(0, old.sizeBytes - emptied.sizeBytes) };
}

/**
 * Puts an empty volume of another name in the place of one that may be overwritten. A crash leaves either the old one,
 * beside it perhaps an empty new one that the next try takes over; or the new one alone.
 * @throws VolumeProblem missing, label, exists, io. @throws NoRoom
 */
export async function renameVolume(
  from: VolumePlace,
  to: VolumePlace,
  label: VolumeLabel,
): Promise<{ emptied: VolumeFile; freedBytes: number }> {
  const old = await openVolume(from, 'write');
  await old[Symbol.asyncDispose]();
  const emptied = await createVolume(to, label, 'replace');
  try {
    await from.files.remove(from.path);
    await from.files.syncDirectory(dirname(from.path));
    return { emptied, freedBytes: Math.max(0, old.sizeBytes - emptied.sizeBytes) };
  } catch (error) {
    await emptied[Symbol.asyncDispose]();
    throw asProblem(from, error);
  }
}

async function relabelFile(place: VolumePlace, label: VolumeLabel): Promise<VolumeFile> {
  const file = await openExisting(place, 'write');
  try {
    return await writeLabel(place, file, label);
  } catch (error) {
    await file.close();
    throw asProblem(place, error);
  }
}

/** The label first, then the cut: a crash between the two leaves a volume that still has a label. */
async function writeLabel(place: VolumePlace, file: StorageFile, label: VolumeLabel): Promise<VolumeFile> {
  const member = encodeLabel(label);
  await writeFully(file, member, 0);
  await file.sync();
  await file.truncate(member.length);
  await file.sync();
  await place.files.syncDirectory(dirname(place.path));
  return new VolumeFile(place, file, { labelBytes: member.length, sizeBytes: member.length });
}

/** Bytes of the label. @throws VolumeProblem */
async function checkLabel(place: VolumePlace, file: StorageFile): Promise<number> {
  const start = Buffer.alloc(MEMBER_HEADER_BYTES);
  await readFully(file, start, 0);
  const memberBytes = parseMemberHeader(start)?.memberBytes ?? start.length;
  const member = Buffer.alloc(memberBytes);
  await readFully(file, member, 0);
  let label;
  try {
    label = decodeLabel(member);
  } catch (cause) {
    throw new VolumeProblem('label', `${subject(place)} has no readable label: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (label.volumeName !== place.volumeName) {
    throw new VolumeProblem('label', `${subject(place)} has the label of Volume "${label.volumeName}"`);
  }
  return memberBytes;
}

/** An empty file, or one with nothing but the label of this volume. */
async function holdsNothing(place: VolumePlace): Promise<boolean> {
  const file = await openExisting(place, 'write');
  try {
    const { size } = await file.stat();
    return size === 0 || size === (await checkLabel(place, file));
  } catch {
    return false; // whatever it is, it is something
  } finally {
    await file.close();
  }
}

async function openExisting(place: VolumePlace, access: 'read' | 'write'): Promise<StorageFile> {
  try {
    return await place.files.open(place.path, access === 'read' ? 'r' : 'r+');
  } catch (error) {
    if (access === 'write' && (isErrno(error, 'EACCES') || isErrno(error, 'EPERM'))) {
      throw new VolumeProblem('protected', `${subject(place)} is write-protected: ${messageOf(error)}`);
    }
    if (isErrno(error, 'ENOENT')) throw new VolumeProblem('missing', `${subject(place)} does not exist`);
    throw asProblem(place, error);
  }
}

/** What went wrong with a volume, as something the Director and the admin can act on. */
export function asProblem(place: VolumePlace, cause: unknown): OperatorError {
  if (cause instanceof OperatorError) return cause;
  const message = `${subject(place)} cannot be used: ${messageOf(cause)}`;
  return isNoRoom(cause) ? new NoRoom(message, { cause }) : new VolumeProblem('io', message, { cause });
}

function subject(place: VolumePlace): string {
  return `Volume "${place.volumeName}" on device ${place.deviceText}`;
}
