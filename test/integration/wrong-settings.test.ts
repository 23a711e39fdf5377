import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { runConsole, startDaemon, startSite, stopDaemon, type DaemonName } from '../../tools/site.ts';
import { makeBigFile } from '../support/odd-tree.ts';
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

function editConf(held: SiteUnderTest, name: DaemonName | 'nconsole', from: RegExp, to: string): void {
  const file = held.site.confFiles[name];
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
}

/** What the daemon wrote to its own log. */
function logOf(held: SiteUnderTest, daemon: 'director' | 'storage' | 'client', name: string): string {
  return readFileSync(join(held.site.directory, daemon, `${name}.log`), 'utf8');
}

describe('an admin whose settings are wrong reads why, where he sits', () => {
  it('a wrong password between Director and file daemon', async () => {
    await using held = await siteUnderTest({ makeSource, start: false });
    editConf(held, 'noctule-fd', /Password = ".*"/, 'Password = "something else"');
    await startSite(held.site);
    const output = await backUp(held, 'Full');
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(output).toMatch(/site-fd.*password/i);
    expect(logOf(held, 'client', 'site-fd')).toMatch(/site-dir.*password/i);
  });

  it('a wrong password between Director and storage daemon', async () => {
    await using held = await siteUnderTest({ makeSource, start: false });
    editConf(held, 'noctule-sd', /Password = ".*"/, 'Password = "something else"');
    await startSite(held.site);
    const output = await backUp(held, 'Full');
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(output).toMatch(/File.*password/i);
    expect(logOf(held, 'storage', 'site-sd')).toMatch(/site-dir.*password/i);
  });

  it('a Director whose name the file daemon does not know', async () => {
    await using held = await siteUnderTest({ makeSource, start: false });
    editConf(held, 'noctule-fd', /Director \{\n {2}Name = site-dir/, 'Director {\n  Name = other-dir');
    await startSite(held.site);
    const output = await backUp(held, 'Full');
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(output).toMatch(/site-fd.*(name|know)/i);
    expect(logOf(held, 'client', 'site-fd')).toMatch(/site-dir/);
  });

  it('a wrong password of the console', async () => {
    await using held = await siteUnderTest({ makeSource });
    editConf(held, 'nconsole', /Password = ".*"/, 'Password = "something else"');
    const { output, exitCode } = await runConsole(held.site, 'status dir\n');
    expect(exitCode).toBe(1);
    expect(output).toMatch(/password/i);
    // The refusal reaches the console before it is in the log.
    await expect.poll(() => logOf(held, 'director', 'site-dir'), { timeout: 20_000 }).toMatch(/password/i);
  });

  it('a Director that is down', async () => {
    await using held = await siteUnderTest({ makeSource, start: false });
    const { output, exitCode } = await runConsole(held.site, 'status dir\n');
    expect(exitCode).toBe(1);
    expect(output).toContain(`127.0.0.1:${held.site.ports['noctule-dir']}`);
    expect(output).toMatch(/running/);
  });

  it('a daemon that is down: the job waits, says for whom, and goes on when it is back', async () => {
    await using held = await siteUnderTest({ makeSource });
    await stopDaemon(held.site, 'noctule-fd');
    expect(await held.console('status client=site-fd\n')).toMatch(/site-fd.*127\.0\.0\.1/);
    await held.console('run job=Backup level=Full yes\n');
    let status = '';
    do status = await held.console('status dir\n');
    while (!status.includes('is waiting on Client'));
    expect(status).toMatch(/is waiting on Client "?site-fd/);
    await startDaemon(held.site, 'noctule-fd');
    expect(reported(await held.console('wait\nmessages\n'), 'Termination')).toBe('Backup OK');
  });

  it('a conf line that cannot be: -t names file, line and column, and the daemon does not start', async () => {
    await using held = await siteUnderTest({ makeSource, start: false });
    editConf(held, 'noctule-dir', /Pool = Full-Pool\n/, 'Pool = Fool-Pool\n');
    const file = held.site.confFiles['noctule-dir'];
    const line =
      readFileSync(file, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('Pool = Fool-Pool')) + 1;
    for (const args of [
      ['-t', '-c', file],
      ['-c', file],
    ]) {
      let output = '';
      try {
        execFileSync('bin/noctule-dir', args, { stdio: 'pipe', encoding: 'utf8' });
        expect.unreachable();
      } catch (error) {
        const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
        expect(status).toBe(1);
        output = stdout + stderr;
      }
      expect(output).toMatch(new RegExp(`noctule-dir\\.conf:${line}:\\d+: `));
      expect(output).toContain('Full-Pool');
    }
  });

  it('files that cannot be read are named, and the job says so', { timeout: 60_000 }, async () => {
    await using held = await siteUnderTest({ makeSource, paths: ['/does/not/exist'] });
    const output = await backUp(held, 'Full');
    expect(output).toContain('/does/not/exist');
    expect(reported(output, 'Termination')).toBe('Backup OK -- with warnings');
  });
});

describe.runIf(process.getuid?.() === 0)('a full disk under the volumes', () => {
  it(
    'stops nothing for good: the job waits, says why, and goes on when there is room',
    { timeout: 120_000 },
    async () => {
      await using held = await siteUnderTest({
        makeSource: (directory) => {
          mkdirSync(directory, { recursive: true });
          for (let i = 0; i < 6; i++) makeBigFile(join(directory, `file-${i}`), 4);
        },
        start: false,
      });
      const volumes = held.site.volumesDirectory;
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', volumes]);
      try {
        await startSite(held.site);
        await held.console('run job=Backup level=Full yes\n');
        let messages = '';
        do messages += await held.console('messages\n');
        while (!/(space|full)/i.test(messages));
        expect(messages).toMatch(/FileStorage|Full-0001/);
        execFileSync('mount', ['-o', 'remount,size=64m', volumes]);
        messages = await held.console('wait\nmessages\n');
        expect(reported(messages, 'Termination')).toBe('Backup OK');
        expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
        expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
      } finally {
        await stopDaemon(held.site, 'noctule-sd');
        execFileSync('umount', [volumes]);
      }
    },
  );
});
