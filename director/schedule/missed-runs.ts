import { askedLevel } from '../../configuration/runs/run-choice.ts';
import type { Firing } from '../../configuration/runs/firings.ts';
import { formatDateTime } from '../../text/civil-time.ts';

/** So many of the missed runs are named. */
const NAMED_MAX = 20;

/** How much a run of this level brings back, when only one of several that were missed is run. */
const LEVEL_RANKS: Readonly<Record<string, number>> = {
  Incremental: 1,
  Differential: 2,
  VirtualFull: 3,
  Full: 3,
};

/** Runs whose time passed while the Director did not run. Holds little, however many there were. */
export class MissedRuns {
  #count = 0;
  /** The last ones, by time. */
  readonly #last: Firing[] = [];
  /** Of each Job with Catch Up = yes, the one to make up for, by the name of the Job. */
  readonly #toCatchUp = new Map<string, Firing>();

  get count(): number {
    return this.#count;
  }

  /** To be called in the order of time. */
  add(firing: Firing): void {
    this.#count += 1;
    this.#last.push(firing);
    if (this.#last.length > NAMED_MAX) this.#last.shift();
    if (!catchesUp(firing)) return;
    const before = this.#toCatchUp.get(firing.job.name);
    // The most that was missed, and of equals the last one.
    if (!before || rankOf(firing) >= rankOf(before)) this.#toCatchUp.set(firing.job.name, firing);
  }

  /** One run for each Job with Catch Up = yes, unless a run of that Job that is `due` now brings as much. */
  catchUps(due: readonly Firing[]): Firing[] {
    return [...this.#toCatchUp.values()].filter(
      (missed) =>
        !due.some(({ job, run }) => job.name === missed.job.name && rankOf({ job, run }) >= rankOf(missed)),
    );
  }

  /** For the messages: which were missed, and which of them are made up for. */
  report(catchUps: readonly Firing[]): string {
    const count = this.#count === 1 ? '1 scheduled run was' : `${this.#count} scheduled runs were`;
    const cut = this.#count > this.#last.length ? ` (the last ${this.#last.length} are listed)` : '';
    const missed = this.#last.map(
      ({ at, job, run }) =>
        `    ${formatDateTime(at)}  Job "${job.name}"  (${run.line.notation} = ${run.line.text})`,
    );
    return [
      `${count} missed while the Director did not run${cut}:`,
      ...missed,
      ...this.#consequence(catchUps),
    ].join('\n');
  }

  #consequence(catchUps: readonly Firing[]): string[] {
    if (this.#toCatchUp.size === 0) {
      return ['None is made up for; "Catch Up = yes" in the Job or the Schedule would do that.'];
    }
    if (catchUps.length === 0) return ['Runs that are due now make up for them.'];
    const more = catchUps.length - NAMED_MAX;
    return [
      'Started now, because of "Catch Up = yes":',
      ...catchUps.slice(0, NAMED_MAX).map(catchUpLine),
      ...(more > 0 ? [`    and ${more} more`] : []),
    ];
  }
}

function catchUpLine(firing: Firing): string {
  const level = levelOf(firing);
  return `    Job "${firing.job.name}"${level === undefined ? '' : `, level ${level}`}`;
}

function catchesUp({ job }: Firing): boolean {
  return job.catchUp || job.schedule?.catchUp === true;
}

function rankOf(firing: Pick<Firing, 'job' | 'run'>): number {
  return LEVEL_RANKS[levelOf(firing) ?? ''] ?? 0;
}

function levelOf({ job, run }: Pick<Firing, 'job' | 'run'>): string | undefined {
  return askedLevel(job, run.line.overrides.level);
}
