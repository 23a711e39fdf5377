import { afterEach, describe, expect, test, vi } from 'vitest';
import { JobNames } from '../../../../director/jobs/job-names.ts';

const AT = new Date(2026, 10, 21, 3, 39, 53);

describe('the unique name of a run', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('is the name of the Job, blanks as "_", with its time and the number of the run', () => {
    const names = new JobNames();
    expect(names.next('My Job', AT)).toBe('My_Job.2026-11-21_03.39.53_01');
    expect(names.next('Other', AT)).toBe('Other.2026-11-21_03.39.53_02');
  });

  test('is unique however many runs of one Job come in a second, among those of other Jobs', () => {
    const names = new JobNames();
    const given = Array.from({ length: 600 }, (_, index) => names.next(index % 20 === 0 ? 'a' : 'b', AT));
    expect(new Set(given).size).toBe(600);
    for (const name of given) expect(name).toMatch(/^[ab]\.2026-11-21_03\.39\.53_\d{2,3}$/);
  });

  test('is unique in the hour that the clocks show twice', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    const names = new JobNames();
    const once = new Date('2026-10-25T00:15:00Z');
    const again = new Date('2026-10-25T01:15:00Z');
    const first = names.next('a', once);
    for (let run = 1; run < 100; run++) names.next('b', again);
    expect(names.next('a', again)).not.toBe(first);
  });
});
