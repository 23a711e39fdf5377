import { describe, expect, test } from 'vitest';
import { nextFiring } from '../../../calendar/next-firing.ts';
import { loadFileDaemonConf } from '../../../configuration/file-daemon-conf.ts';
import { textReader } from '../../../configuration/source-reader.ts';
import { brief, loadInFrame, problemsInFrame } from './support/director-text.ts';

describe('Schedule', () => {
  test('resolves the names in its Run lines, and points at a wrong one', () => {
    const conf = loadInFrame(`Schedule { Name = X
  Run = Level=Full Pool=Default Storage=S Messages=Standard 1st sun at 23:05 # comment
  Run = Incremental mon-sat at 23:05; Run = Differential 2nd-5th sun at 22:10
}`);
    const [full, incremental, differential] = conf.schedules[0]?.runs ?? [];
    expect(full).toMatchObject({
      pool: { name: 'Default' },
      storage: { name: 'S' },
      messages: { name: 'Standard' },
    });
    expect(full?.line.overrides.level).toBe('Full');
    expect(incremental?.line.text).toBe('Incremental mon-sat at 23:05');
    expect(differential?.line.overrides.level).toBe('Differential');

    const [problem] = problemsInFrame(
      'Schedule { Name = X\n  Run = Level=Full Pool=Defualt 1st sun at 23:05\n}',
    );
    expect(problem).toMatchObject({
      line: 2,
      column: 25,
      message: 'Schedule "X" names Pool "Defualt", which is not defined',
      hint: 'did you mean "Default" (/etc/dir.conf:7)?',
    });
  });

  test('an error in a Run line points into the line', () => {
    const [problem] = problemsInFrame('Schedule { Name = X\n  Run = Full 1st sun at 25:00\n}');
    expect(problem).toMatchObject({ severity: 'error', line: 2 });
    expect(problem?.column).toBeGreaterThan(20);
  });

  test('two lines that fire together are a warning', () => {
    const text =
      'Schedule { Name = X\n  Run = Differential 2nd-5th sun at 22:10\n  Run = Incremental sun-fri at 22:10\n}';
    expect(brief(problemsInFrame(text))[0]).toBe(
      'warning 2: this line and "Incremental sun-fri at 22:10" can fire in the same minute: that starts two jobs',
    );
    expect(brief(problemsInFrame(text.replace('sun-fri', 'mon-sat'))).join()).not.toMatch(/same minute/);
  });

  test('holds Cron lines among its Run lines, in the order of the conf', () => {
    const conf = loadInFrame(`Schedule { Name = X; Catch Up = yes
  Run = Incremental mon-sat at 23:05
  Cron = Level=Full Pool=Default "5 23 * * 0#1" # comment
  Cron = 5 23 8-31 * *
  Run = hourly
}`);
    expect(conf.schedules[0]?.catchUp).toBe(true);
    const runs = conf.schedules[0]?.runs ?? [];
    expect(runs.map(({ line }) => `${line.notation}: ${line.text}`)).toEqual([
      'Run: Incremental mon-sat at 23:05',
      'Cron: Level=Full Pool=Default "5 23 * * 0#1"',
      'Cron: 5 23 8-31 * *',
      'Run: hourly',
    ]);
    expect(runs[1]).toMatchObject({ pool: { name: 'Default' }, line: { overrides: { level: 'Full' } } });
    const first = runs[1] && nextFiring(runs[1].line.times, new Date('2026-11-21T00:00:00Z'), 'UTC');
    expect(first?.toISOString()).toBe('2026-12-06T23:05:00.000Z');
  });

  test.each([
    ['Cron = "5 23 * * 6#9"', '^^^', /day of the week "6#9"/],
    ['Cron = "5 24 * * *"', '^^', /hour "24"/],
    ['Cron = Level=Full 5 23 * *', '^^^^^^^^', /five fields, not 4/],
    ['Cron = Level=Ful "5 23 * * *"', '^^^', /no level "Ful"/],
    ['Cron = Level=Full Pool=Defualt "5 23 * * *"', '^^^^^^^', /"Defualt", which is not defined/],
    ['Cron = 5 23 * * 6#1', '^', /begins a comment here/],
  ])('an error in a Cron line points into the line: %s', (line, marks, message) => {
    const problems = problemsInFrame(`Schedule { Name = X\n  ${line}\n}`);
    const [problem] = problems;
    expect(problem).toMatchObject({ severity: 'error', line: 2 });
    expect(problem?.message).toMatch(message);
    expect('^'.repeat(problem?.excerpt?.length ?? 0)).toBe(marks);
    expect(problem?.excerpt?.text.slice((problem.column ?? 1) - 1)).toMatch(/^(6#9|24|5 23|Ful|Defualt|#)/);
  });

  test('a Cron line that never fires, or meets another line, is a warning', () => {
    const text = 'Schedule { Name = X\n  Cron = "5 23 * * 6#1"\n  Run = Incremental at 23:05\n}';
    expect(brief(problemsInFrame(text))[0]).toBe(
      'warning 2: this line and "Incremental at 23:05" can fire in the same minute: that starts two jobs',
    );
  });
});

describe('a Schedule of a file daemon', () => {
  const problems = (line: string) =>
    loadFileDaemonConf('fd.conf', {
      reader: textReader({
        'fd.conf': `FileDaemon { Name = c; Working Directory = /w; Pid Directory = /p }
Director { Name = dir; Password = "client" }
Schedule { Name = X
  ${line}
}`,
      }),
    });

  test('has Connect lines, which are read as they are written', () => {
    const { conf } = problems('Connect = MaxConnectTime=2h mon-fri at 8:00');
    expect(conf?.schedules[0]?.connect).toMatchObject([
      { text: 'MaxConnectTime=2h mon-fri at 8:00', maxConnectTimeSeconds: 7200 },
    ]);
  });

  test('an error in a Connect line points into the line', () => {
    const [problem] = problems('Connect = MaxConnectTime=2h mon-fry at 8:00').problems;
    expect(problem).toMatchObject({ severity: 'error', line: 4, excerpt: { length: 7 } });
    expect(problem?.excerpt?.text.slice((problem.column ?? 1) - 1)).toBe('mon-fry at 8:00');
  });
});
