import { expect, test } from 'vitest';
import { TestDirector } from './test-director.ts';

const JOBS = `
Job { Name = "Parent"; JobDefs = Defaults; Run = "\\"Second Copy\\" level=%l since=\\"%s\\" comment=\\"of %n, %j\\"" }
Job { Name = "Second Copy"; JobDefs = Defaults; Run = "job=Parent" }`;

/** Runs Parent and waits for all that this starts; resolves with the rows by JobId, and what was said. */
async function runParent(director: TestDirector, level: string) {
  const before = (await director.catalog.listJobs({})).map(({ jobId }) => jobId);
  const { text } = await director.outcome('Parent', { level });
  await director.jobs.idle();
  const rows = (await director.catalog.listJobs({}))
    .filter(({ jobId }) => !before.includes(jobId))
    .sort((a, b) => a.jobId - b.jobId);
  return { rows, text: text + (await director.text()) };
}

test('a Job starts the Jobs of its Run directives, and a clone does not clone again', async () => {
  await using director = await TestDirector.start({ conf: { extra: JOBS } });
  const { rows, text } = await runParent(director, 'Full');
  expect(rows).toMatchObject([
    { name: 'Parent', level: 'F', jobStatus: 'T' },
    { name: 'Second Copy', level: 'F', jobStatus: 'T', comment: `of Parent, ${rows[0]!.job}` },
  ]);
  expect(text).toContain(`JobId ${rows[0]!.jobId}: Clone JobId ${rows[1]!.jobId} started: Run = `);
});

test('a clone has the level that the Job really runs at', async () => {
  await using director = await TestDirector.start({ conf: { extra: JOBS } });
  const { rows } = await runParent(director, 'Incremental');
  expect(rows.map(({ level }) => level)).toEqual(['F', 'F']);
});

test('a clone is given the Pool and the Storage of the level that the Job really runs at', async () => {
  const extra = `Pool { Name = "Fulls"; Pool Type = Backup; Label Format = "F-" }
    Job { Name = "Parent"; JobDefs = Defaults; Full Backup Pool = "Fulls"; Run = "Other comment=\\"%p on %w\\"" }
    Job { Name = "Other"; JobDefs = Defaults }`;
  await using director = await TestDirector.start({ conf: { extra } });
  const { rows } = await runParent(director, 'Incremental');
  expect(rows[1]!.comment).toMatch(/^Fulls on \w+$/);
});

test('a clone that is given a since time uses that, and is not raised to a Full', async () => {
  const start = new Date('2026-03-01T12:00:00Z');
  let now = start;
  await using director = await TestDirector.start({
    conf: { extra: JOBS },
    now: () => now,
    script: { clockMs: () => now.getTime() },
  });
  await director.outcome('Parent', { level: 'Full', isClone: true });
  now = new Date('2026-03-02T12:00:00Z');
  const { rows } = await runParent(director, 'Incremental');
  expect(rows.map(({ level }) => level)).toEqual(['I', 'I']);
  expect(director.daemons.backups.map(({ sinceNs }) => sinceNs)).toEqual([
    undefined,
    ...[0, 1].map(() => BigInt(start.getTime() - 1) * 1_000_000n), // a millisecond for clocks that are read in turn
  ]);
});

test('a clone that cannot be started is an error of the Job, which goes on', async () => {
  const extra = `Job { Name = "Parent"; JobDefs = Defaults; Run = "Other pool=Nowhere" }
    Job { Name = "Other"; JobDefs = Defaults }`;
  await using director = await TestDirector.start({ conf: { extra } });
  const { rows, text } = await runParent(director, 'Full');
  expect(rows).toMatchObject([{ name: 'Parent', jobStatus: 'W' }]);
  expect(text).toContain(
    'Error: Could not start clone job: Run = Other pool=Nowhere. ERR=Pool "Nowhere" is not defined',
  );
});

test('a Job that is run again after an error leaves its clones to their own rules', async () => {
  const extra = `Job { Name = "Parent"; JobDefs = Defaults; Run = "Other"; Console Run Before Job = "fail"
    Reschedule On Error = yes; Reschedule Interval = 0; Reschedule Times = 1 }
    Job { Name = "Other"; JobDefs = Defaults }`;
  await using director = await TestDirector.start({ conf: { extra } });
  const { rows, text } = await runParent(director, 'Full');
  expect(rows.filter(({ name }) => name === 'Other')).toHaveLength(1);
  expect(text.match(/Start Backup|BeforeJob console command failed/g)!.length).toBeGreaterThan(1);
});
