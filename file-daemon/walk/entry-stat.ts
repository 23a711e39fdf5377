import { fstatSync, lstatSync, type BigIntStats } from 'node:fs';
import { statx, type EntryStat } from '../../native/statx.ts';
import { fsPath, type BytePath } from '../byte-path.ts';

const BIGINT = { bigint: true } as const;

/** Of the entry itself, not of what a link points to. @throws Error as `node:fs` does */
export function statOfEntry(path: BytePath): EntryStat {
  // What statx cannot do, or fails at, lstat does, or says why not.
  return statx()?.entry(path) ?? fromNode(lstatSync(fsPath(path), BIGINT));
}

/** Undefined where nothing is. */
export function statIfThere(path: BytePath): EntryStat | undefined {
  const stat = statx()?.entry(path);
  if (stat !== undefined) return stat;
  const found = lstatSync(fsPath(path), { ...BIGINT, throwIfNoEntry: false });
  return found && fromNode(found);
}

/** @throws Error as `node:fs` does */
export function statOfOpen(fd: number): EntryStat {
  return statx()?.open(fd) ?? fromNode(fstatSync(fd, BIGINT));
}

function fromNode(stat: BigIntStats): EntryStat {
  const [atime, mtime, ctime] = [stat.atimeNs, stat.mtimeNs, stat.ctimeNs].map(splitTime) as [
    Time,
    Time,
    Time,
  ];
  return {
    dev: stat.dev,
    ino: stat.ino,
    mode: Number(stat.mode),
    nlink: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    rdev: stat.rdev,
    size: Number(stat.size),
    blocks: Number(stat.blocks),
    atimeSeconds: atime.seconds,
    atimeNanoseconds: atime.nanoseconds,
    mtimeSeconds: mtime.seconds,
    mtimeNanoseconds: mtime.nanoseconds,
    ctimeSeconds: ctime.seconds,
    ctimeNanoseconds: ctime.nanoseconds,
    flags: [],
  };
}

export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A time as records and tar headers have it: whole seconds, rounded down, and the nanoseconds to add. */
export function splitTime(ns: bigint): Time {
  const seconds = Number(ns / 1_000_000_000n);
  const nanoseconds = Number(ns % 1_000_000_000n);
  return nanoseconds < 0
    ? { seconds: seconds - 1, nanoseconds: nanoseconds + 1_000_000_000 }
    : { seconds, nanoseconds };
}

/**
 * Whether an Incremental or Differential leaves the entry out: nothing about it is as new as `since`. A change of
 * owner, mode or name shows in the ctime only, which `mtimeOnly` disregards.
 */
export function isUnchangedSince(stat: EntryStat, since: Time, mtimeOnly: boolean): boolean {
  return (
    isBefore(stat.mtimeSeconds, stat.mtimeNanoseconds, since) &&
    (mtimeOnly || isBefore(stat.ctimeSeconds, stat.ctimeNanoseconds, since))
  );
}

function isBefore(seconds: number, nanoseconds: number, time: Time): boolean {
  return seconds < time.seconds || (seconds === time.seconds && nanoseconds < time.nanoseconds);
}
