import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { makeManyFiles } from '../support/many-files.ts';
import { relayedSite } from '../support/relayed-site.ts';
import { runHalf } from '../support/half-saved.ts';
import { reported, restoreAll } from '../support/site-under-test.ts';

const NOCTULE = join(import.meta.dirname, '../../bin/noctule');
const run = promisify(execFile);
const number = (text: string) => Number(text.replaceAll(',', ''));

const COPY = `
Pool { Name = Copies; Pool Type = Backup; Storage = File; Label Format = "Copy-" }
Job {
  Name = Copy
  Type = Copy
  Selection Type = PoolUncopiedJobs
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  Next Pool = Copies
}
`;

describe('a backup that is stopped', { timeout: 120_000 }, () => {
  it('is incomplete; resumed, it sends only the missing part under the same JobId, and is one whole job', async () => {
    await using held = await relayedSite({ makeSource: makeManyFiles, directorConf: COPY });
    await runHalf(held);
    const stopped = await held.console('stop jobid=1\nwait jobid=1\nmessages\nlist jobs\n');
    held.lines['client to storage'].release();
    expect(stopped).toContain('marked to be stopped.');
    expect(reported(stopped, 'Termination')).toBe('Backup failed -- Incomplete');
    expect(stopped).toMatch(/^\| 1 .*\| I +\|$/m);
    const files = number(reported(stopped, 'FD Files Written'));
    expect(files).toBeGreaterThan(300);

    // What it wrote behind the last file that the catalog names is void, and lies in front of what comes now.
    const before = held.lines['client to storage'].passedBytes;
    const resumed = await held.console('resume incomplete all yes\nwait\nmessages\nlist jobs\n');
    expect(reported(resumed, 'JobId')).toBe('1');
    expect(reported(resumed, 'Termination')).toBe('Backup OK');
    const whole = number(reported(resumed, 'FD Files Written'));
    const sent = held.lines['client to storage'].passedBytes - before;
    expect(sent).toBeLessThan(
      (number(reported(resumed, 'SD Bytes Written').split(' ')[0]!) * (whole - files / 2)) / whole,
    );
    expect(resumed).toMatch(new RegExp(`^\\| 1 .*\\| ${whole} +\\| \\d+ +\\| T +\\|$`, 'm'));

    expect(reported(await restoreAll(held), 'Files Restored')).toBe(whole.toLocaleString('en'));
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);

    // A copy of it has no void part.
    const copied = await held.console('run job=Copy yes\nwait\nmessages\ndelete jobid=1 yes\n');
    expect(reported(copied, 'Termination')).toBe('Copying OK');
    expect(reported(copied, 'SD Files Written')).toBe(whole.toLocaleString('en'));
    expect(await restoreAll(held)).toContain('Copy-');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);

    // The volume alone gives the same job: with tar, and with a catalog made of it.
    const volume = join(held.site.volumesDirectory, 'Full-0001');
    const unpacked = join(held.site.directory, 'unpacked');
    execFileSync('sh', ['-c', `mkdir "$1" && zcat < "$2" | tar -xpf - -C "$1"`, 'sh', unpacked, volume]);
    expect(compareTrees(held.source, join(unpacked, held.source)).differences).toEqual([]);
    await stopDaemon(held.site, 'noctule-dir');
    const catalog = join(held.site.directory, 'director', 'Catalog.db');
    for (const suffix of ['', '-wal', '-shm']) rmSync(catalog + suffix, { force: true });
    const { stdout } = await run(NOCTULE, [
      ...['volume', 'scan', '--director', held.site.confFiles['noctule-dir'], volume],
    ]);
    expect(stdout).toContain(`1 jobs with ${whole.toLocaleString('en')} files`);
    await startDaemon(held.site, 'noctule-dir');
    expect(reported(await restoreAll(held), 'Files Restored')).toBe(whole.toLocaleString('en'));
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });

  it('goes on as the Incremental that it was, and knows of each file that is gone', async () => {
    await using held = await relayedSite({
      makeSource: makeManyFiles,
      jobDirectives: 'Accurate = yes',
    });
    expect(
      reported(await held.console('run job=Backup level=Full yes\nwait\nmessages\n'), 'Termination'),
    ).toBe('Backup OK');
    for (let d = 0; d < 20; d++) {
      const inner = join(held.source, `dir-${String(d).padStart(2, '0')}`, 'inner');
      rmSync(join(inner, 'file-1 \u00e4'));
      for (let f = 2; f < 90; f++) {
        const file = join(inner, `file-${f} \u00e4`);
        writeFileSync(file, readFileSync(file).reverse());
      }
    }
    await runHalf(held, { jobId: 2, level: 'Incremental' });
    const stopped = await held.console('stop jobid=2\nwait jobid=2\nmessages\n');
    held.lines['client to storage'].release();
    expect(reported(stopped, 'Termination')).toBe('Backup failed -- Incomplete');
    expect(reported(stopped, 'Backup Level')).toMatch(/^Incremental, since=/);

    const resumed = await held.console('resume jobid=2\nwait\nmessages\n');
    expect(reported(resumed, 'Backup Level')).toBe(reported(stopped, 'Backup Level'));
    expect(reported(resumed, 'Start time')).toBe(reported(stopped, 'Start time'));
    expect(reported(resumed, 'Termination')).toBe('Backup OK');
    expect(resumed).toContain('Sending Accurate information to the FD. It is that of JobId(s) 1.');
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });
});
