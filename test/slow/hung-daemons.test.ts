import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { daemonPid } from '../../tools/site.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { relayedSite } from '../support/relayed-site.ts';
import { backUp, clientIdle, reported } from '../support/site-under-test.ts';

const MIB = 1 << 20;
/** Two heartbeat limits: each side waits for its own. */
const END_MS_MAX = 180_000;

function makeSource(directory: string): void {
  mkdirSync(directory);
  for (let i = 0; i < 24; i++) makeBigFile(join(directory, `file-${i}`), 2);
}

describe.each([
  ['noctule-fd', /File daemon "site-fd" at .* was lost: .*nothing came from the peer/],
  ['noctule-sd', /Storage daemon "File" at .* was lost: .*nothing came from the peer/],
] as const)('when the process of %s hangs in the middle of a backup', (daemon, sentence) => {
  it('the job ends within minutes, with a sentence that names it; when it goes on, so do the jobs', async () => {
    await using held = await relayedSite({ makeSource });
    const pid = await daemonPid(held.site, daemon);
    const backup = backUp(held, 'Full');
    await held.lines['client to storage'].passed(16 * MIB);
    const hungAt = Date.now();
    process.kill(pid!, 'SIGSTOP');
    const output = await backup;
    expect(Date.now() - hungAt).toBeLessThan(END_MS_MAX);
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(output).toMatch(sentence);
    process.kill(pid!, 'SIGCONT');
    await clientIdle(held);
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  });
});
