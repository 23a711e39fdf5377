import { platform, versionBanner } from '../../../daemon/version.ts';
import { formatReportTime } from '../../../text/civil-time.ts';
import { withCommas } from '../../../text/numbers.ts';
import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';

/** Small commands about this session and this Director. */

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export const time: Command = {
  name: 'time',
  description: 'Print current time',
  keywords: {},
  async run({ now, say }) {
    const at = now();
    await say(`${WEEKDAYS[at.getDay()]} ${formatReportTime(at)}`);
  },
};

export const version: Command = {
  name: 'version',
  description: 'Print Director version',
  keywords: {},
  async run({ services, say }) {
    await say(`${services.name} Version: ${versionBanner()} ${platform()}`);
  },
};

export const memory: Command = {
  name: 'memory',
  description: 'Print current memory usage',
  keywords: {},
  async run({ print }) {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    await print(
      `Resident: ${withCommas(rss)} bytes\n` +
        `Heap: ${withCommas(heapUsed)} bytes used of ${withCommas(heapTotal)}\n` +
        `Buffers: ${withCommas(external)} bytes\n`,
    );
  },
};

export const gui: Command = {
  name: 'gui',
  description: 'Mode for front ends; changes nothing here',
  keywords: { on: 'flag', off: 'flag' },
  async run({ line }) {
    if (line.has('on') === line.has('off')) throw new CommandError('on or off is missing', 'Write gui on.');
  },
};

export const use: Command = {
  name: 'use',
  description: 'Use the catalog named',
  keywords: { catalog: 'catalog' },
  async run({ conf, line, session, say }) {
    const name = conf().catalogs[0]?.name ?? '';
    const wanted = line.value('catalog') ?? name;
    if (wanted !== name)
      throw new CommandError(`Catalog "${wanted}" is not open`, `This Director uses "${name}".`);
    session.catalogAnnounced.add('queries').add('jobs');
    await say(`Using Catalog "${name}"`);
  },
};

function leave(name: string): Command {
  return {
    name,
    description: 'End this console session',
    keywords: {},
    async run({ session }) {
      session.over = true;
    },
  };
}

export const quit = leave('quit');
export const exit = leave('exit');
