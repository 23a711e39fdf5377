import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { daemonPid, startDaemon, stopDaemon } from '../../tools/site.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

function makeSource(directory: string): void {
  mkdirSync(directory);
  writeFileSync(join(directory, 'a'), randomBytes(300_000));
}

describe('the volumes of a site, one job on each', () => {
  let held: SiteUnderTest;
  const bytesOf = (name: string) => statSync(join(held.site.volumesDirectory, name)).size;
  beforeAll(async () => {
    held = await siteUnderTest({ makeSource, poolDirectives: 'Maximum Volume Jobs = 1' });
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('are not written again inside their retention', async () => {
    for (let job = 0; job < 2; job++)
      expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    expect(await held.console('list volumes pool=Full-Pool\n')).toMatch(
      /Full-0001 +\| Used[^]*Full-0002 +\| Used/,
    );
  });

  it('are recycled when it has passed, and restores find the newest state', async () => {
    const console = (line: string) => held.console(line);
    expect(await console('explain volume=Full-0001\n')).toContain('its retention has not passed');
    // Its end was at least a second ago when the next job has started.
    expect(await console('update volume=Full-0001 volretention=1s\n')).toContain(
      'New retention period is: 1 sec',
    );
    writeFileSync(join(held.source, 'b'), randomBytes(100_000));
    await expect
      .poll(() => console('prune volume=Full-0001 dryrun\n'), { timeout: 20_000 })
      .toContain('would go');
    const output = await backUp(held, 'Full');
    expect(output).toContain('There are no more Jobs associated with Volume "Full-0001". Marking it purged.');
    expect(output).toMatch(/Recycled volume "Full-0001" on File device .*, all previous data lost\./);
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });

  it('give their space back when they are purged and truncated, and take the next job', async () => {
    const before = bytesOf('Full-0002');
    expect(await held.console('truncate volume=Full-0002\n')).toContain('its data is still wanted');
    expect(bytesOf('Full-0002')).toBe(before);
    const output = await held.console('purge volume=Full-0002\ntruncate volume=Full-0002\n');
    expect(output).toContain('Marking it purged.');
    expect(output).toMatch(/The volume "Full-0002" has been truncated: .* given back/);
    expect(bytesOf('Full-0002')).toBeLessThan(1000);
    expect(reported(await backUp(held, 'Full'), 'Volume name\\(s\\)')).toBe('Full-0002');
  });

  it('stay purged while the storage daemon is away, and are truncated later', async () => {
    await held.console('update volume=Full-0001 actiononpurge=Truncate\n');
    const before = bytesOf('Full-0001');
    await stopDaemon(held.site, 'noctule-sd', 'SIGKILL');
    expect(await held.console('purge volume=Full-0001\n')).toMatch(
      /The space was not given back yet: .*File/,
    );
    await startDaemon(held.site, 'noctule-sd');
    expect(await daemonPid(held.site, 'noctule-sd')).toBeDefined();
    expect(bytesOf('Full-0001')).toBe(before);
    expect(await held.console('truncate allpools\n')).toContain('The volume "Full-0001" has been truncated');
    expect(bytesOf('Full-0001')).toBeLessThan(1000);
  });
});
