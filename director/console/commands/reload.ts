import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';

export const reload: Command = {
  name: 'reload',
  description: "Read the Director's conf again",
  keywords: {},
  async run({ services, print, say }) {
    const { accepted, problems } = await services.reload();
    await print(problems.map((problem) => problem.replace(/\n?$/, '\n')).join(''));
    if (!accepted) {
      throw new CommandError(
        'the conf was refused and the old one stays in force',
        'Mend the lines above and reload.',
      );
    }
    await say('Conf reloaded. Jobs that run go on with the conf they began with.');
  },
};
