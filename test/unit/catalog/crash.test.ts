import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { streamEnd } from '../../../catalog/block-runs.ts';
import { Connection } from '../../../catalog/connection.ts';
import { failUnfinishedJobs, jobById } from '../../../catalog/jobs.ts';
import { migrate } from '../../../catalog/schema/migrations.ts';
import { openRestorePlan } from '../../../catalog/restore/plan.ts';
import { minute, recordsOf, Site } from './site.ts';

const CHILD = new URL('./crash-child.ts', import.meta.url).pathname;

/** Kills the child with SIGKILL while it works on the report after the `count`-th. */
async function writeAndDie(file: string, jobId: number, count: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, file, String(jobId)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let seen = 0;
  for await (const _ of createInterface({ input: child.stdout })) if (++seen === count) child.kill('SIGKILL');
  expect(await exit).toEqual([null, 'SIGKILL']);
  expect(seen).toBeGreaterThanOrEqual(count);
}

test.each([1, 40, 150])(
  'a kill in the middle of the reports, after %i, leaves each in whole or not at all',
  async (count) => {
    using site = new Site();
    const finished = site.backup({ start: 0, files: [{ path: '/kept', size: 3 }] });
    const jobId = site.start({ start: 1 });
    await writeAndDie(site.file, jobId, count);

    using db = new Connection(site.file, 'write');
    migrate(db);
    expect(db.pragma('integrity_check')).toBe('ok');
    expect(failUnfinishedJobs(db, minute(5)).map((job) => [job.jobId, job.jobStatus])).toEqual([
      [jobId, 'f'],
    ]);
    expect(jobById(db, finished)).toMatchObject({ jobStatus: 'T' });

    // Whatever is there of the job fits together: files up to the end of the blocks, blocks up to the end of the volume.
    const { streamBytes, blocks } = streamEnd(db, jobId);
    expect(blocks).toBeGreaterThan(0);
    const fileBytes = recordsOf([{ path: '/x', size: 100 }])[0]!.streamBytes;
    const files = Math.floor(streamBytes / fileBytes);
    expect(jobById(db, jobId)).toMatchObject({ jobFiles: files, jobBytes: files * 100 });
    expect(db.value('SELECT VolBlocks FROM Volume WHERE MediaId = 1')).toBe(1 + blocks);
    expect(db.value('SELECT max(LastIndex) FROM JobMedia WHERE JobId = :jobId', { jobId })).toBe(files);
    const rules = [{ path: Buffer.from('/'), recursive: true, marked: true }];
    expect(openRestorePlan(db, { jobIds: [jobId], rules })).toMatchObject({ files, bytes: files * 100 });
  },
);
