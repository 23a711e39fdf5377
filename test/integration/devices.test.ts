import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

function makeSource(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'file'), 'content\n');
}

describe('the device of a site', () => {
  let held: SiteUnderTest;
  beforeAll(async () => {
    held = await siteUnderTest({ makeSource });
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it.each([
    ['unmounted', 'umount storage=File', 'is already unmounted', 'User unmounted', 'mount storage=File'],
    [
      'disabled',
      'disable storage=File device=FileStorage',
      '3005 Device ""FileStorage" (',
      'Device is disabled',
      'enable storage=File device=FileStorage',
    ],
  ])('%s: a job waits and says so, and goes on when it is back', async (_, away, answer, status, back) => {
    expect(await held.console(`${away}\n`)).toContain(answer);
    expect(await held.console('status storage=File\n')).toContain(status);
    await held.console('messages\nrun job=Backup level=Full yes\n');
    await expect.poll(() => held.console('messages\n')).toContain('is waiting for a drive');
    expect(await held.console('status dir\n')).toMatch(/ Back Full .* Backup +is waiting for a drive\n/);
    const output = await held.console(`${back}\nwait\nmessages\n`);
    expect(output).toContain('Jobs use Device "FileStorage" again.');
    expect(reported(output, 'Termination')).toBe('Backup OK');
  });

  it('a purged volume gets another name by relabel: its file too, and the next job writes to it', async () => {
    expect(
      await held.console('relabel storage=File oldvolume=Full-0001 volume=New-1 pool=Full-Pool\n'),
    ).toContain('Volume "Full-0001" has VolStatus Append. It must be Purged or Recycled before relabeling.');
    await held.console('purge volume=Full-0001\n');
    const output = await held.console(
      'relabel storage=File oldvolume=Full-0001 volume=New-1 pool=Full-Pool\n',
    );
    expect(output).toContain('3000 OK label.');
    expect(readdirSync(held.site.volumesDirectory)).toContain('New-1');
    expect(readdirSync(held.site.volumesDirectory)).not.toContain('Full-0001');
    expect(reported(await backUp(held, 'Full'), 'Volume name\\(s\\)')).toBe('New-1');
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
  });
});
