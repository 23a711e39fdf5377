import { OperatorError } from '../../errors/operator-error.ts';
import { volumeNameProblem } from '../../volume/volume-name.ts';
import { expandVariables, type LabelVariable } from './label-variables.ts';

/** How many numbers, of a simple format or of a Counter, are tried upwards. */
const TRIES_MAX = 99;
const NUMBER_DIGITS_MIN = 4;

/** A Label Format from which no name can be made. */
export class LabelFormatError extends OperatorError {
  readonly code = 'DIR_LABEL_FORMAT';
  override readonly hint: string;
  constructor(poolName: string, labelFormat: string, problem: string) {
    super(`Label Format "${labelFormat}" of Pool "${poolName}" gives no volume name: ${problem}`);
    this.hint = `Change Label Format in Pool "${poolName}", or label a Volume by hand with the "label" command.`;
  }
}

export interface LabelRequest {
  readonly poolName: string;
  readonly labelFormat: string;
  /** Highest MediaId of the whole catalog. */
  readonly highestMediaId: number;
  readonly isTaken: (volumeName: string) => Promise<boolean>;
  readonly variable: LabelVariable;
}

/**
 * The name for a new volume of a pool.
 *
 * A format of legal characters only is a prefix: it gets the number highest MediaId + 1, with at least four digits,
 * and the next ones while the name exists. A format with `$` is expanded and must give an unused name by itself; one that
 * counts is expanded again while the name exists.
 * @throws LabelFormatError when neither works.
 */
export async function newVolumeName(request: LabelRequest): Promise<string> {
  const { poolName, labelFormat } = request;
  const fail = (problem: string) => new LabelFormatError(poolName, labelFormat, problem);
  if (labelFormat.includes('$')) return expandedName(request, fail);
  for (let number = request.highestMediaId + 1; number <= request.highestMediaId + TRIES_MAX; number++) {
    const name = labelFormat + String(number).padStart(NUMBER_DIGITS_MIN, '0');
    const problem = volumeNameProblem(name);
    if (problem) throw fail(problem);
    if (!(await request.isTaken(name))) return name;
  }
  const first = labelFormat + String(request.highestMediaId + 1).padStart(NUMBER_DIGITS_MIN, '0');
  throw fail(`"${first}" and the ${TRIES_MAX - 1} names after it exist already`);
}

async function expandedName(request: LabelRequest, fail: (problem: string) => Error): Promise<string> {
  const { labelFormat, variable, isTaken } = request;
  const triesMax = labelFormat.includes('+}') || /\+:/.test(labelFormat) ? TRIES_MAX : 1;
  let name = '';
  for (let tries = 0; tries < triesMax; tries++) {
    name = await expandVariables(labelFormat, variable, fail);
    const problem = volumeNameProblem(name);
    if (problem) throw fail(problem);
    if (!(await isTaken(name))) return name;
  }
  throw fail(`"${name}" exists already`);
}
