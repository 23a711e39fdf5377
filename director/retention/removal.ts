import type { JobRow, MediaRow } from '../../catalog/rows.ts';

/** Why a job stays although its time has passed, or somebody wants it gone. */
export type KeptBecause =
  /** It has not ended. */
  | 'running'
  /** A running job reads it. */
  | 'read'
  /** The last good Full of its client and FileSet (durability rule 4). */
  | 'lastFull'
  /** The newest state of its client, FileSet and Job is made of it. */
  | 'chain'
  /** The last InitCatalog of its client and Job. */
  | 'initCatalog'
  /** Its retention has not passed. */
  | 'retention';

export interface KeptJob {
  readonly job: JobRow;
  readonly because: KeptBecause;
}

/** What would go from the catalog, before anything does. */
export interface Removal {
  readonly jobs: readonly JobRow[];
  readonly kept: readonly KeptJob[];
}

/** What went. */
export interface Removed {
  readonly jobs: number;
  /** Volumes on which no job is left. */
  readonly purged: readonly MediaRow[];
  /** JobIds of copies that have become backups, their originals being gone. */
  readonly promoted: readonly number[];
  /** Given back to disks at once, where Action On Purge says so. */
  readonly freedBytes: number;
  /** Why the space of a volume could not be given back: it is tried again later. */
  readonly problems: readonly string[];
}

/** A word about copies that have become backups, if there are any. */
export function promotedText({ promoted }: Pick<Removed, 'promoted'>): string | undefined {
  if (promoted.length === 0) return undefined;
  return `Following Copy jobs have been upgraded to Backup jobs: ${promoted.join(',')}`;
}

/** What became of copies and volumes when jobs went, a line for each: in the messages of a job and on a console. */
export function removalTexts(removed: Pick<Removed, 'promoted' | 'purged'>): string[] {
  const promoted = promotedText(removed);
  const purged = removed.purged.map(
    ({ volumeName }) => `There are no more Jobs associated with Volume "${volumeName}". Marking it purged.`,
  );
  return promoted === undefined ? purged : [promoted, ...purged];
}

/** A job on a volume, and what happens to it when time passes. */
export interface VolumeJob {
  readonly job: JobRow;
  readonly because: KeptBecause | 'expired';
  /** When its retention has passed; absent: never by itself. */
  readonly keptUntil?: Date;
}

/** Why a volume is as it is, and what makes it usable again. */
export interface VolumeExplanation {
  readonly volume: MediaRow;
  readonly jobs: readonly VolumeJob[];
  /** JobId that writes to it now. */
  readonly writer?: number;
  /** When the last of its jobs may go; absent while something else than time holds one, or when there is none. */
  readonly freeAt?: Date;
}
