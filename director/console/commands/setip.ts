import { announceCatalog } from '../catalog-line.ts';
import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';

/**
 * A machine whose address changes tells it, by a console of the same name as its Client. As with enable, it is the conf
 * in force that is changed.
 */
export const setip: Command = {
  name: 'setip',
  description: 'Set the address of the Client named as this console to the one it calls from',
  keywords: {},
  async run(context) {
    const { session, conf, say } = context;
    await announceCatalog(context, 'jobs');
    const client = conf().clients.find(({ name }) => name === session.consoleName);
    if (!client) {
      throw new CommandError(
        session.consoleName === undefined
          ? 'only a named console can say whose address it is'
          : `there is no Client "${session.consoleName}"`,
        'Log in by a Console resource that has the name of the Client.',
      );
    }
    if (session.address === undefined) throw new CommandError('the address of this console is not known');
    (client as { address?: string }).address = session.address;
    await say(`Client "${client.name}" address set to ${session.address}`);
  },
};
