import type { Catalog } from '../catalog/catalog.ts';
import type { MediaRow } from '../catalog/rows.ts';
import type { JobIdentity, VolumeLabel } from '../proto/noctule/record/v1/volume_members.ts';

/** Rows of the catalog that are made from what volumes say of themselves and of their jobs. */
export class ImportedRows {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** A volume that the catalog does not know, in the pool of its label. */
  async volume(
    volumeName: string,
    { poolName, mediaType, labelledAtMs }: VolumeLabel,
    row: { readonly storageId: number; readonly status: string; readonly volBytes: number },
  ): Promise<MediaRow> {
    const { storageId, status, volBytes } = row;
    const poolId = await this.#poolId(poolName);
    const media = await this.#catalog.createVolume({ volumeName, poolId, mediaType, storageId, status });
    await this.#catalog.setVolume(media.mediaId, { labelDate: new Date(labelledAtMs), volBytes });
    return media;
  }

  /** The JobId that the job has now; undefined: the catalog knows its unique name. */
  async job(
    identity: JobIdentity,
    session: { readonly volSessionId: number; readonly volSessionTime: number },
  ): Promise<number | undefined> {
    const startTime = new Date(identity.startTimeMs);
    const { fileSetId } = await this.#catalog.fileSetVersion({
      name: identity.filesetName,
      md5: identity.filesetMd5,
      now: startTime,
    });
    return this.#catalog.importJob({
      jobId: identity.jobId,
      job: identity.job,
      name: identity.jobName,
      type: identity.jobType,
      level: identity.jobLevel,
      clientId: await this.#clientId(identity.clientName),
      poolId: await this.#poolId(identity.poolName),
      fileSetId,
      status: 'R',
      schedTime: startTime,
      startTime,
      volSessionId: session.volSessionId,
      volSessionTime: session.volSessionTime,
    });
  }

  /** A pool that the conf no longer has gets a row that keeps its volumes for ever. */
  async #poolId(name: string): Promise<number> {
    const [row] = await this.#catalog.listPools({ name });
    if (row) return row.poolId;
    const none = {
      maxVols: 0,
      volRetention: 0,
      volUseDuration: 0,
      maxVolJobs: 0,
      maxVolFiles: 0,
      maxVolBytes: 0,
    };
    const off = { autoPrune: false, recycle: false, useOnce: false, truncateOnPurge: false };
    return (await this.#catalog.syncPool({ name, poolType: 'Backup', labelFormat: '*', ...none, ...off }))
      .poolId;
  }

  async #clientId(name: string): Promise<number> {
    const known = (await this.#catalog.listClients()).find((client) => client.name === name);
    if (known) return known.clientId;
    return this.#catalog.syncClient({ name, autoPrune: false, fileRetention: 0, jobRetention: 0 });
  }
}
