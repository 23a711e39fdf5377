import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Site } from '../../tools/site.ts';

/** Another program that holds a site's catalog, as a copy or a VACUUM does, until it is released. */
export class LockedCatalog implements Disposable {
  readonly #db: Database.Database;

  constructor(site: Site) {
    this.#db = new Database(join(site.directory, 'director/Catalog.db'), { timeout: 30_000 });
    this.#db.exec('BEGIN IMMEDIATE');
  }

  release(): void {
    this.#db.exec('ROLLBACK');
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
