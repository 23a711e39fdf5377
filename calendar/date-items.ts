import { DAY_FIELDS, type DayField, type Period, readDateWord } from './date-words.ts';
import type { RunTimes } from './run-times.ts';
import { isEquals, type RunWord, wrongWord } from './run-words.ts';

/** The days and times of a Run line, and what a reader of it may have understood otherwise. */
export interface DateItems {
  readonly times: RunTimes;
  readonly warnings: readonly string[];
}

/**
 * A set of a Run line. It is full until an item names it: the first item that does empties it, later ones
 * add. A period word ("weekly") marks a set as named while it is full, and then nothing narrows it any more.
 */
class ItemSet {
  readonly #all: ReadonlySet<number>;
  #values: ReadonlySet<number>;
  #isNamed = false;

  constructor(all: ReadonlySet<number>) {
    this.#all = all;
    this.#values = all;
  }

  get values(): ReadonlySet<number> {
    return this.#values;
  }

  get isFull(): boolean {
    return this.#values.size === this.#all.size;
  }

  /** @returns false when the set was named and full already, so that `values` change nothing. */
  add(values: readonly number[]): boolean {
    if (this.#isNamed && this.isFull) return false;
    this.#values = new Set(this.#isNamed ? [...this.#values, ...values] : values);
    this.#isNamed = true;
    return true;
  }

  fill(): void {
    this.#values = this.#all;
  }

  /** From now on items add to the values there are. */
  name(): void {
    this.#isNamed = true;
  }

  fillAndName(): void {
    this.fill();
    this.name();
  }
}

/**
 * Reads the days and times of a Run line. Each item changes its own set and nothing else; the sets are ANDed.
 *
 * @throws RunLineError
 */
export function parseDateItems(words: readonly RunWord[]): DateItems {
  const reader = new DateItemReader();
  for (const [index, word] of words.entries()) {
    if (isEquals(words[index + 1])) {
      throw wrongWord(
        word,
        `"${word.text}=" stands behind a day or a time`,
        'Write the overrides first, then the days, then the time: Level=Full Pool=Monthly 1st sun at 23:05',
      );
    }
    if (index === 0 && !word.quoted && /^\d+$/.test(word.text)) {
      throw wrongWord(word, `The days begin with the bare number ${word.text}`, `Write "on ${word.text}".`);
    }
    reader.read(word);
  }
  return { times: reader.times(), warnings: reader.warnings() };
}

/** What one value of a set of days is called in a warning. */
const DAY_FIELD_NAMES: Record<DayField, string> = {
  daysOfMonth: 'day of the month',
  months: 'month',
  weekdays: 'day of the week',
  weeksOfMonth: 'week of the month',
  weeksOfYear: 'week of the year',
};

/** Every value, in sets that all lines share. */
const ALL_HOURS = everyValue(0, 23);
const ALL_DAYS: Readonly<Record<DayField, ReadonlySet<number>>> = {
  daysOfMonth: everyValue(...DAY_FIELDS.daysOfMonth),
  months: everyValue(...DAY_FIELDS.months),
  weekdays: everyValue(...DAY_FIELDS.weekdays),
  weeksOfMonth: everyValue(...DAY_FIELDS.weeksOfMonth),
  weeksOfYear: everyValue(...DAY_FIELDS.weeksOfYear),
};

class DateItemReader {
  readonly #hours = new ItemSet(ALL_HOURS);
  readonly #days: Record<DayField, ItemSet> = {
    daysOfMonth: new ItemSet(ALL_DAYS.daysOfMonth),
    months: new ItemSet(ALL_DAYS.months),
    weekdays: new ItemSet(ALL_DAYS.weekdays),
    weeksOfMonth: new ItemSet(ALL_DAYS.weeksOfMonth),
    weeksOfYear: new ItemSet(ALL_DAYS.weeksOfYear),
  };
  readonly #periods = new Set<Period>();
  readonly #minutes = new Set<number>();
  readonly #warnings: string[] = [];
  #minute = 0;
  #atSeen = false;
  #lastDay = false;

  read(word: RunWord): void {
    const item = readDateWord(word);
    switch (item.kind) {
      case 'on':
        break;
      case 'at':
        this.#atSeen = true;
        break;
      case 'time':
        if (!this.#atSeen) {
          throw wrongWord(word, `The time ${word.text} stands without "at"`, `Write "at ${word.text}".`);
        }
        this.#addTime(word, item.hour, item.minute);
        break;
      case 'period':
        this.#addPeriod(item.period);
        break;
      case 'lastday':
        this.#days.daysOfMonth.add([]);
        this.#lastDay = true;
        break;
      case 'days':
        this.#addDays(word, item.field, item.values);
        if (item.hasEqualEnds) {
          this.#warnings.push(`"${word.text}" stands for every ${DAY_FIELD_NAMES[item.field]}, not for one`);
        }
        break;
    }
  }

  times(): RunTimes {
    return {
      hours: this.#hours.values,
      minute: this.#minute,
      daysOfMonth: this.#days.daysOfMonth.values,
      months: this.#days.months.values,
      weekdays: this.#days.weekdays.values,
      weeksOfMonth: this.#days.weeksOfMonth.values,
      weeksOfYear: this.#days.weeksOfYear.values,
      lastDay: this.#lastDay,
    };
  }

  warnings(): string[] {
    const { daysOfMonth, weekdays, weeksOfMonth, weeksOfYear } = this.#days;
    const warnings = [...this.#warnings];
    if (this.#minutes.size === 0 && !this.#periods.has('hourly')) {
      warnings.push('No time is given, so it fires every hour on the hour; for midnight write "at 0:00"');
    }
    if (this.#minutes.size > 1) {
      warnings.push(
        `A Run line has one minute, the last one given: :${two(this.#minute)} holds for all its hours`,
      );
    }
    const everyDay = daysOfMonth.isFull && weekdays.isFull && weeksOfMonth.isFull && weeksOfYear.isFull;
    for (const period of ['weekly', 'monthly'] as const) {
      if (everyDay && this.#periods.has(period)) {
        warnings.push(
          `"${period}" without a day fires every day; name one, e.g. "${period} ${EXAMPLE_DAY[period]}"`,
        );
      }
    }
    if (this.#lastDay && !(weekdays.isFull && weeksOfMonth.isFull && weeksOfYear.isFull)) {
      warnings.push('"lastday" fires on the last day of the month whatever the day of the week or the week');
    }
    if (isWithin(weeksOfMonth.values, [5])) {
      warnings.push(
        'Only the days 29 to 31 are in the fifth week of a month, so not every month has such a day',
      );
    }
    if (isWithin(weeksOfYear.values, [0, 53])) {
      warnings.push('Not every year has days in w00 or w53');
    }
    return warnings;
  }

  #addTime(word: RunWord, hour: number, minute: number): void {
    const isEveryHour = !this.#hours.add([hour]);
    if (isEveryHour && hour !== 0) {
      this.#warnings.push(`"${word.text}" sets only the minute: "hourly" before it stands for every hour`);
    }
    this.#minute = minute;
    this.#minutes.add(minute);
  }

  /** Period words make sets full and mark sets as named; they choose no day. */
  #addPeriod(period: Period): void {
    const { daysOfMonth, months, weekdays, weeksOfMonth, weeksOfYear } = this.#days;
    this.#periods.add(period);
    switch (period) {
      case 'hourly':
        this.#hours.fillAndName();
        break;
      case 'daily':
        weekdays.fill();
        daysOfMonth.name();
        break;
      case 'weekly':
        for (const set of [daysOfMonth, weeksOfMonth, weeksOfYear]) set.fillAndName();
        break;
      case 'monthly':
        months.fillAndName();
        break;
    }
  }

  #addDays(word: RunWord, field: DayField, values: readonly number[]): void {
    if (!this.#days[field].add(values)) {
      this.#warnings.push(
        `"${word.text}" changes nothing: what stands before it means every ${DAY_FIELD_NAMES[field]}`,
      );
    }
    if (field === 'weeksOfMonth' && values.length === 1 && values[0] === 6) {
      this.#warnings.push(`No day is in a sixth week of its month, so "${word.text}" never matches`);
    }
  }
}

const EXAMPLE_DAY = { weekly: 'sun', monthly: 'on 1' };

function isWithin(values: ReadonlySet<number>, these: readonly number[]): boolean {
  return values.size > 0 && [...values].every((value) => these.includes(value));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function everyValue(low: number, high: number): ReadonlySet<number> {
  return new Set(Array.from({ length: high - low + 1 }, (_, step) => low + step));
}
