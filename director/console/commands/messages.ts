import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';

export const messages: Command = {
  name: 'messages',
  description: 'Display pending messages',
  keywords: {},
  async run({ services, print, say }) {
    const text = await services.consoleMessages.take();
    await (text === '' ? say('You have no messages.') : print(text));
  },
};

export const autodisplay: Command = {
  name: 'autodisplay',
  description: 'Display messages as soon as a command is done',
  keywords: { on: 'flag', off: 'flag' },
  async run({ line, session }) {
    if (line.has('on') === line.has('off'))
      throw new CommandError('on or off is missing', 'Write autodisplay on.');
    session.autodisplay = line.has('on');
  },
};
