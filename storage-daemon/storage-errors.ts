import { OperatorError } from '../errors/operator-error.ts';

/** What is wrong with a volume that a job was told to use; VolumeWanted.problem_code carries it to the Director. */
export type VolumeProblemKind = 'missing' | 'exists' | 'label' | 'short' | 'busy' | 'protected' | 'io';

const HINTS: Record<VolumeProblemKind, string> = {
  missing: 'Mount the file system the volume lies on, or set the volume to Error with "update volume".',
  exists: 'Remove or rename the file after making sure that nobody needs it.',
  label: 'Look whose file this is before doing anything to it; no job will be written to it.',
  short: 'Find out who truncated or replaced the file; what is missing from it cannot be restored.',
  busy: 'Wait until the other job is done, or give the pool another volume.',
  protected: 'Make the file writable for the storage daemon, and set the volume to Append again.',
  io: "Check the disk, the mount and the permissions of the device's directory.",
};

/** A volume cannot be used in the way that was asked; another may do. */
export class VolumeProblem extends OperatorError {
  readonly code: string;
  readonly kind: VolumeProblemKind;
  override readonly hint: string;
  constructor(kind: VolumeProblemKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.code = `SD_VOLUME_${kind.toUpperCase()}`;
    this.hint = HINTS[kind];
  }
}

/** The end of the volume is the inside of a job that goes on elsewhere: it takes nothing more until it is recycled. */
export class VolumeEndsInsideJob extends OperatorError {
  readonly code = 'SD_VOLUME_ENDS_INSIDE_JOB';
}

/** The disk has no room for what was to be written. Expected: the writer goes on when there is room, or elsewhere. */
export class NoRoom extends OperatorError {
  readonly code = 'SD_NO_ROOM';
  override readonly hint = 'Free space on the disk, or prune and purge volumes; the job goes on by itself.';
}

/** An I/O error on a volume that was being written: it takes nothing more. */
export class VolumeUnusable extends OperatorError {
  readonly code = 'SD_VOLUME_IO_ERROR';
  override readonly hint = 'Check the disk the volume lies on; the job goes on with another volume.';
}

/** The conf or the state of this daemon does not allow what was asked. */
export class RequestRefused extends OperatorError {
  readonly code = 'SD_REQUEST_REFUSED';
  override readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** The file daemon sent something that is not the next member of its session. */
export class MemberRefused extends OperatorError {
  readonly code = 'SD_MEMBER_REFUSED';
}

/** A session ended before its job was complete. The message is the reason. */
export class SessionCutShort extends OperatorError {
  readonly code = 'SD_SESSION_CUT_SHORT';
}

/**
 * A device cannot be used now, whatever the volume: its disk is not mounted, an admin took it out of use, all its drives
 * are taken. Expected: jobs wait for it.
 */
export class DeviceNotReady extends OperatorError {
  readonly code: string = 'SD_DEVICE_NOT_READY';
  override readonly hint: string =
    'See "status storage" for the state of the device; jobs that wait for it go on by themselves.';
}

/** Another storage daemon uses the directory of a Device. */
export class DirectoryInUse extends DeviceNotReady {
  override readonly code = 'SD_DIRECTORY_IN_USE';
  override readonly hint = 'Give each storage daemon directories of its own, or stop the other one.';
}
