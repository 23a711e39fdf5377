import { OperatorError } from '../errors/operator-error.ts';

/** An error whose next step depends on the case. */
abstract class DirectorError extends OperatorError {
  override readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
  }
}

/** A run that cannot be carried out as it was asked for. */
export class RunRefused extends DirectorError {
  readonly code = 'DIR_RUN_REFUSED';
}

/** A job that cannot go on; the message says why. */
export class JobFailed extends DirectorError {
  readonly code = 'DIR_JOB_FAILED';
}

/** A volume that cannot be labelled as asked. */
export class LabelRefused extends DirectorError {
  readonly code = 'DIR_LABEL_REFUSED';
}

/** The conf asks for something that this Director cannot start with. */
export class ConfUnusable extends DirectorError {
  readonly code = 'DIR_CONF_UNUSABLE';
}

/** A list of files for a FileSet that cannot be read. */
export class FileListFailed extends DirectorError {
  readonly code = 'DIR_FILE_LIST';
}

/** A mail server did not take a mail, or not for everybody. */
export class MailNotSent extends DirectorError {
  readonly code = 'DIR_MAIL_NOT_SENT';
}

/** The reason of the signal of a job that was cancelled. */
export class JobCancelled extends DirectorError {
  readonly code = 'DIR_JOB_CANCELLED';
}

/** The reason of the signal of a job that has come to one of its time limits: a failure to be seen, for nobody asked for it. */
export class JobOutOfTime extends JobCancelled {}

/** The reason of the signal of a job that was stopped: what it has saved is kept, so that it may go on. */
export class JobStopped extends DirectorError {
  readonly code = 'DIR_JOB_STOPPED';
}

/** More runs are queued than the Director holds. */
export class QueueFull extends OperatorError {
  readonly code = 'DIR_QUEUE_FULL';
  override readonly hint =
    'See with "status dir" what the jobs wait for, and cancel those that are not needed.';
  constructor(jobsMax: number) {
    super(`${jobsMax} jobs are queued already; no more are taken`);
  }
}

/** A volume that cannot get another name. */
export class RelabelRefused extends DirectorError {
  readonly code = 'DIR_RELABEL_REFUSED';
}

/** A volume whose data may not go, or that nobody can reach. */
export class TruncateRefused extends DirectorError {
  readonly code = 'DIR_TRUNCATE_REFUSED';
}

/** A JobId that the catalog does not know. */
export class NoSuchJob extends OperatorError {
  readonly code = 'DIR_NO_SUCH_JOB';
  constructor(jobId: number) {
    super(`There is no job with JobId ${jobId}`);
  }
}

/** The Director is going down and takes no more work. */
export class ShuttingDown extends OperatorError {
  readonly code = 'DIR_SHUTTING_DOWN';
  constructor() {
    super('The Director is being stopped');
  }
}

/** Something that the Console resource of a named console does not allow. */
export class RightMissing extends OperatorError {
  readonly code = 'DIR_RIGHT_MISSING';
  override readonly hint: string;
  /** `list`: the ACL that would give it, without that word; absent: none can. */
  constructor(consoleName: string, what: string, list?: string) {
    super(`Console "${consoleName}" has no right to ${what}`);
    this.hint =
      list === undefined
        ? "Log in as the default console, with the Director's own password."
        : `If it should have it, add it to the ${list} ACL of that Console resource and reload.`;
  }
}

/** As many consoles are connected as the conf allows. */
export class TooManyConsoles extends OperatorError {
  readonly code = 'DIR_TOO_MANY_CONSOLES';
  override readonly hint =
    'Leave one of them, or raise Maximum Console Connections of the Director and reload.';
  constructor(directorName: string, consoles: number) {
    super(
      `Director "${directorName}" takes no more consoles: it has ${consoles}, its Maximum Console Connections`,
    );
  }
}
