import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { runHalf } from '../support/half-saved.ts';
import { makeManyFiles } from '../support/many-files.ts';
import { LINES, relayedSite, type RelayedSite } from '../support/relayed-site.ts';
import { reported, restoreAll } from '../support/site-under-test.ts';

async function expectWhole(held: RelayedSite): Promise<void> {
  expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
  expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
}

describe.each(LINES)('a backup that loses its connection of the %s', { timeout: 120_000 }, (line) => {
  it('is incomplete, is queued again and continues where it was', async () => {
    await using held = await relayedSite({
      makeSource: makeManyFiles,
      jobDirectives: 'Reschedule Interval = 1\nReschedule Times = 5',
    });
    await runHalf(held);
    held.lines[line].cut();
    held.lines['client to storage'].release();
    const output = await held.console('wait\nmessages\nlist jobs\n');
    expect(output).toContain('Backup failed -- Incomplete');
    expect(output).toMatch(/Resume Backup JobId 1, .*: [\d,]+ files with [\d,]+ bytes are saved already\./);
    expect(reported(output, 'JobId')).toBe('1');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    await expectWhole(held);
  });
});

describe('a Director that dies in a backup', { timeout: 120_000 }, () => {
  it('finds it incomplete when it is back, and lets it go on', async () => {
    await using held = await relayedSite({ makeSource: makeManyFiles });
    await runHalf(held);
    await stopDaemon(held.site, 'noctule-dir', 'SIGKILL');
    held.lines['client to storage'].release();
    await startDaemon(held.site, 'noctule-dir');
    expect(await held.console('messages\n')).toContain('It is incomplete: "resume jobid=1" goes on.');
    const output = await held.console('resume jobid=1\nwait\nmessages\n');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    await expectWhole(held);
  });
});
