import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { backUp, reported, restoreAll } from '../support/site-under-test.ts';
import { twoStorages } from '../support/two-storages.ts';

/** Storages File and NAS are in each pool: for Fulls by their jobs, for Differentials in order, for Incrementals by turns. */
it('a job takes the Storage of a group that the Storage Group Policy says, of those whose daemon is up', async () => {
  await using held = await twoStorages({
    makeSource(directory) {
      mkdirSync(directory);
      makeBigFile(join(directory, 'big'), 8);
    },
    clientDirectives: 'Maximum Concurrent Jobs = 5',
    directorConf: `
Job { Name = Beside; Type = Backup; Client = site-fd; FileSet = Files; Messages = Standard; Pool = Full-Pool }`,
  });
  const { confFiles } = held.site;
  const group = (policy: string) => `  Storage = File, NAS\n  Storage Group Policy = ${policy}\n`;
  const conf = readFileSync(confFiles['noctule-dir'], 'utf8')
    .replace('Name = site-fd\n', 'Name = site-fd\n  Maximum Concurrent Jobs = 5\n')
    .replace('Name = Full-Pool\n  Storage = NAS\n', `Name = Full-Pool\n${group('LeastUsed')}`)
    .replace('Name = Diff-Pool\n  Storage = File\n', `Name = Diff-Pool\n${group('ListedOrder')}`)
    .replace('Name = Incr-Pool\n  Storage = File\n', `Name = Incr-Pool\n${group('LastBackedUpTo')}`);
  writeFileSync(confFiles['noctule-dir'], conf);
  await held.console('reload\n');

  // While the first Full is held on File, the second goes to NAS, and to a volume of its own.
  const there = held.lines.File.holdAfter(1 << 20);
  await held.console('run job=Beside level=Full yes\n');
  await there;
  await held.console('run job=Backup level=Full yes\nwait jobid=2\n');
  held.lines.File.release();
  const fulls = await held.console('wait\nmessages\nlist jobmedia jobid=1\nlist jobmedia jobid=2\n');
  expect(fulls).toContain('Storage "File" is taken of File, NAS (LeastUsed).');
  expect(fulls).toContain('Storage "NAS" is taken of File, NAS (LeastUsed).');
  expect(
    fulls
      .match(/^ {2}Storage: .*$/gm)
      ?.map((line) => /"(\w+)"/.exec(line)?.[1])
      .sort(),
  ).toEqual(['File', 'NAS']);
  expect(fulls.match(/Backup OK$/gm)).toHaveLength(2);
  const change = () => appendFileSync(join(held.source, 'big'), 'more');

  // The Full went to NAS: now it is the turn of File, then of NAS again.
  for (const name of ['File', 'NAS']) {
    change();
    expect(reported(await backUp(held, 'Incremental'), 'Storage')).toBe(`"${name}" (From Pool resource)`);
  }

  change();
  await stopDaemon(held.site, 'noctule-sd');
  const differential = await backUp(held, 'Differential');
  await startDaemon(held.site, 'noctule-sd');
  expect(differential).toMatch(/Warning: Storage "File" of the group is passed over: .*127\.0\.0\.1/);
  expect(reported(differential, 'Storage')).toBe('"NAS" (From Pool resource)');
  expect(reported(differential, 'Termination')).toBe('Backup OK');
  // No volume was spoilt by being looked for at the other daemon.
  expect(await held.console('list volumes\n')).not.toMatch(/Error/);

  expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
  expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
});
