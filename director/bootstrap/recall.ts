import type { RestoreSelection } from '../../catalog/inputs.ts';
import type { JobRow, MediaRow } from '../../catalog/rows.ts';
import type { StorageResource } from '../../configuration/director-conf.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { SessionEnd, SessionStart } from '../../proto/noctule/record/v1/volume_members.ts';
import type { ReadRecordsResponse } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { withCommas } from '../../text/numbers.ts';
import { SessionEndStatus } from '../../volume/control-member.ts';
import { JobFailed } from '../director-errors.ts';
import { ImportedRows } from '../imported-rows.ts';
import type { ActiveJob } from '../jobs/active-job.ts';
import { EVERYTHING } from '../jobs/everything.ts';
import type { JobEnvironment } from '../jobs/job-environment.ts';
import { reachStorage } from '../jobs/reach-peers.ts';
import { storageThatReads } from '../jobs/restore-storage.ts';
import { storageUse } from '../jobs/storage-use.ts';
import { isWithin } from './bootstrap.ts';
import { readingOrder } from './reading-order.ts';
import { sessionText, type WantedSession, type WantedVolume } from './wanted-sessions.ts';

/** A session whose records come from its volumes. */
interface Recalled {
  readonly session: WantedSession;
  /** Undefined until its beginning was read, when the catalog does not know the job. */
  jobId: number | undefined;
  places: 'known' | 'forgotten';
  /** How many of its volumes were read. */
  parts: number;
  end: SessionEnd | undefined;
  startedAt: Date;
  blockBytes: number;
}

/**
 * What a restore by a bootstrap file restores. Jobs whose file records the catalog has are taken as they are; of the others the
 * records come back into it, from the volumes that the file names, and stay there as those of every other job do.
 */
export class BootstrapRecall {
  readonly #job: ActiveJob;
  readonly #env: JobEnvironment;
  readonly #rows: ImportedRows;
  readonly #recalled = new Map<string, Recalled>();
  readonly #media = new Map<string, MediaRow>();
  /** That are Archive because of it, with what they were before; undefined: the catalog did not know them. */
  readonly #archived: { readonly media: MediaRow; readonly volStatus: string | undefined }[] = [];
  readonly #jobIds: number[] = [];

  constructor(job: ActiveJob, env: JobEnvironment) {
    this.#job = job;
    this.#env = env;
    this.#rows = new ImportedRows(env.catalog);
  }

  /**
   * The jobs stay where they are for as long as what `volumes.read` of this job gave before is not disposed of.
   * @throws OperatorError when it cannot be told what to restore; the catalog is as before then.
   */
  async select(sessions: readonly WantedSession[]): Promise<RestoreSelection> {
    const known = new Map<WantedSession, JobRow | undefined>();
    for (const session of sessions) {
      const row = await this.#env.catalog.jobOfSession(session);
      if (row && row.endTime === undefined) {
        throw new JobFailed(`JobId ${row.jobId}, which the bootstrap file names, has not ended yet`);
      }
      known.set(session, row);
      if (row) this.#jobIds.push(row.jobId);
    }
    await this.#hold();
    try {
      await this.#recall(
        sessions.filter((session) => known.get(session)?.purgedFiles !== false),
        known,
      );
    } catch (error) {
      for (const { jobId, places } of this.#recalled.values()) {
        if (jobId !== undefined) await this.#env.catalog.abandonRecall({ jobId, places });
      }
      await this.#giveVolumesBack();
      throw error;
    }
    return this.#selection(sessions, known);
  }

  // ---- the catalog's side -------------------------------------------------------------------------------------

  /** Nobody takes these jobs away meanwhile. */
  async #hold(): Promise<void> {
    await this.#env.volumes.read(this.#jobIds, this.#job.jobId);
  }

  async #selection(
    sessions: readonly WantedSession[],
    known: ReadonlyMap<WantedSession, JobRow | undefined>,
  ): Promise<RestoreSelection> {
    const within: { jobId: number; ranges: WantedSession['fileIndexes'] }[] = [];
    for (const session of sessions) {
      const jobId = known.get(session)?.jobId ?? this.#recalled.get(sessionText(session))?.jobId;
      const row = jobId === undefined ? undefined : await this.#env.catalog.jobById(jobId);
      if (!row) throw new Error(`session ${sessionText(session)} was not recalled`);
      if (!isMeant(row, session)) continue;
      const { fileIndexes } = session;
      within.push({ jobId: row.jobId, ranges: fileIndexes.length > 0 ? fileIndexes : [ALL_FILES] });
    }
    if (within.length === 0) {
      throw new JobFailed('No job on the volumes is the one that the bootstrap file means', {
        hint: 'Compare its lines Client, Job, JobId, JobType and JobLevel with "llist jobs".',
      });
    }
    return { jobIds: within.map(({ jobId }) => jobId), rules: EVERYTHING, within };
  }

  async #recall(
    sessions: readonly WantedSession[],
    known: ReadonlyMap<WantedSession, JobRow | undefined>,
  ): Promise<void> {
    if (sessions.length === 0) return;
    for (const session of sessions) {
      const row = known.get(session);
      // One that failed may be what a crash has left of an earlier recall.
      const places = row && row.jobStatus !== 'f' ? 'known' : 'forgotten';
      if (row) await this.#env.catalog.beginRecall({ jobId: row.jobId, places });
      const startedAt = row?.startTime ?? this.#env.now();
      const none = { parts: 0, end: undefined, blockBytes: 0 };
      this.#recalled.set(sessionText(session), { session, jobId: row?.jobId, places, startedAt, ...none });
    }
    for (const pass of readingOrder(sessions)) await this.#readVolume(pass.volume, pass.sessions);
    for (const recalled of this.#recalled.values()) await this.#finish(recalled);
  }

  async #finish({ session, jobId, places, parts, end, startedAt, blockBytes }: Recalled): Promise<void> {
    const names = session.volumes.map(({ volumeName }) => `"${volumeName}"`).join(', ');
    if (jobId === undefined || parts === 0) {
      throw new JobFailed(`There is no session ${sessionText(session)} on Volume ${names}`, {
        hint: 'The Volume may have been written anew since; "noctule bls -j" shows the jobs on it.',
      });
    }
    if (end?.status !== SessionEndStatus.COMPLETE) {
      throw new JobFailed(`Session ${sessionText(session)} does not come to its end on Volume ${names}`, {
        hint: 'Name all its volumes in the bootstrap file. Of a job that was broken off, "noctule bextract" gives what there is.',
      });
    }
    if (places === 'forgotten') {
      await this.#env.catalog.endJob(jobId, {
        jobStatus: end.errors > 0 ? 'W' : 'T',
        endTime: new Date(end.endedAtMs || startedAt.getTime()),
        jobFiles: end.files,
        jobBytes: blockBytes,
        readBytes: end.contentBytes,
        jobErrors: end.errors,
      });
    }
    await this.#env.catalog.endRecall(jobId);
    await this.#job.messages.info(
      `The catalog has the ${withCommas(end.files)} file records of session ${sessionText(session)} again, as JobId ${jobId}.`,
    );
  }

  // ---- the volumes' side --------------------------------------------------------------------------------------

  async #readVolume(volume: WantedVolume, sessions: readonly WantedSession[]): Promise<void> {
    const { volumeName } = volume;
    const { signal, messages } = this.#job;
    const media = await this.#env.catalog.volumeByName(volumeName);
    const storage = this.#storageOf(volume, media);
    this.#job.storageName = storage.name;
    await this.#env.moveToStorages(this.#job.jobId, [storageUse(storage, 'read')], signal);
    const { link } = await reachStorage(this.#job, this.#env, storage);
    using _link = link;
    await messages.info(
      `Reading the file records of ${sessions.length} job${sessions.length === 1 ? '' : 's'} from Volume "${volumeName}" on Storage "${storage.name}"`,
    );
    const request = {
      volumeName,
      deviceNames: [...storage.device],
      mediaType: volume.mediaType ?? media?.mediaType ?? storage.mediaType,
      sessions: sessions.map(({ volSessionId, volSessionTime }) => ({ volSessionId, volSessionTime })),
    };
    if (media) this.#media.set(volumeName, media);
    const responses = link.readRecords(request, signal)[Symbol.asyncIterator]();
    for (;;) {
      // What the storage daemon cannot do is its failure; what the catalog cannot take, ours.
      const next = await responses.next().catch((cause: unknown) => {
        throw signal.aborted
          ? signal.reason
          : new JobFailed(`Storage "${storage.name}": ${messageOf(cause)}`, { cause });
      });
      if (next.done) return;
      await this.#take(next.value, volumeName, storage);
    }
  }

  async #take(
    { session, event }: ReadRecordsResponse,
    volumeName: string,
    storage: StorageResource,
  ): Promise<void> {
    if (event?.$case === 'volume') {
      const { label, volumeBytes: volBytes } = event.value;
      if (!label || this.#media.has(volumeName)) return;
      const storageId = this.#env.ids.storageId(storage.name);
      const media = await this.#rows.volume(volumeName, label, { storageId, volBytes, status: 'Archive' });
      this.#media.set(volumeName, media);
      this.#archived.push({ media, volStatus: undefined });
      await this.#job.messages.info(
        `The catalog did not know Volume "${volumeName}". Its status is Archive now: nothing is written to it.`,
      );
      return;
    }
    const recalled = session && this.#recalled.get(sessionText(session));
    if (!recalled) return;
    switch (event?.$case) {
      case 'start':
        return this.#begin(recalled, event.value, volumeName);
      case 'durable': {
        const { jobId, places } = recalled;
        const media = this.#media.get(volumeName);
        if (jobId === undefined || !media) return;
        for (const bytes of event.value.blocks?.memberBytes ?? []) recalled.blockBytes += bytes;
        const { mediaId } = media;
        return this.#env.catalog.addRecalled({ jobId, mediaId, durable: event.value, places });
      }
      case 'end':
        recalled.end = event.value;
        return;
      case undefined:
        return;
    }
  }

  async #begin(recalled: Recalled, start: SessionStart, volumeName: string): Promise<void> {
    const name = sessionText(recalled.session);
    if (start.resumedBehind !== undefined) {
      throw new JobFailed(
        `The job of session ${name} was broken off and went on: its records cannot be read back here`,
        {
          hint: 'Stop the Director and read all its volumes into the catalog with "noctule volume scan".',
        },
      );
    }
    if (start.volumeIndex !== recalled.parts) {
      throw new JobFailed(
        `Volume "${volumeName}" is the ${start.volumeIndex + 1}. of session ${name}, and the bootstrap file names ${recalled.parts} before it`,
        { hint: 'Name all volumes of the job in the order in which they were written.' },
      );
    }
    recalled.parts += 1;
    if (!start.job)
      throw new JobFailed(`Session ${name} on Volume "${volumeName}" does not say which job it is`);
    if (recalled.places === 'forgotten') await this.#protect(volumeName);
    if (recalled.jobId !== undefined) return;
    const jobId = await this.#rows.job(start.job, recalled.session);
    if (jobId === undefined) {
      throw new JobFailed(`The catalog has a job ${start.job.job} that is not in session ${name}`);
    }
    recalled.jobId = jobId;
    recalled.startedAt = new Date(start.job.startTimeMs);
    this.#jobIds.push(jobId);
    // It has ended, and until all of it is here, not well: so it is after a crash.
    const nothing = { jobFiles: 0, jobBytes: 0, readBytes: 0, jobErrors: 0 };
    await this.#env.catalog.endJob(jobId, { jobStatus: 'f', endTime: this.#env.now(), ...nothing });
    await this.#env.catalog.beginRecall({ jobId, places: 'forgotten' });
    await this.#hold();
  }

  /** A volume that may be written anew at any time must not be, once it holds a job again. */
  async #protect(volumeName: string): Promise<void> {
    await this.#env.volumes.lock.run(async () => {
      const media = await this.#env.catalog.volumeByName(volumeName);
      if (media?.volStatus !== 'Purged' && media?.volStatus !== 'Recycle') return;
      await this.#env.catalog.setVolume(media.mediaId, { volStatus: 'Archive' });
      this.#archived.push({ media, volStatus: media.volStatus });
      await this.#job.messages.info(
        `Volume "${volumeName}" was ${media.volStatus}, and holds a job again: its status is Archive now.`,
      );
    });
  }

  /** They hold no job again, unless another restore has recalled one. */
  async #giveVolumesBack(): Promise<void> {
    const { catalog, volumes } = this.#env;
    await volumes.lock.run(async () => {
      for (const { media, volStatus } of this.#archived) {
        const { mediaId, volumeName } = media;
        if ((await catalog.jobsOnVolume(mediaId)).length > 0) continue;
        if (volStatus === undefined) await catalog.deleteVolume(mediaId);
        else await catalog.setVolume(mediaId, { volStatus });
        await this.#job.messages.info(
          `Volume "${volumeName}" is ${volStatus ?? 'unknown to the catalog'} again.`,
        );
      }
    });
  }

  /** The one that the admin names, that of the file, or that of the catalog. @throws JobFailed */
  #storageOf(
    { volumeName, storage: named, mediaType }: WantedVolume,
    media: MediaRow | undefined,
  ): StorageResource {
    const { storages } = this.#env.conf();
    const chosen = this.#job.plan.request.storage;
    if (chosen) return chosen;
    if (named !== undefined) {
      const storage = storages.find(({ name }) => name === named);
      if (storage) return storage;
      throw new JobFailed(
        `The bootstrap file says that Volume "${volumeName}" lies on Storage "${named}", which is not defined`,
        {
          hint: 'Define it, or name another one with storage=.',
        },
      );
    }
    const volume = media ?? { volumeName, mediaType: mediaType ?? '', storageId: 0 };
    const storage = storageThatReads(volume, { storages, nameOf: (id) => this.#env.ids.storageName(id) });
    if (storage) return storage;
    throw new JobFailed(`Nothing says on which Storage Volume "${volumeName}" lies`, {
      hint: 'Name it with storage=, or in the bootstrap file.',
    });
  }
}

const ALL_FILES = { first: 1, last: 2 ** 32 - 1 };

/** Whether the job is what each of its sections says of it. */
function isMeant(row: JobRow, { conditions }: WantedSession): boolean {
  const fits = (values: readonly string[], value: string) => values.length === 0 || values.includes(value);
  return conditions.every(
    ({ clients, jobs, jobIds, jobTypes, jobLevels }) =>
      fits(clients, row.clientName) &&
      fits(jobs, row.job) &&
      fits(jobTypes, row.type) &&
      fits(jobLevels, row.level) &&
      (jobIds.length === 0 || isWithin(row.jobId, jobIds)),
  );
}
