import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { openCatalog, type Catalog } from '../catalog/catalog.ts';
import type { DirectorConf } from '../configuration/director-conf.ts';
import { ConfUnusable } from './director-errors.ts';

/**
 * Starts the catalog's thread before it returns, so that it loads beside what the caller loads then.
 * @throws ConfUnusable when the conf has not exactly one Catalog. @throws CatalogError when it cannot be opened
 */
export async function openCatalogOf(conf: DirectorConf): Promise<Catalog> {
  const [resource, second] = conf.catalogs;
  if (!resource)
    throw new ConfUnusable('The conf has no Catalog resource', {
      hint: 'Add "Catalog { Name = MyCatalog; ... }".',
    });
  if (second) {
    throw new ConfUnusable(
      `The conf has two Catalogs, "${resource.name}" and "${second.name}"; only one is supported`,
    );
  }
  const { workingDirectory } = conf.director;
  mkdirSync(workingDirectory, { recursive: true });
  return openCatalog(path.join(workingDirectory, `${resource.name}.db`));
}
