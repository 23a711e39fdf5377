import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

const MIB = 1024 * 1024;
/** At 50 kB/s, 6 MiB that cannot be compressed take two minutes: longer than this test may. */
const LIMIT = '50kb/s';
const WAIT = { timeout: 30_000, interval: 100 };

function makeSource(directory: string): void {
  mkdirSync(directory);
  writeFileSync(join(directory, 'a'), 'in the first block');
  for (let file = 0; file < 6; file++) writeFileSync(join(directory, `f${file}`), randomBytes(MIB));
}

describe('a job that its limit holds up', () => {
  let held: SiteUnderTest;
  beforeAll(async () => {
    held = await siteUnderTest({ makeSource, jobDirectives: `Maximum Bandwidth = ${LIMIT}` });
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('ends at once when the limit of the backup is lifted', async () => {
    await held.console('run job=Backup level=Full yes\n');
    // The first block may always go.
    const volume = join(held.site.volumesDirectory, 'Full-0001');
    await vi.waitFor(async () => expect((await stat(volume)).size).toBeGreaterThan(MIB), WAIT);
    expect(await held.console('status client=site-fd\n')).toContain('running=1.');
    expect((await stat(volume)).size).toBeLessThan(3 * MIB);

    expect(await held.console('setbandwidth limit=0 jobid=1\n')).toMatch(
      /JobId=1 Job="Backup\..*": no limit/,
    );
    const output = await held.console('wait\nmessages\n');
    expect(reported(output, 'Termination')).toBe('Backup OK');
  });

  it('ends at once when the limit that was set for the client is lifted in a restore', async () => {
    await held.console(
      `setbandwidth limit=${LIMIT} client=site-fd\nrestore client=site-fd select all done yes\n`,
    );
    await vi.waitFor(() => stat(join(held.restoredSource, 'a')), WAIT);
    expect(await held.console('status client=site-fd\n')).toContain('running=1.');

    expect(await held.console('setbandwidth limit=0 client=site-fd\n')).toContain('no limit for its jobs');
    const output = await held.console('wait\nmessages\n');
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });
});
