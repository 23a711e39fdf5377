import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { siteUnderTest } from '../support/site-under-test.ts';

const backupJob = (name: string, directives: string) => `
Job {
  Name = "${name}"
  Type = Backup
  Level = Incremental
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  ${directives}
}`;

it('a clone writes the same files to another pool, follows its Job from level to level, and restores', async () => {
  await using held = await siteUnderTest({
    makeSource(directory) {
      mkdirSync(directory);
      writeFileSync(join(directory, 'first'), 'in the Full\n');
    },
    directorConf: [
      'Pool { Name = Second; Pool Type = Backup; Label Format = "Second-" }',
      backupJob(
        'Twice',
        'Pool = Full-Pool\n Run = "\\"Second Copy\\" level=%l since=\\"%s\\" comment=\\"beside JobId %i\\""',
      ),
      backupJob('Second Copy', 'Pool = Second'),
    ].join('\n'),
  });
  const said = await held.console('run job=Twice yes\nwait\nmessages\n');
  expect(said).toMatch(/JobId 1: Clone JobId 2 started: Run = "Second Copy"/);
  writeFileSync(join(held.source, 'second'), 'in the Incremental\n');
  await held.console('run job=Twice yes\nwait\n');
  const jobs = await held.console('list jobs\nllist jobid=4\n');
  expect(
    [...jobs.matchAll(/\| (\d) +\| (Twice|Second Copy) +\|[^|]+\| (\w) +\| (\w) +\|/g)].map((m) =>
      m.slice(1),
    ),
  ).toEqual([
    ['1', 'Twice', 'B', 'F'],
    ['2', 'Second Copy', 'B', 'F'],
    ['3', 'Twice', 'B', 'I'],
    ['4', 'Second Copy', 'B', 'I'],
  ]);
  expect(jobs).toMatch(/comment: beside JobId 3/i);
  const target = join(held.site.directory, 'restored');
  const restored = await held.console(
    `restore jobid=2,4 where=${target} select all done yes\nwait\nmessages\n`,
  );
  expect(restored).toContain('Second-');
  expect(compareTrees(held.source, held.restoredSource)).toMatchObject({ entries: 3, differences: [] });
});
