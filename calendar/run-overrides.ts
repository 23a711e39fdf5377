import { parseDuration } from '../text/duration.ts';
import { isEquals, type RunWord, wrongWord } from './run-words.ts';

/** What a Run line changes in the job it starts; what is absent comes from the Job resource. */
export interface RunOverrides {
  /** A level name in its full spelling, e.g. "Incremental". */
  readonly level?: string;
  readonly pool?: string;
  readonly fullPool?: string;
  readonly incrementalPool?: string;
  readonly differentialPool?: string;
  readonly nextPool?: string;
  readonly storage?: string;
  readonly messages?: string;
  /** At least 1. */
  readonly priority?: number;
  readonly spoolData?: boolean;
  readonly accurate?: boolean;
  readonly maxRunSchedTimeSeconds?: number;
}

export interface ParsedOverrides {
  readonly overrides: RunOverrides;
  /** Where the value of each override stands in the line, 1-based. */
  readonly columns: Readonly<Partial<Record<keyof RunOverrides, number>>>;
  /** The words behind the overrides. */
  readonly rest: readonly RunWord[];
  readonly warnings: readonly string[];
}

const LEVELS = [
  'Full',
  'Incremental',
  'Differential',
  'VirtualFull',
  'Since',
  'Base',
  'Catalog',
  'InitCatalog',
  'VolumeToCatalog',
  'DiskToCatalog',
  'Data',
];
const LEVEL_BY_WORD = new Map(LEVELS.map((level) => [level.toLowerCase(), level]));

type Reader<T> = (keyword: string, value: RunWord) => T;

const READERS: { [Field in keyof RunOverrides]-?: Reader<RunOverrides[Field]> } = {
  level: readLevel,
  pool: readName,
  fullPool: readName,
  incrementalPool: readName,
  differentialPool: readName,
  nextPool: readName,
  storage: readName,
  messages: readName,
  priority: readPriority,
  spoolData: readYesNo,
  accurate: readYesNo,
  maxRunSchedTimeSeconds: readDuration,
};

/** Keyword in lower case -> its spelling, and the field it sets (none: accepted without effect). */
const KEYWORDS = new Map<string, { spelling: string; field?: keyof RunOverrides }>([
  ['level', { spelling: 'Level', field: 'level' }],
  ['pool', { spelling: 'Pool', field: 'pool' }],
  ['fullpool', { spelling: 'FullPool', field: 'fullPool' }],
  ['incrementalpool', { spelling: 'IncrementalPool', field: 'incrementalPool' }],
  ['differentialpool', { spelling: 'DifferentialPool', field: 'differentialPool' }],
  ['nextpool', { spelling: 'NextPool', field: 'nextPool' }],
  ['storage', { spelling: 'Storage', field: 'storage' }],
  ['messages', { spelling: 'Messages', field: 'messages' }],
  ['priority', { spelling: 'Priority', field: 'priority' }],
  ['spooldata', { spelling: 'SpoolData', field: 'spoolData' }],
  ['accurate', { spelling: 'Accurate', field: 'accurate' }],
  ['maxrunschedtime', { spelling: 'MaxRunSchedTime', field: 'maxRunSchedTimeSeconds' }],
  ['writepartafterjob', { spelling: 'WritePartAfterJob' }],
]);
const SPELLINGS = [...KEYWORDS.values()].map(({ spelling }) => spelling).join(', ');

/**
 * Reads the overrides a Run line begins with: "keyword = value", or a level name alone. They end at the first
 * word that is neither.
 *
 * @throws RunLineError
 */
export function parseOverrides(words: readonly RunWord[]): ParsedOverrides {
  let overrides: RunOverrides = {};
  const columns: Partial<Record<keyof RunOverrides, number>> = {};
  const warnings: string[] = [];

  const set = (keyword: string, field: keyof RunOverrides, value: RunWord): void => {
    if (overrides[field] !== undefined) warnings.push(`${keyword} is given twice; the last one counts`);
    overrides = { ...overrides, [field]: READERS[field](keyword, value) };
    columns[field] = value.column;
  };

  let next = 0;
  for (let word = words[0]; word && !word.quoted; word = words[next]) {
    const keyword = KEYWORDS.get(word.text.toLowerCase());
    const isAssignment = isEquals(words[next + 1]);
    if (keyword) {
      const value = words[next + 2];
      if (!isAssignment || !value || isEquals(value)) {
        throw wrongWord(
          word,
          `${keyword.spelling} has no value`,
          `Write ${keyword.spelling}=VALUE; put a name that contains blanks in quotes.`,
        );
      }
      if (keyword.field) set(keyword.spelling, keyword.field, value);
      else warnings.push(`${keyword.spelling} is obsolete and has no effect`);
      next += 3;
    } else if (isAssignment) {
      throw wrongWord(word, `A Run line knows no keyword "${word.text}"`, `The keywords are ${SPELLINGS}.`);
    } else if (LEVEL_BY_WORD.has(word.text.toLowerCase())) {
      set('Level', 'level', word);
      next += 1;
    } else {
      break;
    }
  }
  return { overrides, columns, rest: words.slice(next), warnings };
}

function readLevel(_keyword: string, value: RunWord): string {
  const level = LEVEL_BY_WORD.get(value.text.toLowerCase());
  if (level === undefined) {
    throw wrongWord(value, `There is no level "${value.text}"`, `The levels are ${LEVELS.join(', ')}.`);
  }
  return level;
}

function readName(keyword: string, value: RunWord): string {
  if (value.text === '')
    throw wrongWord(value, `${keyword} names nothing`, `Name a resource: ${keyword}=NAME`);
  return value.text;
}

function readPriority(_keyword: string, value: RunWord): number {
  const priority = /^\d{1,9}$/.test(value.text) ? Number(value.text) : 0;
  if (priority < 1) {
    throw wrongWord(
      value,
      `Priority is "${value.text}", not a number above 0`,
      'Write for example Priority=10',
    );
  }
  return priority;
}

function readYesNo(keyword: string, value: RunWord): boolean {
  switch (value.text.toLowerCase()) {
    case 'yes':
    case 'true':
      return true;
    case 'no':
    case 'false':
      return false;
    default:
      throw wrongWord(
        value,
        `${keyword} is "${value.text}", neither yes nor no`,
        `Write ${keyword}=yes or ${keyword}=no.`,
      );
  }
}

function readDuration(keyword: string, value: RunWord): number {
  const seconds = parseDuration(value.text);
  if (seconds === undefined) {
    throw wrongWord(
      value,
      `${keyword} is "${value.text}", which is no duration`,
      `Write for example ${keyword}=8h or ${keyword}="1 day 12 hours".`,
    );
  }
  return seconds;
}
