import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { loadDirectorConf } from '../../../configuration/director-conf.ts';
import { plan } from '../../../tools/plan.ts';
import { planReport } from '../../../tools/plan-report.ts';
import { JOB_FRAME, loadInFrame } from '../configuration/support/director-text.ts';
import { withTimeZone } from '../text/with-time-zone.ts';

const NAS = join(import.meta.dirname, '../../../conf/nas/bacula-dir.conf');
const NOON = new Date('2026-11-21T11:00:00Z');

function report(text: string, days = 14): string {
  const until = new Date(NOON.getTime() + days * 86_400_000);
  return withTimeZone('Europe/Berlin', () => planReport(loadInFrame(text), { from: NOON, until }));
}

function rows(text: string, days?: number): string[][] {
  return report(text, days)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| When'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function remarks(text: string): string[] {
  const [, listed = ''] = report(text).split('\nRemarks:\n');
  return listed.split('\n').filter(Boolean);
}

describe('the plan', () => {
  it('of the home server is the one on file', async () => {
    const { conf } = loadDirectorConf(NAS);
    if (!conf) expect.unreachable();
    const until = new Date(NOON.getTime() + 20 * 86_400_000);
    const text = withTimeZone('Europe/Berlin', () => planReport(conf, { from: NOON, until }));
    await expect(text).toMatchFileSnapshot('golden/nas-plan.txt');
  });

  it('has the level, pools, storage and priority that the Run line, the Job and the Pool say', () => {
    const text = `
Pool { Name = Fulls; Pool Type = Backup; Storage = Far; Label Format = "F-" }
Pool { Name = Special; Pool Type = Backup; Label Format = "S-" }
Storage { Name = Far; Address = far; Password = "p"; Device = D; Media Type = Far; Enabled = no }
Schedule { Name = Week
  Run = Level=Full sun at 1:00
  Run = Pool=Special Priority=3 mon at 1:00
  Run = Level=Full FullPool=Special tue at 1:00
  Run = Level=Full Storage=S wed at 1:00
}
Job { Name = one; ${JOB_FRAME}; Full Backup Pool = Fulls; Schedule = Week }
`;
    expect(rows(text, 5)).toEqual([
      ['Sun 2026-11-22 01:00', 'one', 'Full', 'Fulls', 'Far (disabled)', '10'],
      ['Mon 2026-11-23 01:00', 'one', 'Incremental', 'Special', 'S', '3'],
      ['Tue 2026-11-24 01:00', 'one', 'Full', 'Special', 'S', '10'],
      ['Wed 2026-11-25 01:00', 'one', 'Full', 'Fulls', 'S', '10'],
    ]);
  });

  it('shows of an Admin job only when it runs', () => {
    const text = `
Schedule { Name = Daily
  Run = at 7:00
}
Job { Name = tidy; ${JOB_FRAME.replace('Backup', 'Admin')}; Schedule = Daily }
`;
    expect(rows(text, 1)).toEqual([['Sun 2026-11-22 07:00', 'tidy', 'Admin', '', '', '10']]);
  });

  it('follows Cron lines as it does Run lines, and says when the two meet', () => {
    const text = `
Schedule { Name = Mixed
  Cron = Level=Full "0 7 * * 0#4"
  Run = sun at 7:00
}
Job { Name = one; ${JOB_FRAME}; Schedule = Mixed }
`;
    expect(rows(text, 8).map(([when, , level]) => `${when} ${level}`)).toEqual([
      'Sun 2026-11-22 07:00 Full',
      'Sun 2026-11-22 07:00 Incremental',
      'Sun 2026-11-29 07:00 Incremental',
    ]);
    expect(remarks(text)).toEqual([
      expect.stringContaining(
        '"Cron = Level=Full "0 7 * * 0#4"" and "Run = sun at 7:00" both fire on Sun 2026-11-22 07:00',
      ),
    ]);
  });

  it('sorts runs of one minute by their priority', () => {
    const text = `
Schedule { Name = Daily
  Run = at 7:00
}
Job { Name = late; ${JOB_FRAME}; Schedule = Daily; Priority = 12 }
Job { Name = early; ${JOB_FRAME}; Schedule = Daily; Priority = 2 }
`;
    expect(rows(text, 1).map(([, job]) => job)).toEqual(['early', 'late']);
  });

  it('says when nothing is started', () => {
    expect(report('')).toContain('Nothing is started.');
  });

  it('names the lines that never fire, and those that meet', () => {
    const text = `
Schedule { Name = Odd
  Run = Full on 31 feb at 3:00
  Run = Full 1st sun at 3:00
  Run = daily at 3:00
}
Job { Name = one; ${JOB_FRAME}; Schedule = Odd }
Job { Name = two; ${JOB_FRAME}; Schedule = Odd }
`;
    expect(remarks(text)).toEqual([
      '  - Schedule "Odd": "Run = Full on 31 feb at 3:00" never fires.',
      '  - Schedule "Odd": "Run = Full 1st sun at 3:00" and "Run = daily at 3:00" both fire on Sun 2026-12-06 03:00: ' +
        'that starts Jobs "one", "two" twice. Take the days of one line out of the other.',
    ]);
  });

  it('names what is disabled, and the backups that no schedule starts', () => {
    const text = `
Client { Name = off; Address = off; Password = "p"; Catalog = Main; Enabled = no }
Schedule { Name = Daily
  Run = at 3:00
}
Schedule { Name = Off; Enabled = no
  Run = at 3:00
}
Job { Name = disabled; ${JOB_FRAME}; Schedule = Daily; Enabled = no }
Job { Name = of-client; ${JOB_FRAME.replace('Client = c', 'Client = off')}; Schedule = Daily }
Job { Name = of-schedule; ${JOB_FRAME}; Schedule = Off }
Job { Name = by-hand; ${JOB_FRAME} }
Job { Name = Restore; ${JOB_FRAME.replace('Type = Backup', 'Type = Restore')} }
`;
    expect(rows(text)).toEqual([]);
    expect(remarks(text)).toEqual([
      '  - Not started, as disabled (Enabled = no): Job "disabled".',
      '  - Client "off" is disabled (Enabled = no): its Jobs are not started.',
      '  - Schedule "Off" is disabled (Enabled = no): it starts nothing.',
      '  - Without a Schedule, so only started by hand: Job "by-hand".',
    ]);
  });

  it('has every run of thousands of jobs', () => {
    const jobs = Array.from(
      { length: 6_000 },
      (_, n) => `Job { Name = job-${n}; ${JOB_FRAME}; Schedule = Daily }`,
    );
    expect(rows(`\nSchedule { Name = Daily\n  Run = at 3:00\n}\n${jobs.join('\n')}`)).toHaveLength(84_000);
  });
});

describe('noctule plan', () => {
  let out = '';
  let errors = '';
  beforeEach(() => {
    out = errors = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((out += String(text))));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((errors += String(text))));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('prints the plan of the conf that is named', async () => {
    expect(await plan(['-c', NAS, '--days', '3'])).toBe(0);
    expect(out).toMatch(/^nas-dir from /);
    expect(out).toMatch(/The conf has \d+ warnings: noctule-dir -t -c /);
  });

  it('prints the errors of a conf that cannot be used, and fails', async () => {
    expect(await plan(['-c', join(import.meta.dirname, '../configuration/golden/ten-mistakes.conf')])).toBe(
      1,
    );
    expect(errors).toContain('ten-mistakes.conf:');
    expect(out).toBe('');
  });

  it.each([[['--days', '0']], [['--days', 'many']], [['--weeks', '2']], [['file']]])(
    'refuses the arguments %j',
    async (args) => {
      expect(await plan(args)).toBe(2);
      expect(errors).toContain('usage: noctule plan');
    },
  );
});
