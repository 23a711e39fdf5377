import { createHash } from 'node:crypto';
import type { FileSetResource } from '../../configuration/director-conf.ts';

/**
 * The MD5, in hex, that tells one version of a FileSet from another: over all File and Plugin lines of Includes and
 * Excludes, in order and as written. Options do not count, nor what stands in lists. With Ignore FileSet Changes it is
 * the same for ever.
 */
export function fileSetDigest(fileSet: FileSetResource): string {
  const hash = createHash('md5');
  if (fileSet.ignoreFileSetChanges) return hash.update(`unchanging\0${fileSet.name}`).digest('hex');
  for (const include of fileSet.includes) {
    for (const line of [...include.files, ...include.plugins]) hash.update(`${line}\0`);
  }
  for (const exclude of fileSet.excludes) {
    for (const line of exclude.files) hash.update(`${line}\0`);
  }
  return hash.digest('hex');
}
