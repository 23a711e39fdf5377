import type { Connection } from './connection.ts';

/** Paths remembered: with their keys a few megabytes. */
const REMEMBERED_MAX = 20_000;

/**
 * Numbers of directory paths, given on first sight. The numbers used last are remembered: the files of a directory
 * come behind each other, and a job asks for each of its directories a few times.
 */
export class PathIds {
  readonly #db: Connection;
  /** By the path's bytes as Latin-1 text; the one used last is at the end. */
  readonly #ids = new Map<string, number>();
  #last: { path: Buffer; id: number } | undefined;

  constructor(db: Connection) {
    this.#db = db;
    db.onRollback(() => this.#forget());
  }

  idOf(path: Buffer): number {
    if (this.#last?.path.equals(path)) return this.#last.id;
    const key = path.toString('latin1');
    const id = this.#ids.get(key) ?? findPathId(this.#db, path) ?? this.#create(path);
    this.#ids.delete(key);
    this.#ids.set(key, id);
    if (this.#ids.size > REMEMBERED_MAX) this.#ids.delete(this.#ids.keys().next().value ?? '');
    this.#last = { path, id };
    return id;
  }

  #create(path: Buffer): number {
    return this.#db.run('INSERT INTO DirectoryPath (Path) VALUES (:path)', { path }).insertedId;
  }

  #forget(): void {
    this.#ids.clear();
    this.#last = undefined;
  }
}

/** undefined for a path that no job has seen. */
export function findPathId(db: Connection, path: Buffer): number | undefined {
  return db.value<number>('SELECT PathId FROM DirectoryPath WHERE Path = :path', { path });
}
