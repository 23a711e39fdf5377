import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { LINES, relayedSite } from '../support/relayed-site.ts';
import { reported, restoreAll } from '../support/site-under-test.ts';

function makeSource(directory: string): void {
  mkdirSync(directory);
  for (let i = 0; i < 5; i++) writeFileSync(join(directory, `file-${i}`), `content ${i}\n`);
}

const WHERE = {
  'Director to client': /Warning: Could not connect to Client: site-fd on 127\.0\.0\.2:\d+\./,
  'Director to storage': /Warning: Could not connect to Storage daemon on 127\.0\.0\.3:\d+\./,
  'client to storage': /site-fd JobId 1: Could not connect to Storage daemon on 127\.0\.0\.2:\d+\./,
};

describe.each(LINES)('a backup whose connection of the %s is reset in its TLS handshake', (line) => {
  it('says so once, is tried again, and is good when the line is', { timeout: 120_000 }, async () => {
    await using held = await relayedSite({ makeSource });
    held.lines[line].closeDoor();
    await held.console('run job=Backup level=Full yes\n');
    let log = '';
    while (!log.includes('Retrying ...')) log = await held.console('list joblog jobid=1\n');
    expect(log).toMatch(WHERE[line]);
    expect(log).toContain('ERR=The connection was closed during the TLS handshake');
    held.lines[line].release();
    const output = await held.console('wait\nmessages\n');
    expect(output.match(/Retrying \.\.\./g)).toHaveLength(1);
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });
});
