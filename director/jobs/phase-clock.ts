/** Where a job stands: the catalog's letter, and the words of `status dir`. */
export interface Phase {
  readonly status: string;
  readonly text: string;
}

/** Letters of the phases in which a job waits for a resource: volumes, limits of the conf, other daemons. */
const WAITING = 'pdscjmMFS';

/** The phase in which a job is, and how long it has waited for resources in all its phases: what Max Wait Time counts. */
export class PhaseClock {
  readonly #now: () => Date;
  #phase: Phase;
  #sinceMs: number;
  #waitedMs = 0;

  constructor(first: Phase, now: () => Date) {
    this.#now = now;
    this.#phase = first;
    this.#sinceMs = now().getTime();
  }

  get phase(): Phase {
    return this.#phase;
  }

  get isWaiting(): boolean {
    return WAITING.includes(this.#phase.status);
  }

  get waitedMs(): number {
    return this.#waitedMs + (this.isWaiting ? this.#now().getTime() - this.#sinceMs : 0);
  }

  enter(phase: Phase): void {
    this.#waitedMs = this.waitedMs;
    this.#phase = phase;
    this.#sinceMs = this.#now().getTime();
  }

  /** As at the beginning: what it has waited so far does not count any more. */
  restart(phase: Phase): void {
    this.enter(phase);
    this.#waitedMs = 0;
  }
}
