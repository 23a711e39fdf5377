import { expect, test } from 'vitest';
import { EVERYTHING } from '../../../../director/jobs/everything.ts';
import { TestDirector } from '../jobs/test-director.ts';
import { named } from '../site.ts';

const EXTRA = `
Job { Name = Failing; JobDefs = Defaults; Run Before Job = "/bin/false" }
Job { Name = Housekeeping; Type = Admin; Client = peer-fd; FileSet = Gzip; Messages = Standard; Pool = Manual-Pool; Run Before Job = "/bin/true" }
Job { Name = Check; Type = Verify; Level = VolumeToCatalog; Client = peer-fd; FileSet = Gzip; Storage = File1; Messages = Standard
  Pool = Manual-Pool }
Job { Name = Copy; Type = Copy; Selection Type = PoolUncopiedJobs; Client = peer-fd; FileSet = Gzip; Storage = File1
  Messages = Standard; Pool = Manual-Pool; Next Pool = A-Full-Pool }`;

test.each([
  ['Gzip', 'Backup OK', 'Noctule'],
  ['Failing', '*** Backup Error ***', 'Error: Noctule'],
  ['RestoreFiles', '*** Restore Error ***', 'Error: Noctule'],
  ['Check', '*** Verify Error ***', 'Error: Noctule'],
  ['Copy', 'Copying -- no files to copy', 'Noctule'],
  ['Housekeeping', 'Admin OK', 'Noctule'],
])(
  "Sent at the end as one Info message to the job's Messages destinations (one of type Error when it failed): %s",
  async (name, termination, beginning) => {
    await using director = await TestDirector.start({ conf: { extra: EXTRA } });
    const restore = name === 'RestoreFiles' && {
      selection: { jobIds: [], rules: EVERYTHING },
      restoreClient: named(director.conf.clients, 'peer-fd'),
      ...{ where: '/srv/restore', regexWhere: '', replace: 'always' as const },
    };
    const { jobId } = await director.outcome(name, restore ? { restore } : {});
    const messages = (await director.catalog.jobLog(jobId)).map(({ text }) => text);
    const parts = messages.filter((text) => /^ {2}(Build OS|JobId|Job|Start time|Termination): /m.test(text));
    expect(parts).toHaveLength(1);
    const lines = parts[0]!.trimEnd().split('\n');
    expect(lines[0]).toMatch(new RegExp(`^peer-dir JobId ${jobId}: ${beginning} peer-dir \\d`));
    expect(lines[1]).toMatch(/^ {2}Build OS: /);
    expect(lines.at(-1)).toBe(`  ${'Termination:'.padEnd(24)}${termination}`);
  },
);
