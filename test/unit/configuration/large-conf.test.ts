import { expect, test } from 'vitest';
import { FRAME, JOB_FRAME, loadText } from './support/director-text.ts';

/** Far above what it takes (below one second), and far below what a check takes that compares all with all. */
const CPU_SECONDS_MAX = 5;

test('a conf of 2,000 clients, 2,000 schedules and 6,000 jobs takes no time to speak of', () => {
  const parts = Array.from({ length: 2_000 }, (_, n) => {
    const job = (kind: string) =>
      `Job { Name = "${kind} ${n}"; ${JOB_FRAME.replace('Client = c', `Client = client-${n}`)}; Schedule = "Week ${n}" }\n`;
    return `Client { Name = client-${n}; Address = host-${n}; Password = "p${n}"; Catalog = Main }
Schedule { Name = "Week ${n}"
  Run = Level=Full 1st sun at ${n % 24}:${String(n % 60).padStart(2, '0')}
  Run = Level=Differential 2nd-5th sun at 23:05
  Run = Level=Incremental mon-sat at 23:05
}
${job('home')}${job('data')}${job('mail')}`;
  });
  const before = process.cpuUsage();
  const { conf } = loadText(FRAME + parts.join(''));
  const { user, system } = process.cpuUsage(before);
  expect(conf?.jobs).toHaveLength(6_000);
  expect((user + system) / 1e6).toBeLessThan(CPU_SECONDS_MAX);
});
