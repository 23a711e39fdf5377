import type { Command } from '../command.ts';
import { llist } from './list.ts';

/** What `list` prints, as JSON whatever the session says. */
export const dotJlist: Command = {
  ...llist,
  name: '.jlist',
  description: '',
  run: (context) => llist.run({ ...context, session: { ...context.session, json: true } }),
};
