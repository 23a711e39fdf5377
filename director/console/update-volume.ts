import type { VolumeChanges } from '../../catalog/inputs.ts';
import type { MediaRow, PoolRow } from '../../catalog/rows.ts';
import { parseSize } from '../../configuration/values/size.ts';
import { parseDuration } from '../../text/duration.ts';
import { durationText } from '../../text/numbers.ts';
import { chooseResource, poolsByName, resourceNamed } from './choose-resource.ts';
import { volumeNamed, volumeOnLineOrChosen } from './choose-volume.ts';
import { CommandCancelled, CommandError, NOTHING_DONE } from './command-error.ts';
import type { CommandContext, KeywordValue } from './command.ts';
import { wantsJson } from './listing.ts';
import { chooseFromMenu, confirm } from './prompts.ts';
import { parseYesNo } from './yes-no.ts';

/** Those that an admin may give by hand. Purged is not among them: purge makes it, and takes the jobs off first. */
export const VOLUME_STATUSES = [
  'Append',
  'Archive',
  'Disabled',
  'Full',
  'Used',
  'Cleaning',
  'Recycle',
  'Read-Only',
  'Error',
];
const ENABLED = { no: 0, yes: 1, archived: 2 } as const;
/** What may become of a volume when it is purged. */
export const ON_PURGE = ['None', 'Truncate'];

interface Change {
  readonly changes: VolumeChanges;
  readonly said: string;
}

/** One thing that can be changed of a volume: its keyword, its words, and what a value means. */
interface Parameter {
  readonly keyword: string;
  readonly takes: KeywordValue;
  readonly question: string;
  /** @throws CommandError for a value that it cannot take */
  readonly change: (context: CommandContext, value: string, volume: MediaRow) => Promise<Change> | Change;
}

const STATUS: Parameter = {
  keyword: 'volstatus',
  takes: VOLUME_STATUSES,
  question: 'Choose new Volume Status',
  async change(context, value, volume) {
    const volStatus = wordOf(VOLUME_STATUSES, value, 'Invalid VolStatus specified:');
    const jobs = await context.services.catalog.jobsOnVolume(volume.mediaId);
    if (volStatus === 'Recycle' && jobs.length > 0) {
      throw new CommandError(
        `there are jobs on Volume "${volume.volumeName}", which would be overwritten`,
        `Take them off it first: purge volume=${volume.volumeName}`,
      );
    }
    if (volStatus === 'Append' && jobs.length > 0) await askBeforeReopening(context, volume, jobs.length);
    return { changes: { volStatus }, said: `New Volume status is: ${volStatus}` };
  },
};

/**
 * A closed volume that is opened again may grow beyond the limit that closed it, and its jobs expire later. A person is
 * asked; a script, which would give its next line for an answer, means what it says.
 * @throws CommandCancelled
 */
async function askBeforeReopening(context: CommandContext, volume: MediaRow, jobs: number): Promise<void> {
  if (volume.volStatus === 'Append') return;
  if (context.session.screen === undefined || wantsJson(context) || context.line.has('yes')) return;
  await context.say(
    `Volume "${volume.volumeName}" is ${volume.volStatus} and holds ${jobs} job${jobs === 1 ? '' : 's'}. ` +
      'What is written next goes behind them, beyond any limit that closed it, and all of it is kept longer.',
  );
  if (!(await confirm(context, 'Append to it again?'))) throw new CommandCancelled(NOTHING_DONE);
}

const RETENTION = seconds(
  'volretention',
  'Enter Volume Retention period: ',
  'New retention period is:',
  (n) => ({
    volRetention: n,
  }),
);
const USE_DURATION = seconds('voluse', 'Enter Volume Use period: ', 'New use duration is:', (n) => ({
  volUseDuration: n,
}));
const MAX_JOBS = count('maxvoljobs', 'Enter new Maximum Jobs: ', 'New max jobs is:', (n) => ({
  maxVolJobs: n,
}));
const MAX_FILES = count('maxvolfiles', 'Enter new Maximum Files: ', 'New max files is:', (n) => ({
  maxVolFiles: n,
}));
const SLOT = count('slot', 'Enter new Slot: ', 'New Slot is:', (n) => ({ slot: n }));
const RECYCLE = yesNo('recycle', 'New Recycle flag is:', (recycle) => ({ recycle }));
const IN_CHANGER = yesNo('inchanger', 'New InChanger flag is:', (inChanger) => ({ inChanger }));

const MAX_BYTES: Parameter = {
  keyword: 'maxvolbytes',
  takes: 'text',
  question: 'Enter new Maximum Bytes: ',
  change(_context, value) {
    const maxVolBytes = parseSize(value);
    if (maxVolBytes === undefined) {
      throw new CommandError(`"maxvolbytes=${value}" is no size`, 'Write it as maxvolbytes=4G.');
    }
    return { changes: { maxVolBytes }, said: `New Max bytes is: ${maxVolBytes}` };
  },
};

const POOL: Parameter = {
  keyword: 'pool',
  takes: 'pool',
  question: 'Enter new Pool name: ',
  async change(context, value, volume) {
    const row = await poolRow(context, value);
    return { changes: { poolId: row.poolId }, said: `New Pool is: ${row.name} (was ${volume.poolName})` };
  },
};

const RECYCLE_POOL: Parameter = {
  keyword: 'recyclepool',
  takes: 'pool',
  question: 'Enter new RecyclePool name: ',
  async change(context, value) {
    const row = await poolRow(context, value);
    return { changes: { recyclePoolId: row.poolId }, said: `New RecyclePool is: ${row.name}` };
  },
};

const ENABLE: Parameter = {
  keyword: 'enabled',
  takes: Object.keys(ENABLED),
  question: 'Choose new Enabled flag',
  change(_context, value) {
    const words = Object.keys(ENABLED);
    // The catalog's own numbers are taken too.
    const word = wordOf(
      words,
      words[Number(value)] ?? value,
      'Invalid Enabled flag specified:',
    ) as keyof typeof ENABLED;
    return { changes: { enabled: ENABLED[word] }, said: `New Enabled flag is: ${word}` };
  },
};

const ACTION_ON_PURGE: Parameter = {
  keyword: 'actiononpurge',
  takes: ON_PURGE,
  question: 'Choose new Action On Purge',
  change(_context, value) {
    const word = wordOf(ON_PURGE, value, 'Invalid ActionOnPurge specified:');
    return { changes: { truncateOnPurge: word === 'Truncate' }, said: `New ActionOnPurge is: ${word}` };
  },
};

const NO_CACHE = 'Volumes lie in no cloud: there is no cache to keep.';
const CACHE_RETENTION: Parameter = {
  keyword: 'cacheretention',
  takes: 'text',
  question: '',
  change: () => ({ changes: {}, said: NO_CACHE }),
};

type Item = readonly [
  item: string,
  does: Parameter | ((context: CommandContext) => Promise<'again' | 'done'>),
];

/** Scripts answer by number: items that mean nothing here stay in their place and say so. */
const MENU: readonly Item[] = [
  ['Volume Status', STATUS],
  ['Volume Retention Period', RETENTION],
  ['Volume Use Duration', USE_DURATION],
  ['Maximum Volume Jobs', MAX_JOBS],
  ['Maximum Volume Files', MAX_FILES],
  ['Maximum Volume Bytes', MAX_BYTES],
  ['Recycle Flag', RECYCLE],
  ['Slot', SLOT],
  ['InChanger Flag', IN_CHANGER],
  ['Volume Files', meaningless('A Volume in a file has no tape marks to count: there is nothing to change.')],
  ['Pool', POOL],
  ['Volume from Pool', (context) => once(volumeFromPool, context)],
  ['All Volumes from Pool', (context) => once(volumesFromPool, context)],
  ['All Volumes from all Pools', (context) => once(volumesFromAllPools, context)],
  ['Enabled', ENABLE],
  ['RecyclePool', RECYCLE_POOL],
  ['Action On Purge', ACTION_ON_PURGE],
  ['Cache Retention', meaningless(NO_CACHE)],
  ['Done', async () => 'done'],
];

const PARAMETERS = [
  ...MENU.flatMap(([, does]) => (typeof does === 'function' ? [] : [does])),
  CACHE_RETENTION,
];

export const UPDATE_VOLUME_KEYWORDS: Readonly<Record<string, KeywordValue>> = {
  volume: 'text',
  ...Object.fromEntries(PARAMETERS.map(({ keyword, takes }) => [keyword, takes])),
  frompool: 'flag',
  allfrompool: 'pool',
  fromallpools: 'flag',
  yes: 'flag',
};

/** `update volume`: what the line names at once, else by menus. All is checked before anything is changed. */
export async function updateVolume(context: CommandContext): Promise<void> {
  const { line } = context;
  if (line.has('fromallpools')) return volumesFromAllPools(context);
  if (line.has('allfrompool')) return volumesFromPool(context);
  if (line.has('frompool')) return volumeFromPool(context);
  const named = PARAMETERS.flatMap((parameter) => {
    const value = line.value(parameter.keyword);
    return value === undefined ? [] : [{ parameter, value }];
  });
  if (named.length === 0) return updateByMenu(context);
  const volume = await volumeOnLineOrChosen(context);
  const changes = [];
  for (const { parameter, value } of named) changes.push(await parameter.change(context, value, volume));
  for (const change of changes) await carryOut(context, volume, change);
}

async function updateByMenu(context: CommandContext): Promise<void> {
  const name = context.line.value('volume');
  let volume = name === undefined ? undefined : await volumeNamed(context, name);
  for (;;) {
    const index = await chooseFromMenu(context, {
      heading: 'Parameters to modify:',
      prompt: 'Select parameter to modify',
      items: MENU.map(([item]) => item),
    });
    const [, does] = MENU[index]!;
    if (typeof does === 'function') {
      if ((await does(context)) === 'done') return;
      continue;
    }
    volume ??= await volumeOnLineOrChosen(context);
    await carryOut(context, volume, await does.change(context, await valueFor(context, does), volume));
  }
}

async function valueFor(context: CommandContext, { question, takes }: Parameter): Promise<string> {
  if (takes === 'pool') return (await chooseResource(context, 'Pool', poolsByName(context.conf()))).name;
  if (typeof takes === 'string') return context.ask(question);
  const index = await chooseFromMenu(context, {
    heading: 'Possible Values are:',
    prompt: question,
    items: takes,
  });
  return takes[index]!;
}

async function carryOut({ services, say }: CommandContext, volume: MediaRow, change: Change): Promise<void> {
  await services.catalog.setVolume(volume.mediaId, change.changes);
  await say(change.said);
}

/** The volume takes what its pool has in the conf now. */
async function volumeFromPool(context: CommandContext): Promise<void> {
  const volume = await volumeOnLineOrChosen(context);
  const pool = await poolRow(context, volume.poolName);
  await context.services.catalog.setVolume(volume.mediaId, settingsOf(pool));
  await context.say(`Volume defaults updated from "${pool.name}" Pool record.`);
}

async function volumesFromPool(context: CommandContext): Promise<void> {
  const name =
    context.line.value('allfrompool') ??
    (await chooseResource(context, 'Pool', poolsByName(context.conf()))).name;
  await updateAllOf(context, await poolRow(context, name));
}

async function volumesFromAllPools(context: CommandContext): Promise<void> {
  for (const { name } of poolsByName(context.conf()))
    await updateAllOf(context, await poolRow(context, name));
}

async function updateAllOf({ services, say }: CommandContext, pool: PoolRow): Promise<void> {
  const { catalog } = services;
  for (const { mediaId } of await catalog.listVolumes({ poolName: pool.name })) {
    await catalog.setVolume(mediaId, settingsOf(pool));
  }
  await say(`All Volume defaults updated from "${pool.name}" Pool record.`);
}

/** What a new volume of the pool would get. */
function settingsOf(pool: PoolRow): VolumeChanges {
  const { volRetention, volUseDuration, maxVolJobs, maxVolFiles, maxVolBytes } = pool;
  const { recycle, truncateOnPurge, recyclePoolId, scratchPoolId } = pool;
  return {
    ...{ volRetention, volUseDuration, maxVolJobs, maxVolFiles, maxVolBytes },
    ...{ recycle, truncateOnPurge, recyclePoolId, scratchPoolId },
  };
}

async function poolRow(context: CommandContext, wanted: string): Promise<PoolRow> {
  const { name } = resourceNamed(context, 'Pool', wanted);
  const [row] = await context.services.catalog.listPools({ name });
  if (!row) throw new CommandError(`the catalog has no Pool "${name}" yet`, 'It is written there by reload.');
  return row;
}

function seconds(
  keyword: string,
  question: string,
  said: string,
  changes: (seconds: number) => VolumeChanges,
): Parameter {
  const change = (_context: CommandContext, value: string): Change => {
    const period = parseDuration(value);
    if (period !== undefined) return { changes: changes(period), said: `${said} ${durationText(period)}` };
    throw new CommandError(`"${keyword}=${value}" is no period`, `Write it as ${keyword}=30days.`);
  };
  return { keyword, takes: 'text', question, change };
}

function count(
  keyword: string,
  question: string,
  said: string,
  changes: (count: number) => VolumeChanges,
): Parameter {
  const change = (_context: CommandContext, value: string): Change => {
    if (/^\d{1,9}$/.test(value)) return { changes: changes(Number(value)), said: `${said} ${Number(value)}` };
    throw new CommandError(`"${keyword}=${value}" is no number`, `Write ${keyword}= and digits.`);
  };
  return { keyword, takes: 'text', question, change };
}

function yesNo(keyword: string, said: string, changes: (flag: boolean) => VolumeChanges): Parameter {
  const change = (_context: CommandContext, value: string): Change => {
    const flag = parseYesNo(keyword, value);
    return { changes: changes(flag), said: `${said} ${flag ? 'yes' : 'no'}` };
  };
  return { keyword, takes: ['yes', 'no'], question: said.replace(' is:', ''), change };
}

function meaningless(sentence: string): (context: CommandContext) => Promise<'again'> {
  return async ({ say }) => {
    await say(sentence);
    return 'again';
  };
}

async function once(
  does: (context: CommandContext) => Promise<void>,
  context: CommandContext,
): Promise<'done'> {
  await does(context);
  return 'done';
}

function wordOf(words: readonly string[], value: string, problem: string): string {
  const word = words.find((one) => one.toLowerCase() === value.toLowerCase());
  if (word !== undefined) return word;
  throw new CommandError(`${problem} ${value}`, `Choose from ${words.join(', ')}.`);
}
