import { resourceType, type ConfSchema } from '../resource-type.ts';
import { CONSOLE_DIRECTOR, NAMED_CONSOLE } from '../tables/console-program.ts';

export const CONSOLE_SCHEMA: ConfSchema = {
  program: 'nconsole',
  types: [
    resourceType('Director', CONSOLE_DIRECTOR, 'A Director to connect to; with several, the console asks.'),
    resourceType(
      'Console',
      NAMED_CONSOLE,
      'A name to log in under; without it, the default console is used.',
    ),
  ],
};
