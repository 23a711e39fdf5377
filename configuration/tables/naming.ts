import { directive } from '../directive.ts';
import { name, string } from '../values/text.ts';

/** What every resource has. */
export const NAMING = {
  name: directive('Name', name, { required: true, help: 'Name by which other resources refer to it' }),
  description: directive('Description', string, { help: 'Free text' }),
};
