import { CatalogError } from './catalog-error.ts';
import type { Connection } from './connection.ts';

/** Words that admins put on jobs, clients and volumes, to find them again. */

export type TaggedKind = 'job' | 'client' | 'volume';

/** A tag and what it is on. */
export interface TagRow {
  readonly tag: string;
  readonly kind: TaggedKind;
  /** JobId, ClientId or MediaId. */
  readonly id: number;
  /** The unique name of the job, or the name of the client or volume. */
  readonly name: string;
}

const TABLES = {
  job: { table: 'TagJob', id: 'JobId', names: 'JobRun', name: 'Job' },
  client: { table: 'TagClient', id: 'ClientId', names: 'Client', name: 'Name' },
  volume: { table: 'TagMedia', id: 'MediaId', names: 'Volume', name: 'VolumeName' },
} as const;

const KINDS = ['job', 'client', 'volume'] as const;

export interface Tagging {
  readonly tag: string;
  readonly kind: TaggedKind;
  readonly id: number;
}

/** Does nothing when it is there already. @throws CatalogError CAT_NOT_FOUND */
export function addTag(db: Connection, { tag, kind, id }: Tagging): void {
  const { table, id: column, names } = TABLES[kind];
  if (db.value(`SELECT 1 FROM ${names} WHERE ${column} = :id`, { id }) === undefined)
    throw new CatalogError('CAT_NOT_FOUND', `There is no ${kind} ${id} in the catalog`);
  db.run(`INSERT INTO ${table} (${column}, Tag) VALUES (:id, :tag) ON CONFLICT DO NOTHING`, { id, tag });
}

/** Gives whether it was there. */
export function deleteTag(db: Connection, { tag, kind, id }: Tagging): boolean {
  const { table, id: column } = TABLES[kind];
  return db.run(`DELETE FROM ${table} WHERE ${column} = :id AND Tag = :tag`, { id, tag }).changes > 0;
}

/** By kind, tag and name. */
export function listTags(
  db: Connection,
  {
    tag = null,
    kind,
    id = null,
  }: { readonly tag?: string | null; readonly kind?: TaggedKind; readonly id?: number | null } = {},
): TagRow[] {
  return KINDS.filter((one) => kind === undefined || one === kind).flatMap((one) => {
    const { table, id: column, names, name } = TABLES[one];
    return db
      .all<Omit<TagRow, 'kind'>>(
        `SELECT t.Tag AS tag, t.${column} AS id, n.${name} AS name
           FROM ${table} t JOIN ${names} n ON n.${column} = t.${column}
          WHERE (:tag IS NULL OR t.Tag = :tag) AND (:id IS NULL OR t.${column} = :id)
          ORDER BY t.Tag, n.${name}`,
        { tag, id },
      )
      .map((row) => ({ ...row, kind: one }));
  });
}
