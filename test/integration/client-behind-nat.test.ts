import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { canMakeNetworks, clientBehindNat } from '../support/client-behind-nat.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { backUp, reported, restoreAll } from '../support/site-under-test.ts';

function makeSource(directory: string): void {
  mkdirSync(directory);
  for (let i = 0; i < 4; i++) makeBigFile(join(directory, `file-${i}`), 2);
}

// Network namespaces need root: elsewhere these are skipped.
describe.skipIf(!canMakeNetworks())('a client that cannot be reached and connects by itself', () => {
  it('is backed up and restored, also when it comes after the job, or the Director was killed in between', async () => {
    await using held = await clientBehindNat({ makeSource });
    const attempt = connect(held.site.ports['noctule-fd'], held.clientAddress);
    expect(await once(attempt, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);

    const first = backUp(held, 'Full');
    held.startClient();
    expect(reported(await first, 'Termination')).toBe('Backup OK');
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);

    const shown = await held.console('status client=site-fd\nestimate job=Backup level=Full\n');
    expect(shown).toContain('Waiting for Client site-fd, which connects by itself');
    expect(shown).toMatch(/site-fd Version: .*\n/);
    expect(shown).toMatch(/2000 OK estimate files=/);

    await stopDaemon(held.site, 'noctule-dir', 'SIGKILL');
    await startDaemon(held.site, 'noctule-dir');
    makeBigFile(join(held.source, 'new'), 1);
    expect(reported(await backUp(held, 'Incremental'), 'Termination')).toBe('Backup OK');
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  }, 120_000);

  it('with a wrong password fails its job with a sentence, and both logs say what is wrong', async () => {
    await using held = await clientBehindNat({ makeSource });
    held.setClientPassword('not the right one');
    held.startClient();
    const output = await backUp(held, 'Full');
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(output).toContain('Client "site-fd" has not connected to the Director');
    expect(output).toMatch(/Client "site-fd" at 10\.\S+ gave a wrong password\. Compare Password in Client/);
    const log = readFileSync(join(held.site.directory, 'client', 'site-fd.log'), 'utf8');
    expect(log).toMatch(/Director "site-dir" at 10\.\S+ refused the password of Client "site-fd"/);
  }, 120_000);
});
