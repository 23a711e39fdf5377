import type { AssignedType } from '../value-type.ts';
import { quote, readText } from './text.ts';

/**
 * One path for each line. A value `<name` or `|command` is a list on the Director's side, `\<name` or `\|command` one
 * on the client's; the mark stays in the value.
 */
export const fileList: AssignedType<readonly string[]> = {
  form: 'assigned',
  title: 'a path',
  example: '/home',
  repeated: 'adds',
  read(assignment, context) {
    const token = readText(assignment, context, fileList);
    if (!token) return undefined;
    const written = token.source.text.slice(token.start, token.end);
    if (token.kind !== 'quoted' && written.includes('\\')) {
      context.error(
        token,
        'a File with a backslash must stand in quotes',
        'write Windows paths with forward slashes: "C:/Users"',
      );
      return undefined;
    }
    if (token.text === '') {
      context.error(token, 'File is empty');
      return undefined;
    }
    return [token.text];
  },
  format: (value) => value.map(quote),
};
