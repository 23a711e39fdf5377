import { OperatorError } from '../errors/operator-error.ts';

/** The Director said nothing for as long as `-u` allows. */
export class DirectorSilent extends OperatorError {
  readonly code = 'CON_DIRECTOR_SILENT';
  override readonly hint = 'Give -u more seconds, or see with "status dir" in another console what it does.';
  constructor(seconds: number) {
    super(`The Director said nothing for ${seconds} seconds`);
  }
}

/** Files read by files, too deep: probably one that reads itself. */
export class TooManyInputs extends OperatorError {
  readonly code = 'CON_TOO_MANY_INPUTS';
  constructor(file: string) {
    super(`${file} is not read: too many files are read by one another`);
  }
}

/** The conf does not say which Director or Console is meant, or has none of that name. */
export class NotInConf extends OperatorError {
  readonly code = 'CON_NOT_IN_CONF';
  override readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
