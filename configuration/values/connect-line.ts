import { parseConnectLine, type ConnectLine } from '../../calendar/connect-line.ts';
import type { AssignedType } from '../value-type.ts';
import { readScheduleText } from './schedule-text.ts';

/** `Connect = MaxConnectTime=2h days at time`. */
export const connectLines: AssignedType<readonly ConnectLine[]> = {
  form: 'assigned',
  title: 'days and a time',
  example: 'MaxConnectTime=2h mon-fri at 8:00',
  repeated: 'adds',
  read(assignment, context) {
    const read = readScheduleText(assignment, context, parseConnectLine);
    return read && [read.line];
  },
  format: (value) => value.map(({ text }) => text),
};
