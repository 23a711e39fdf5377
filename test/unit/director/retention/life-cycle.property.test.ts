import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobRow } from '../../../../catalog/rows.ts';
import { VolumeCare } from '../../../../director/retention/volume-care.ts';
import type { SimulatedSite } from '../../../simulation/simulated-site.ts';
import { DAY, ringSite } from './site.ts';

/**
 * Months of a pool in random steps, on the real Director's core and catalog with a clock that is moved. After each step
 * the durability rules of the design hold, as a model that knows nothing of the product's code judges them.
 */

const RETENTION_DAYS = 10;

interface Settings {
  readonly volumesMax: number;
  readonly jobsPerVolume: number;
  readonly purgeOldest: boolean;
  readonly truncate: boolean;
  readonly protect: boolean;
}

const settings: fc.Arbitrary<Settings> = fc.record({
  volumesMax: fc.constantFrom(0, 2, 3),
  jobsPerVolume: fc.constantFrom(1, 2, 3),
  purgeOldest: fc.boolean(),
  truncate: fc.boolean(),
  protect: fc.boolean(),
});

type Step =
  | { readonly kind: 'backup'; readonly job: 'Ringed' | 'Other'; readonly level: string }
  | { readonly kind: 'sleep'; readonly days: number }
  | { readonly kind: 'prune' | 'purge' | 'close' | 'truncate'; readonly volume: number }
  | { readonly kind: 'care' | 'label' | 'restore' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('backup' as const),
      job: fc.constantFrom('Ringed' as const, 'Ringed' as const, 'Other' as const),
      level: fc.constantFrom('Full', 'Full', 'Incremental'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('sleep' as const),
      days: fc.constantFrom(1, 4.9, 9.5, 9.9, 11, 40),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('prune' as const, 'purge' as const, 'close' as const, 'truncate' as const),
      volume: fc.nat(5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('care' as const, 'label' as const, 'restore' as const) }),
  },
);

/** What the model remembers of a job: the catalog may forget. */
interface Remembered {
  readonly job: JobRow;
  purgedByHand: boolean;
}

class Model {
  readonly #site: SimulatedSite;
  readonly #settings: Settings;
  readonly #jobs = new Map<number, Remembered>();
  #known: readonly JobRow[] = [];
  #labels = 0;

  constructor(site: SimulatedSite, settings: Settings) {
    this.#site = site;
    this.#settings = settings;
  }

  async take(step: Step): Promise<void> {
    const { retention, catalog, office, conf, now } = this.#site;
    switch (step.kind) {
      case 'backup': {
        const hasRoom = await this.#site.runIfRoom(step.job, { level: step.level });
        if (!hasRoom) await this.#checkWaiting();
        break;
      }
      case 'sleep':
        this.#site.sleep(step.days * DAY);
        break;
      case 'care': {
        const messages = { add: async () => {} };
        await using care = new VolumeCare({
          ...{ catalog, retention, office, messages },
          conf: () => conf,
          now: () => now,
        });
        await care.look();
        break;
      }
      case 'label':
        await this.#label();
        break;
      case 'restore': {
        const full = this.#known.findLast(({ level, purgedFiles }) => level === 'F' && !purgedFiles);
        if (full) expect((await this.#site.restore([full.jobId], 'RestoreFiles')).size).toBe(1);
        break;
      }
      default:
        await this.#toVolume(step);
    }
    await this.#check();
  }

  async #label(): Promise<void> {
    const { catalog } = this.#site;
    const { poolId } = (await catalog.listPools({ name: 'Ring' }))[0]!;
    const volumeName = `Mine-${++this.#labels}`;
    await catalog.createVolume({ volumeName, poolId, mediaType: 'File', storageId: 1, status: 'Append' });
  }

  async #toVolume({ kind, volume: index }: Extract<Step, { volume: number }>): Promise<void> {
    const { catalog, retention } = this.#site;
    const volume = (await catalog.listVolumes({ poolName: 'Ring' }))[index];
    if (!volume) return;
    if (kind === 'close' && volume.volStatus === 'Append')
      await catalog.setVolume(volume.mediaId, { volStatus: 'Used' });
    if (kind === 'prune' && ['Full', 'Used'].includes(volume.volStatus))
      await retention.prune({ kind: 'volume', volume });
    if (kind === 'truncate' && volume.volStatus === 'Purged' && volume.labelDate)
      await retention.truncate(volume);
    if (kind !== 'purge' || !volume.labelDate) return;
    for (const { jobId } of await catalog.jobsOnVolume(volume.mediaId)) {
      const remembered = this.#jobs.get(jobId);
      if (remembered) remembered.purgedByHand = true;
    }
    await retention.purgeVolume(volume);
  }

  async #check(): Promise<void> {
    const { catalog, storage } = this.#site;
    const jobs = (await catalog.listJobs({ type: 'B', status: 'T' })).sort((a, b) => a.jobId - b.jobId);
    for (const job of jobs)
      if (!this.#jobs.has(job.jobId)) this.#jobs.set(job.jobId, { job, purgedByHand: false });
    const there = new Set(jobs.map(({ jobId }) => jobId));
    // Rule 1: the catalog names no bytes that are gone.
    for (const { jobId, volumeName } of (
      await Promise.all(jobs.map((job) => catalog.jobMedia(job.jobId)))
    ).flat()) {
      expect(storage.jobsOn(volumeName), `JobId ${jobId} on ${volumeName}`).toContain(jobId);
    }
    // Rule 4: what has gone was allowed to go.
    const lastFulls = this.#lastFulls();
    for (const { jobId } of this.#known) {
      if (!there.has(jobId)) this.#checkGone(this.#jobs.get(jobId)!, lastFulls);
    }
    const { volumesMax } = this.#settings;
    const made = (await catalog.listVolumes({ poolName: 'Ring' })).filter(({ volumeName }) =>
      volumeName.startsWith('Ring-'),
    );
    if (volumesMax > 0) expect(made.length).toBeLessThanOrEqual(volumesMax);
    this.#known = jobs;
  }

  #checkGone({ job, purgedByHand }: Remembered, lastFulls: ReadonlySet<number>): void {
    if (purgedByHand) return;
    const { purgeOldest, protect } = this.#settings;
    const what = `JobId ${job.jobId} at ${this.#site.now.toISOString()}`;
    if (!purgeOldest) expect(this.#hasExpired(job), `${what} is inside its retention`).toBe(true);
    if (protect) expect(lastFulls, `${what} is the last Full`).not.toContain(job.jobId);
  }

  /** Of what was known before this step. */
  #lastFulls(): Set<number> {
    const last = new Map<string, number>();
    for (const { level, clientName, jobId } of this.#known) if (level === 'F') last.set(clientName, jobId);
    return new Set(last.values());
  }

  #hasExpired({ endTime }: JobRow): boolean {
    return endTime!.getTime() + RETENTION_DAYS * DAY * 1000 < this.#site.now.getTime();
  }

  /**
   * A job waits only when no volume may be written: the pool is full, and each of its volumes is held by a job, or was closed
   * by hand before anybody wrote on it.
   */
  async #checkWaiting(): Promise<void> {
    const { catalog } = this.#site;
    const { volumesMax, protect, purgeOldest } = this.#settings;
    const volumes = await catalog.listVolumes({ poolName: 'Ring' });
    expect(volumesMax > 0 && volumes.length >= volumesMax).toBe(true);
    const lastFulls = this.#lastFulls();
    for (const { mediaId, volumeName, volStatus, lastWritten } of volumes) {
      if (lastWritten === undefined && (volStatus === 'Full' || volStatus === 'Used')) continue;
      const jobs = (await catalog.jobsOnVolume(mediaId)).filter(({ jobStatus }) => jobStatus === 'T');
      const holds = jobs.filter((job) => {
        const isLastFull = protect && lastFulls.has(job.jobId);
        return isLastFull || (!purgeOldest && !this.#hasExpired(job));
      });
      expect(holds.length, `${volumeName} could have been used`).toBeGreaterThan(0);
    }
  }
}

const ONE_JOB_EACH: Settings = {
  volumesMax: 0,
  jobsPerVolume: 1,
  purgeOldest: false,
  truncate: false,
  protect: false,
};
const FULL: Step = { kind: 'backup', job: 'Ringed', level: 'Full' };
/** A volume that was closed by hand before anybody wrote on it stays out of use. */
const CLOSED_FIRST: Step[] = [{ kind: 'label' }, { kind: 'close', volume: 0 }, FULL, FULL];
const CLOSED_UNWRITTEN: Step[] = [FULL, { kind: 'label' }, { kind: 'close', volume: 1 }, FULL, FULL];

// Each step is synced to the catalog, and a run has hundreds.
test('whatever happens to the volumes of a pool, nothing goes before its time, and no job waits without need', async () => {
  await fc.assert(
    fc.asyncProperty(settings, fc.array(step, { minLength: 5, maxLength: 30 }), async (options, steps) => {
      await using site = await ringSite(
        `Label Format = "Ring-"; Volume Retention = ${RETENTION_DAYS} days; Maximum Volumes = ${options.volumesMax}
         Maximum Volume Jobs = ${options.jobsPerVolume}; Purge Oldest Volume = ${options.purgeOldest ? 'yes' : 'no'}
         Action On Purge = ${options.truncate ? 'Truncate' : 'None'}; Protect Last Full = ${options.protect ? 'yes' : 'no'}`,
      );
      const model = new Model(site, options);
      for (const one of steps) await model.take(one);
    }),
    {
      numRuns: 40,
      examples: [
        [ONE_JOB_EACH, CLOSED_UNWRITTEN],
        [{ ...ONE_JOB_EACH, volumesMax: 2 }, CLOSED_FIRST],
      ],
    },
  );
}, 240_000);
