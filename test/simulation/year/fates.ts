import { createHash } from 'node:crypto';
import type { Level } from './big-site.ts';

/** What happens to a run. Failures are spread by chance, the same in each simulation. */
export type Fate =
  | 'goes well'
  | 'cannot read a file'
  /** Nothing has been sent. */
  | 'client is away'
  | 'client breaks off'
  | 'disk of the storage fails'
  | 'client hangs';

const DAY_MS = 86_400_000;
/** Minutes at least, and at most. */
const MINUTES: Readonly<Record<Level, readonly [number, number]>> = { F: [10, 50], D: [5, 30], I: [2, 15] };
const HOT_MINUTES = [5, 125] as const;
const HANGS_SECONDS = 30 * 3600;

export interface Course {
  readonly fate: Fate;
  readonly seconds: number;
}

/** `attempt`: 1 for the first. */
export function courseOf(run: {
  readonly jobName: string;
  readonly client: string;
  readonly level: Level;
  readonly startMs: number;
}): Course {
  const { jobName, client, level, startMs } = run;
  const hash = createHash('sha1').update(`${jobName} ${startMs}`).digest();
  const chance = hash.readUInt32LE(0) / 2 ** 32;
  const fate = isAway(client, startMs) ? 'client is away' : fateFor(chance);
  const [least, most] = jobName.startsWith('hot') ? HOT_MINUTES : MINUTES[level];
  const minutes = least + ((most - least) * hash.readUInt32LE(4)) / 2 ** 32;
  // A fraction, so that no job ends just when a schedule strikes.
  const seconds = Math.floor(minutes * 60) + 0.3;
  return { fate, seconds: fate === 'client hangs' ? HANGS_SECONDS : seconds };
}

function fateFor(chance: number): Fate {
  if (chance < 0.02) return 'client is away';
  if (chance < 0.035) return 'client breaks off';
  if (chance < 0.045) return 'disk of the storage fails';
  if (chance < 0.065) return 'cannot read a file';
  return chance < 0.068 ? 'client hangs' : 'goes well';
}

/** Some clients are away for twelve days in each forty. */
function isAway(client: string, atMs: number): boolean {
  const number = Number(/\d+/.exec(client)?.[0]);
  return number % 17 === 5 && (Math.floor(atMs / DAY_MS) + number) % 40 < 12;
}
