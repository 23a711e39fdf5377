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
   * Of an mtime: four bytes of seconds; no nanoseconds, as archives leave it. Of a ctime or atime: seconds less those
   * of the entry before, signed; four bytes of nanoseconds.
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
/** A difference up to this takes at most three bytes. */
const NEAR_SECONDS_MAX = 2 ** 20 - 1;

export function mtimeForm(mtime: Time, before: Time): TimeForm {
  if (isSame(mtime, before)) return TimeForm.SAME;
  if (mtime.nanoseconds === 0 && mtime.seconds >= 0 && mtime.seconds < 2 ** 32) return TimeForm.SHORT;
  return fitsFull(mtime) ? TimeForm.FULL : TimeForm.ANY;
}

/** Of a ctime or atime; `before`: of the entry before. */
export function changeTimeForm(time: Time, mtime: Time, before: Time): TimeForm {
  if (isSame(time, mtime)) return TimeForm.SAME;
  if (!fitsFull(time)) return TimeForm.ANY;
  return Math.abs(time.seconds - before.seconds) <= NEAR_SECONDS_MAX ? TimeForm.SHORT : TimeForm.FULL;
}

export function packMtime(writer: PackWriter, form: TimeForm, mtime: Time): void {
  if (form === TimeForm.SHORT) writer.uint32(mtime.seconds);
  else packLong(writer, form, mtime);
}

export function packChangeTime(writer: PackWriter, form: TimeForm, time: Time, before: Time): void {
  if (form === TimeForm.SHORT) {
    writer.signed(time.seconds - before.seconds);
    writer.uint32(time.nanoseconds);
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

function fitsFull({ seconds, nanoseconds }: Time): boolean {
  return seconds >= 0 && seconds < FULL_SECONDS_END && nanoseconds < FULL_NANOSECONDS_END;
}
