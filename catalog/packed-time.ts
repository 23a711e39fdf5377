import type { PackReader, PackWriter } from './packing.ts';

/** Times of packed entries. Each has one of four forms, chosen for the fewest bytes. */

export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export const EPOCH: Time = { seconds: 0, nanoseconds: 0 };

const TimeForm = {
  /** The reference: of an mtime, that of the entry before; of a ctime or atime, the entry's own mtime. No bytes. */
  SAME: 0,
  /**
   * Of an mtime: four bytes of seconds; no nanoseconds, as archives leave it. Of a ctime or atime: nanoseconds since that
   * of the entry before, signed: files are often made, and read, one soon after the other.
   */
  SHORT: 1,
  /** Eight bytes: seconds * 2^30 + nanoseconds, for the years 1970 to 2514. */
  FULL: 2,
  /** Eight bytes of seconds, signed; then a number: nanoseconds. */
  ANY: 3,
} as const;
export type TimeForm = (typeof TimeForm)[keyof typeof TimeForm];

const FULL_SECONDS_END = 2 ** 34;
const FULL_NANOSECONDS_END = 2 ** 30;
/** Twelve days: a difference up to this takes at most eight bytes, and most are far less. */
const NEAR_SECONDS_MAX = 2 ** 20 - 1;

const NANOSECONDS = 1_000_000_000;

export function mtimeForm(mtime: Time, before: Time): TimeForm {
  if (isSame(mtime, before)) return TimeForm.SAME;
  if (mtime.nanoseconds === 0 && mtime.seconds >= 0 && mtime.seconds < 2 ** 32) return TimeForm.SHORT;
  return fitsFull(mtime) ? TimeForm.FULL : TimeForm.ANY;
}

/** Of a ctime or atime; `before`: of the entry before. */
export function changeTimeForm(time: Time, mtime: Time, before: Time): TimeForm {
  if (isSame(time, mtime)) return TimeForm.SAME;
  if (!fitsFull(time)) return TimeForm.ANY;
  const isNear = Math.abs(time.seconds - before.seconds) <= NEAR_SECONDS_MAX;
  return isNear && isCivil(time) && isCivil(before) ? TimeForm.SHORT : TimeForm.FULL;
}

export function packMtime(writer: PackWriter, form: TimeForm, mtime: Time): void {
  if (form === TimeForm.SHORT) writer.uint32(mtime.seconds);
  else packLong(writer, form, mtime);
}

export function packChangeTime(writer: PackWriter, form: TimeForm, time: Time, before: Time): void {
  if (form === TimeForm.SHORT) {
    writer.signed((time.seconds - before.seconds) * NANOSECONDS + time.nanoseconds - before.nanoseconds);
  } else {
    packLong(writer, form, time);
  }
}

export function unpackMtime(reader: PackReader, form: TimeForm, before: Time): Time {
  if (form === TimeForm.SAME) return before;
  return form === TimeForm.SHORT ? { seconds: reader.uint32(), nanoseconds: 0 } : unpackLong(reader, form);
}

export function unpackChangeTime(reader: PackReader, form: TimeForm, mtime: Time, before: Time): Time {
  if (form === TimeForm.SAME) return mtime;
  if (form !== TimeForm.SHORT) return unpackLong(reader, form);
  const nanoseconds = before.nanoseconds + reader.signed();
  const seconds = Math.floor(nanoseconds / NANOSECONDS);
  return { seconds: before.seconds + seconds, nanoseconds: nanoseconds - seconds * NANOSECONDS };
}

/** As `unpackChangeTime`, of entries that were packed before schema version 7: seconds and nanoseconds stand apart. */
export function unpackFirstChangeTime(reader: PackReader, form: TimeForm, mtime: Time, before: Time): Time {
  if (form !== TimeForm.SHORT) return unpackChangeTime(reader, form, mtime, before);
  return { seconds: before.seconds + reader.signed(), nanoseconds: reader.uint32() };
}

function packLong(writer: PackWriter, form: TimeForm, { seconds, nanoseconds }: Time): void {
  if (form === TimeForm.FULL) {
    writer.uint32((seconds % 4) * 2 ** 30 + nanoseconds);
    writer.uint32(Math.floor(seconds / 4));
  } else if (form === TimeForm.ANY) {
    writer.int64(seconds);
    writer.unsigned(nanoseconds);
  }
}

function unpackLong(reader: PackReader, form: TimeForm): Time {
  if (form === TimeForm.ANY) return { seconds: reader.int64(), nanoseconds: reader.unsigned() };
  const low = reader.uint32();
  return { seconds: reader.uint32() * 4 + (low >>> 30), nanoseconds: low % FULL_NANOSECONDS_END };
}

function isSame(a: Time, b: Time): boolean {
  return a.seconds === b.seconds && a.nanoseconds === b.nanoseconds;
}

function isCivil({ nanoseconds }: Time): boolean {
  return nanoseconds < NANOSECONDS;
}

function fitsFull({ seconds, nanoseconds }: Time): boolean {
  return seconds >= 0 && seconds < FULL_SECONDS_END && nanoseconds < FULL_NANOSECONDS_END;
}
