import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SiteUnderTest } from './site-under-test.ts';

/**
 * Restores by a bootstrap file what the first job saved, after the catalog has forgotten its files, so that the volumes are read;
 * resolves with the console's output.
 */
export async function restoreForgotten(held: SiteUnderTest, file: string): Promise<string> {
  rmSync(join(held.site.directory, 'restored'), { recursive: true, force: true });
  return held.console(`purge files jobid=1 yes\nrestore bootstrap=${file} yes\nwait\nmessages\n`);
}
