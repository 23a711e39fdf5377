import type { DirectorConf } from '../../../configuration/director-conf.ts';
import { resourceNamed } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import {
  showCatalog,
  showClient,
  showDirector,
  showFileSet,
  showJob,
  showMessages,
  showPool,
  showSchedule,
  showStorage,
} from '../show-resources.ts';

/** One kind of resource: `show jobs` shows all, `show job=NAME` one. */
interface Subject {
  readonly one: string;
  readonly all: string;
  readonly show: (context: CommandContext, name: string | undefined) => string[] | Promise<string[]>;
}

const SUBJECTS: readonly Subject[] = [
  { one: 'director', all: 'directors', show: ({ conf }) => showDirector(conf()) },
  subject('job', 'jobs', 'Job', ({ jobs }) => jobs, showJob),
  subject('client', 'clients', 'Client', ({ clients }) => clients, showClient),
  subject('fileset', 'filesets', 'FileSet', ({ fileSets }) => fileSets, showFileSet),
  subject('schedule', 'schedules', 'Schedule', ({ schedules }) => schedules, showSchedule),
  subject('storage', 'storages', 'Storage', ({ storages }) => storages, showStorage),
  subject('pool', 'pools', 'Pool', ({ pools }) => pools, showPool),
  { one: 'catalog', all: 'catalogs', show: ({ conf }) => conf().catalogs.flatMap(showCatalog) },
  subject('messages', 'messages', 'Messages', ({ messages }) => messages, showMessages),
  { one: 'counter', all: 'counters', show: showCounters },
];

export const show: Command = {
  name: 'show',
  description: 'Show resources of the conf in force',
  keywords: {
    director: 'flag',
    job: 'job',
    jobs: 'flag',
    client: 'client',
    clients: 'flag',
    fileset: 'fileset',
    filesets: 'flag',
    schedule: 'schedule',
    schedules: 'flag',
    storage: 'storage',
    storages: 'flag',
    pool: 'pool',
    pools: 'flag',
    catalog: 'flag',
    catalogs: 'flag',
    messages: 'messages',
    counter: 'text',
    counters: 'flag',
    directors: 'flag',
    disabled: 'flag',
    all: 'flag',
  },
  async run(context) {
    const { line, print } = context;
    const wanted = line.has('all') ? SUBJECTS : SUBJECTS.filter(({ one, all }) => line.has(one, all));
    if (wanted.length === 0 && !line.has('disabled')) {
      throw new CommandError('what to show is missing', 'Write for example show jobs, or show pool=NAME.');
    }
    for (const { one, all, show } of wanted) {
      const shown = await show(context, line.value(one));
      await print(shown.length > 0 ? lines(shown) : `No ${all} are defined.\n`);
    }
    if (line.has('disabled')) await print(lines(disabled(context.conf())));
  },
};

function subject<R>(
  one: string,
  all: string,
  kind: Parameters<typeof resourceNamed>[1],
  list: (conf: DirectorConf) => readonly R[],
  showOne: (resource: R) => string[],
): Subject {
  return {
    one,
    all,
    show: (context, name) =>
      name === undefined
        ? list(context.conf()).flatMap(showOne)
        : showOne(resourceNamed(context, kind, name) as unknown as R),
  };
}

/** With the values that they would give next. */
function showCounters({ conf, services }: CommandContext, name: string | undefined): Promise<string[]> {
  const counters = conf().counters.filter((counter) => name === undefined || counter.name === name);
  return Promise.all(
    counters.map(async (counter) => {
      const value = await services.catalog.counterValue({ counter, increment: false });
      const { minimum, maximum, wrapCounter } = counter;
      const wraps = wrapCounter ? ` wrapcounter=${wrapCounter.name}` : '';
      return `Counter: name=${counter.name} min=${minimum} max=${maximum}${wraps} value=${value}`;
    }),
  );
}

function disabled({ jobs, clients, schedules, storages }: DirectorConf): string[] {
  const kinds = [
    ['Jobs', jobs],
    ['Clients', clients],
    ['Schedules', schedules],
    ['Storages', storages],
  ] as const;
  return kinds.flatMap(([title, resources]) => {
    const names = resources.filter(({ enabled }) => !enabled).map(({ name }) => `   ${name}`);
    if (names.length > 0) return [`Disabled ${title}:`, ...names];
    return title === 'Jobs' ? ['No disabled Jobs.'] : [];
  });
}

function lines(text: readonly string[]): string {
  return text.map((line) => `${line}\n`).join('');
}
