import { expect, test } from 'vitest';
import { listJobs, setJob } from '../../../catalog/jobs.ts';
import { deleteJobs } from '../../../catalog/removal.ts';
import { addTag, deleteTag, listTags } from '../../../catalog/tags.ts';
import { Site } from './site.ts';

test('tags stand on jobs, clients and volumes, each once, and jobs are found by them', () => {
  using site = new Site();
  const first = site.backup({ start: 1 });
  const second = site.backup({ start: 2 });
  addTag(site.db, { tag: 'keep', kind: 'job', id: second });
  addTag(site.db, { tag: 'keep', kind: 'job', id: second });
  addTag(site.db, { tag: 'keep', kind: 'client', id: site.clientId });
  expect(listJobs(site.db, { tag: 'keep' }).map(({ jobId }) => jobId)).toEqual([second]);
  expect(listTags(site.db).map(({ tag, kind, id }) => [tag, kind, id])).toEqual([
    ['keep', 'job', second],
    ['keep', 'client', site.clientId],
  ]);
  expect(listTags(site.db, { kind: 'job', id: first })).toEqual([]);
  expect(deleteTag(site.db, { tag: 'keep', kind: 'job', id: first })).toBe(false);
  expect(deleteTag(site.db, { tag: 'keep', kind: 'client', id: site.clientId })).toBe(true);
  expect(() => addTag(site.db, { tag: 'keep', kind: 'volume', id: 99 })).toThrow('no volume 99');
});

test('a tag goes with its job', () => {
  using site = new Site();
  const jobId = site.backup({ start: 1 });
  addTag(site.db, { tag: 'keep', kind: 'job', id: jobId });
  deleteJobs(site.db, { jobIds: [jobId], inUse: [] });
  expect(listTags(site.db)).toEqual([]);
});

test('jobs that an admin has reviewed are told apart', () => {
  using site = new Site();
  const [seen, unseen] = [site.backup({ start: 1 }), site.backup({ start: 2 })];
  setJob(site.db, seen, { reviewed: true });
  expect(listJobs(site.db, { reviewed: true }).map(({ jobId }) => jobId)).toEqual([seen]);
  expect(listJobs(site.db, { reviewed: false }).map(({ jobId }) => jobId)).toEqual([unseen]);
  setJob(site.db, seen, { comment: 'the mark stays' });
  expect(listJobs(site.db, { reviewed: true })).toHaveLength(1);
});
