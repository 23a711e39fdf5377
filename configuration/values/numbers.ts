import type { AssignedType } from '../value-type.ts';
import { singleToken, wrongValue } from './single-token.ts';

/** A whole number that is not negative. The last line counts. */
export const integer: AssignedType<number> = {
  form: 'assigned',
  title: 'a whole number',
  example: '10',
  repeated: 'last',
  read(assignment, context) {
    const token = singleToken(assignment, context, integer);
    if (!token) return undefined;
    const value = /^\d+$/.test(token.text) ? Number(token.text) : NaN;
    if (Number.isSafeInteger(value)) return value;
    wrongValue(assignment, token, context, integer);
    return undefined;
  },
  format: (value) => [String(value)],
};

/** A whole number from 1 on. */
export const positiveInteger: AssignedType<number> = {
  ...integer,
  title: 'a whole number from 1 on',
  read(assignment, context) {
    const value = integer.read(assignment, context);
    if (value !== 0) return value;
    context.error(assignment.value[0] ?? assignment.name, `${assignment.name.text} must be at least 1`);
    return undefined;
  },
};

const NICE_MAX = 19;

/** As nice(1) has it, but never above the usual priority. */
export const niceness: AssignedType<number> = {
  ...integer,
  title: `a whole number from 0 to ${NICE_MAX}`,
  read(assignment, context) {
    const value = integer.read(assignment, context);
    if (value === undefined || value <= NICE_MAX) return value;
    wrongValue(assignment, assignment.value[0]!, context, niceness);
    return undefined;
  },
};

const SERVICE_PORTS: Readonly<Record<string, number>> = {
  'bacula-dir': 9101,
  'bacula-fd': 9102,
  'bacula-sd': 9103,
};

/** A TCP port. */
export const port: AssignedType<number> = {
  ...integer,
  title: 'a port number',
  example: '9101',
  read(assignment, context) {
    const token = singleToken(assignment, context, port);
    if (!token) return undefined;
    const value = SERVICE_PORTS[token.text] ?? (/^\d{1,5}$/.test(token.text) ? Number(token.text) : NaN);
    if (value > 0 && value < 65_536) return value;
    wrongValue(assignment, token, context, port);
    return undefined;
  },
};

const SWITCHES: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false };

/** `yes` or `no`; the last line counts. */
export const yesNo: AssignedType<boolean> = {
  form: 'assigned',
  title: 'yes or no',
  example: 'yes',
  repeated: 'last',
  read(assignment, context) {
    const token = singleToken(assignment, context, yesNo);
    if (!token) return undefined;
    const value = SWITCHES[token.text.toLowerCase()];
    if (value === undefined) wrongValue(assignment, token, context, yesNo);
    return value;
  },
  format: (value) => [value ? 'yes' : 'no'],
};
