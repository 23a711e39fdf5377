import { nearest } from '../../configuration/suggestion.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import type { BootstrapSection, NumberRange } from './bootstrap.ts';

/** A bootstrap file that cannot be followed; the message names file and line. */
export class BootstrapRefused extends OperatorError {
  readonly code = 'DIR_BOOTSTRAP';
  override readonly hint: string;

  constructor(message: string, hint: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.hint = hint;
  }
}

type Draft = { -readonly [K in keyof BootstrapSection]: BootstrapSection[K] };
type Names = 'clients' | 'jobs' | 'jobTypes' | 'jobLevels';
type Numbers = 'volSessionIds' | 'volSessionTimes' | 'volAddrs' | 'fileIndexes' | 'jobIds';

/** What a keyword does to its section; gives what is wrong with the value, if anything is. */
type Take = (section: Draft, value: string, name: string) => string | undefined;

const KEYWORDS: Readonly<Record<string, Take>> = {
  Storage: (section, value) => {
    section.storage = value;
    return undefined;
  },
  Volume: (section, value) => {
    section.volumes = value.split('|').map((name) => name.trim());
    return section.volumes.includes('') ? 'a Volume has a name' : undefined;
  },
  MediaType: (section, value) => {
    section.mediaType = value;
    return undefined;
  },
  VolSessionId: numbers('volSessionIds'),
  VolSessionTime: numbers('volSessionTimes'),
  VolAddr: numbers('volAddrs'),
  FileIndex: numbers('fileIndexes'),
  Count: (section, value) => {
    const [range, ...others] = rangesOf(value) ?? [];
    if (!range || others.length > 0 || range.first !== range.last) return 'it takes one number';
    section.count = range.first;
    return undefined;
  },
  Client: names('clients'),
  Job: names('jobs'),
  JobId: numbers('jobIds'),
  JobType: names('jobTypes'),
  JobLevel: names('jobLevels'),
  // Where to look: a session is found by its name alone.
  Device: ignored,
  Slot: checkedRanges,
  VolFile: checkedRanges,
  VolBlock: checkedRanges,
  Stream: unused,
  FileRegex: unused,
  Include: unused,
  Exclude: unused,
};

const BY_SIMPLE_NAME = new Map(
  Object.entries(KEYWORDS).map(([name, take]) => [simple(name), { name, take }] as const),
);

/** Keywords that begin a new section once they stand in the one at hand; Storage, once anything does. */
const BEGINS: ReadonlySet<string> = new Set(['Storage', 'Volume']);

/**
 * Reads a bootstrap file. `fileName` is for messages. A section without a Storage of its own has that of the one before.
 * @throws BootstrapRefused at the first line that is none, and when nothing is in it.
 */
export function parseBootstrap(text: string, fileName: string): BootstrapSection[] {
  const sections: Draft[] = [];
  let given = new Set<string>();
  text.split(/\r?\n/).forEach((whole, i) => {
    const at = `${fileName}:${i + 1}`;
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) return;
    const { name, take, value } = assignmentOf(line, at);
    const isBegun = name === 'Storage' ? given.size > 0 : given.has(name);
    if (sections.length === 0 || (BEGINS.has(name) && isBegun)) {
      sections.push(emptySection(i + 1, sections.at(-1)?.storage));
      given = new Set();
    }
    given.add(name);
    const problem = take(sections.at(-1)!, value, name);
    if (problem === undefined) return;
    throw new BootstrapRefused(`${at}: ${name} = "${value}": ${problem}`, 'Correct the line.');
  });
  const bare = sections.find(({ volumes }) => volumes.length === 0);
  if (bare) {
    throw new BootstrapRefused(
      `${fileName}:${bare.line}: the section that begins here names no Volume`,
      'Add a line like Volume = "Full-0001".',
    );
  }
  if (sections.length > 0) return sections;
  throw new BootstrapRefused(
    `The bootstrap file ${fileName} is empty`,
    'Name a file that Write Bootstrap has written.',
  );
}

function assignmentOf(line: string, at: string): { name: string; take: Take; value: string } {
  const [, word, rest] = /^([^=]*)=(.*)$/s.exec(line) ?? [];
  if (word === undefined || rest === undefined) {
    throw new BootstrapRefused(
      `${at}: "${line}" is no line of a bootstrap file`,
      'Write it as keyword = value.',
    );
  }
  const known = BY_SIMPLE_NAME.get(simple(word));
  if (!known) {
    const near = nearest(word, Object.keys(KEYWORDS));
    throw new BootstrapRefused(
      `${at}: "${word.trim()}" is no keyword of a bootstrap file`,
      near === undefined ? 'Take the line out.' : `Did you mean ${near}?`,
    );
  }
  const value = valueOf(rest.trim());
  if (value !== undefined && value !== '') return { ...known, value };
  throw new BootstrapRefused(
    `${at}: ${known.name} has ${value === '' ? 'no value' : 'a quote that is not closed, or text behind it'}`,
    'Write one value behind the =, in double quotes or without.',
  );
}

/** In double quotes, where a backslash takes the next character as it is, or up to a comment. Undefined: neither. */
function valueOf(text: string): string | undefined {
  if (!text.startsWith('"')) return text.replace(/\s*#.*$/s, '');
  const quoted = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/s.exec(text)?.[1];
  return quoted?.replace(/\\(.)/gs, '$1');
}

function emptySection(line: number, storage: string | undefined): Draft {
  const none = { volSessionIds: [], volSessionTimes: [], volAddrs: [], fileIndexes: [], jobIds: [] };
  const nobody = { clients: [], jobs: [], jobTypes: [], jobLevels: [] };
  return {
    line,
    storage,
    volumes: [],
    mediaType: undefined,
    count: undefined,
    ...none,
    ...nobody,
    unused: [],
  };
}

/** More lines of one keyword are one list. */
function numbers(property: Numbers): Take {
  return (section, value) => {
    const ranges = rangesOf(value);
    if (!ranges) return 'it takes numbers and ranges, as in 1-10,12';
    section[property] = [...section[property], ...ranges];
    return undefined;
  };
}

function names(property: Names): Take {
  return (section, value) => {
    section[property] = [...section[property], ...value.split(',').map((name) => name.trim())];
    return undefined;
  };
}

function ignored(): undefined {
  return undefined;
}

function checkedRanges(_: Draft, value: string): string | undefined {
  return rangesOf(value) ? undefined : 'it takes numbers and ranges, as in 1-10,12';
}

function unused(section: Draft, _: string, name: string): undefined {
  section.unused = [...section.unused, name];
}

/** Undefined: something in the list is no number, or a range runs backwards. */
function rangesOf(text: string): NumberRange[] | undefined {
  const ranges = text.split(',').map((part) => {
    const [, from, to] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? [];
    const range = { first: Number(from), last: Number(to ?? from) };
    return Number.isSafeInteger(range.last) && range.first <= range.last ? range : undefined;
  });
  return ranges.includes(undefined) ? undefined : (ranges as NumberRange[]);
}

function simple(name: string): string {
  return name.toLowerCase().replace(/[\s_]+/g, '');
}
