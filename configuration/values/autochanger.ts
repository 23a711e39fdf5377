import type { AssignedType } from '../value-type.ts';
import { quote, readText } from './text.ts';

/** `yes`, `no`, or the name of the Autochanger. */
export const autochangerName: AssignedType<boolean | string> = {
  form: 'assigned',
  title: 'yes, no, or the name of an Autochanger',
  example: 'yes',
  repeated: 'last',
  read(assignment, context) {
    const token = readText(assignment, context, autochangerName);
    switch (token?.kind === 'quoted' ? undefined : token?.text.toLowerCase()) {
      case 'yes':
      case 'true':
        return true;
      case 'no':
      case 'false':
        return false;
      default:
        return token?.text;
    }
  },
  format: (value) => [typeof value === 'string' ? quote(value) : value ? 'yes' : 'no'],
};
