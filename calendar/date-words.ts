import { type RunWord, wrongWord } from './run-words.ts';

/** The sets of days that a word of a Run line can name, with their lowest and highest value. */
export const DAY_FIELDS = {
  daysOfMonth: [1, 31],
  months: [1, 12],
  weekdays: [0, 6],
  weeksOfMonth: [1, 6],
  weeksOfYear: [0, 53],
} as const satisfies Record<string, readonly [low: number, high: number]>;

export type DayField = keyof typeof DAY_FIELDS;

export type Period = 'hourly' | 'daily' | 'weekly' | 'monthly';

/** What one word among the days and times of a Run line means. */
export type DateItem =
  | { readonly kind: 'on' }
  | { readonly kind: 'at' }
  | { readonly kind: 'time'; readonly hour: number; readonly minute: number }
  | { readonly kind: 'period'; readonly period: Period }
  | { readonly kind: 'lastday' }
  | {
      readonly kind: 'days';
      readonly field: DayField;
      readonly values: readonly number[];
      /** A range like 5-5: it means the whole field, surely not what its writer meant. */
      readonly hasEqualEnds: boolean;
    };

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
// prettier-ignore
const MONTHS = [
  'january', 'february', 'march', 'april', 'may', 'june',
  'july', 'august', 'september', 'october', 'november', 'december',
];
const ORDINALS = ['1st first', '2nd second', '3rd third', '4th fourth', '5th fifth', '6th sixth'];

const NAMES = new Map<string, Point>();
for (const [index, name] of WEEKDAYS.entries()) {
  for (const word of [name, name.slice(0, 3)]) NAMES.set(word, { field: 'weekdays', value: index });
}
for (const [index, name] of MONTHS.entries()) {
  for (const word of [name, name.slice(0, 3)]) NAMES.set(word, { field: 'months', value: index + 1 });
}
for (const [index, words] of ORDINALS.entries()) {
  for (const word of words.split(' ')) NAMES.set(word, { field: 'weeksOfMonth', value: index + 1 });
}

/** One value of one field, such as "fri". */
interface Point {
  readonly field: DayField;
  readonly value: number;
}

/**
 * What a word means, by itself: a time is read here whether or not `at` came before it.
 *
 * @throws RunLineError when it is no word of the Run grammar.
 */
export function readDateWord(word: RunWord): DateItem {
  if (word.quoted) {
    throw wrongWord(
      word,
      'A day or a time stands in quotes',
      'Leave the quotes out; they are for names: Pool="A name"',
    );
  }
  const text = word.text.toLowerCase();
  switch (text) {
    case 'on':
    case 'at':
    case 'lastday':
      return { kind: text };
    case 'hourly':
    case 'daily':
    case 'weekly':
    case 'monthly':
      return { kind: 'period', period: text };
  }
  if (text.includes(':')) return readTime(word, text);
  if (text.includes('-')) return readRange(word, text);
  const { field, value } = readPoint(word, text);
  return { kind: 'days', field, values: [value], hasEqualEnds: false };
}

function readTime(word: RunWord, text: string): DateItem {
  const [, hourDigits, minuteDigits, half] = /^(\d{1,2}):(\d{2})(am|pm)?$/.exec(text) ?? [];
  const wrong = (message: string): Error =>
    wrongWord(word, message, 'Write hours and two digits of minutes: at 2:05, at 23:05 or at 11:05pm');
  if (hourDigits === undefined || minuteDigits === undefined) throw wrong(`"${word.text}" is no time of day`);
  const hour = Number(hourDigits);
  const minute = Number(minuteDigits);
  if (minute > 59) throw wrong(`"${word.text}" has more than 59 minutes`);
  if (hour > (half === undefined ? 23 : 12)) throw wrong(`"${word.text}" has an hour that no clock shows`);
  if (half === undefined) return { kind: 'time', hour, minute };
  return { kind: 'time', hour: (hour % 12) + (half === 'pm' ? 12 : 0), minute };
}

function readRange(word: RunWord, text: string): DateItem {
  const [from, to, ...more] = text.split('-');
  if (!from || !to || more.length > 0) {
    throw wrongWord(
      word,
      `"${word.text}" is no range`,
      'Write a range as first-last without blanks, e.g. mon-fri, and a list with commas, e.g. mon,wed,fri',
    );
  }
  const first = readPoint(word, from);
  const last = readPoint(word, to);
  if (first.field !== last.field) {
    throw wrongWord(
      word,
      `"${word.text}" mixes two kinds of days`,
      'Both ends must be of one kind: mon-fri, jan-mar, 1-7',
    );
  }
  const { field } = first;
  const isNumbered = field === 'daysOfMonth' || field === 'weeksOfYear';
  if (first.value === last.value && !isNumbered) {
    throw wrongWord(word, `The range "${word.text}" has equal ends`, `Write "${from}" for that one alone.`);
  }
  return {
    kind: 'days',
    field,
    values: valuesBetween(field, first.value, last.value),
    hasEqualEnds: first.value === last.value,
  };
}

/** From `first` up to `last`, around the end of the field if need be; all of it when they are equal. */
function valuesBetween(field: DayField, first: number, last: number): number[] {
  const [low, high] = DAY_FIELDS[field];
  const size = high - low + 1;
  const count = first === last ? size : ((last - first + size) % size) + 1;
  return Array.from({ length: count }, (_, step) => low + ((first - low + step) % size));
}

function readPoint(word: RunWord, text: string): Point {
  const named = NAMES.get(text);
  if (named) return named;
  if (/^\d+$/.test(text)) return inBounds(word, text, 'daysOfMonth', 'The days of a month are 1 to 31.');
  if (/^w\d\d$/.test(text)) return inBounds(word, text, 'weeksOfYear', 'The weeks of a year are w00 to w53.');
  throw wrongWord(word, `"${text}" is no day, week, month or time`, cureFor(text));
}

/** The point that the digits of `text` name. */
function inBounds(word: RunWord, text: string, field: DayField, hint: string): Point {
  const [low, high] = DAY_FIELDS[field];
  const value = Number(text.replace('w', ''));
  if (value < low || value > high) throw wrongWord(word, `${text} is out of range`, hint);
  return { field, value };
}

/** The cure for the mistakes seen most, else what may stand here. */
function cureFor(text: string): string {
  if (text === 'am' || text === 'pm') return `Write "${text}" right behind the minutes: 11:05${text}`;
  if (/^\d{1,2}[ap]m$/.test(text))
    return `Write the minutes too: at ${text.slice(0, -2)}:00${text.slice(-2)}`;
  if (/^w\d+$/.test(text)) return 'Write a week of the year with two digits: w05';
  if (text === 'last') {
    return '"lastday" is the last day of the month; a Run line cannot name the last Sunday of a month.';
  }
  if (text === 'every' || text === 'day') return 'For every day write "daily", or only the time: at 23:05';
  if (text.includes('}')) return 'Put the closing brace on a line of its own.';
  const meant = [...NAMES.keys()].find((name) => name.length === 3 && text.startsWith(name));
  if (meant !== undefined) return `Write "${meant}" or its full English name.`;
  return 'Days are e.g. mon-fri, 1st sun, on 1,15, jan, w05, lastday, daily; times are e.g. at 23:05, hourly.';
}
